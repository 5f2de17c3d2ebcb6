package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/pquerna/otp/totp"
)

func TestSettings(t *testing.T) { onBothServers(t, testSettings) }

func testSettings(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	client, _ := clients(t, be.shared(t))
	p := newPerson()
	token := kratos.SessionToken(register(t, client, p).SessionToken)

	_, err := client.Settings.Start(ctx)
	wantError(t, "settings without a session", err, kratos.ErrNoSession)
	flow := must(client.Settings.Start(ctx, token))(t)
	if flow.Identity.ID == "" || flow.Form().Value("traits.email") != p.Email {
		t.Errorf("the form is of %q", flow.Form().Value("traits.email"))
	}
	p.Newsletter = true
	saved := must(client.Settings.Submit(ctx, flow, kratos.SettingsProfile{Traits: p.traits}, token))(t)
	switch {
	case !saved.Done:
		t.Errorf("saved: not done: %+v", saved)
	case saved.Flow.State != kratos.SettingsFlowStateSuccess:
		t.Errorf("saved: saved.Flow.State = %v, want %v", saved.Flow.State, kratos.SettingsFlowStateSuccess)
	case saved.Flow.Form().Value("traits.newsletter") != "true":
		t.Errorf(`saved: saved.Flow.Form().Value("traits.newsletter") = %q, want "true"`, saved.Flow.Form().Value("traits.newsletter"))
	}
	_, err = client.Settings.Submit(ctx, flow, kratos.SettingsPassword{Password: "x"}, token)
	wantError(t, "a password that is too short", err, kratos.ErrRejected)
	must(client.Settings.Do(ctx, kratos.SettingsPassword{Password: "another correct horse"}, token))(t)
	must(client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: "another correct horse"}))(t)

	other := kratos.SessionToken(register(t, client, newPerson()).SessionToken)
	_, err = client.Settings.Get(ctx, flow.ID, other)
	wantError(t, "another person's flow", err, kratos.ErrIdentityMismatch)
	_, err = client.Settings.Get(ctx, flow.ID)
	wantError(t, "a flow without a session", err, kratos.ErrNoSession)
}

func TestSecondFactors(t *testing.T) { onBothServers(t, testSecondFactors) }

func testSecondFactors(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	client, _ := clients(t, be.shared(t))
	p := newPerson()
	token := kratos.SessionToken(register(t, client, p).SessionToken)
	login := func(opts ...kratos.RequestOption) *kratos.FlowResult[kratos.LoginFlow] {
		return must(client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}, opts...))(t)
	}

	flow := must(client.Settings.Start(ctx, token))(t)
	secret, qr := flow.Form().TOTPSecret(), flow.Form().TOTPQR()
	if secret == "" || qr == "" {
		t.Fatal("the form has no TOTP secret")
	}
	_, err := client.Settings.Submit(ctx, flow, kratos.SettingsTOTP{TOTPCode: "000000"}, token)
	wantError(t, "a wrong code", err, kratos.ErrRejected)
	must(client.Settings.Submit(ctx, flow, kratos.SettingsTOTP{TOTPCode: must(totp.GenerateCode(secret, time.Now()))(t)}, token))(t)

	shown := must(client.Settings.Do(ctx, kratos.SettingsLookupSecret{LookupSecretRegenerate: true}, token))(t)
	codes := shown.Flow.Form().LookupSecretCodes()
	if shown.Done || len(codes) < 10 {
		t.Fatalf("regenerated: done %v, %d codes", shown.Done, len(codes))
	}
	confirmed := must(client.Settings.Submit(ctx, shown.Flow, kratos.SettingsLookupSecret{LookupSecretConfirm: true}, token))(t)
	if !confirmed.Done {
		t.Errorf("confirmed: %+v", confirmed)
	}

	for name, method := range map[string]kratos.LoginMethod{
		"an authenticator app": kratos.LoginTOTP{TOTPCode: must(totp.GenerateCode(secret, time.Now().Add(30*time.Second)))(t)},
		"a backup code":        kratos.LoginLookupSecret{LookupSecret: codes[0]},
	} {
		t.Run(name, func(t *testing.T) {
			first := login()
			token := kratos.SessionToken(first.SessionToken)
			_, err := client.Whoami(ctx, token)
			wantError(t, name+": whoami before it", err, kratos.ErrAAL2Required)
			_, err = client.Settings.Start(ctx, token)
			wantError(t, name+": settings before it", err, kratos.ErrAAL2Required)
			_, err = client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Do(ctx, kratos.LoginLookupSecret{LookupSecret: "wrong"}, token)
			wantError(t, name+": a wrong backup code", err, kratos.ErrRejected)
			second := must(client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Do(ctx, method, token))(t)
			switch {
			case !second.Done:
				t.Errorf("not done: %+v", second.Session)
			case second.Session.ID != first.Session.ID:
				t.Errorf("second.Session.ID = %v, want %v", second.Session.ID, first.Session.ID)
			case second.Session.AAL != kratos.AAL2:
				t.Errorf("second.Session.AAL = %v, want %v", second.Session.AAL, kratos.AAL2)
			}
			if _, err := client.Whoami(ctx, token); err != nil {
				t.Errorf("whoami after it: %v", err)
			}
		})
	}
	_, err = client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Do(ctx, kratos.LoginLookupSecret{LookupSecret: codes[0]}, kratos.SessionToken(login().SessionToken))
	wantError(t, "a backup code again", err, kratos.ErrRejected)
}

func TestRecovery(t *testing.T) { onBothServers(t, testRecovery) }

func testRecovery(t *testing.T, be backend) {
	t.Parallel()
	ctx := t.Context()
	srv := be.start(t, server.Options{Config: map[string]any{"feature_flags": map[string]any{"use_continue_with_transitions": true}}})
	client, _ := clients(t, srv)
	p := newPerson()
	register(t, client, p)
	emailedCode(t, srv, p.Email) // of the verification flow

	step := must(client.Recovery.Do(ctx, kratos.RecoveryCode{Email: p.Email}))(t)
	if step.Done || step.Flow.State != kratos.RecoveryFlowStateSentEmail {
		t.Fatalf("asking for a code: %+v", step)
	}
	_, err := client.Recovery.Submit(ctx, step.Flow, kratos.RecoveryCode{Code: "000000"})
	wantError(t, "a wrong code, with status 200", err, kratos.ErrRejected)
	done := must(client.Recovery.Submit(ctx, step.Flow, kratos.RecoveryCode{Code: emailedCode(t, srv, p.Email)}))(t)
	next := done.ContinueWith.Find(kratos.ContinueShowSettingsUI)
	switch {
	case !done.Done:
		t.Fatalf("recovered: not done: %+v", done)
	case done.SessionToken == "":
		t.Fatal("recovered: no session token")
	case next == nil:
		t.Fatal("recovered: next is nil")
	}
	settings := must(client.Settings.Get(ctx, next.Flow.ID, kratos.SessionToken(done.SessionToken)))(t)
	must(client.Settings.Submit(ctx, settings, kratos.SettingsPassword{Password: "a new correct horse"}, kratos.SessionToken(done.SessionToken)))(t)
	must(client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: "a new correct horse"}))(t)

	unknown := must(client.Recovery.Do(ctx, kratos.RecoveryCode{Email: "unknown@example.org"}))(t)
	if unknown.Done || unknown.Flow.State != kratos.RecoveryFlowStateSentEmail {
		t.Errorf("an unknown address: %+v", unknown)
	}
	_, err = client.Recovery.Do(ctx, kratos.RecoveryCode{Email: "no address"})
	wantError(t, "no address", err, kratos.ErrRejected)
}

// Without the feature flag, Kratos redirects native clients to a page and returns no session token.
func TestRecoveryOfANativeClientByDefault(t *testing.T) {
	onBothServers(t, testRecoveryOfANativeClientByDefault)
}

func testRecoveryOfANativeClientByDefault(t *testing.T, be backend) {
	t.Parallel()
	srv := be.shared(t)
	ctx := t.Context()
	client, _ := clients(t, srv)
	p := newPerson()
	register(t, client, p)
	emailedCode(t, srv, p.Email)
	step := must(client.Recovery.Do(ctx, kratos.RecoveryCode{Email: p.Email}))(t)
	_, err := client.Recovery.Submit(ctx, step.Flow, kratos.RecoveryCode{Code: emailedCode(t, srv, p.Email)})
	wantError(t, "the right code", err, kratos.ErrBrowserLocationChangeRequired)
	if err != nil && !strings.Contains(err.Error(), "feature_flags.use_continue_with_transitions") {
		t.Errorf("the error does not name the setting: %v", err)
	}
}
