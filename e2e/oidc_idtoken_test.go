package e2e

import (
	"errors"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestIDTokensOfApps(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	google := provider.GoogleForTest(t)
	srv := server.ForTest(t, server.Options{Config: google.Config(), Env: google.Env()})
	client, _ := clients(t, srv)

	const nonce = "made up by the app"
	login := func(t *testing.T, account provider.Person) kratos.LoginOIDC {
		t.Helper()
		return kratos.LoginOIDC{Provider: provider.GoogleID, IDToken: must(google.IDToken(account, nonce))(t), IDTokenNonce: nonce}
	}
	registration := func(t *testing.T, account provider.Person) kratos.RegistrationOIDC {
		t.Helper()
		return kratos.RegistrationOIDC{Provider: provider.GoogleID, IDToken: must(google.IDToken(account, nonce))(t), IDTokenNonce: nonce}
	}
	// taken returns a person with a password, and an account at the provider with the same address.
	taken := func(t *testing.T) (person, provider.Person) {
		t.Helper()
		p := newPerson()
		register(t, client, p)
		return p, provider.Person{Subject: p.Email, Email: p.Email}
	}
	// links logs in with the password, and checks that the account at the provider then logs in the
	// same person.
	links := func(t *testing.T, flow *kratos.LoginFlow, p person, account provider.Person) {
		t.Helper()
		if m := flow.Form().Messages; len(m) != 1 || m[0].ID != kratos.MessageLoginLinkAccount {
			t.Errorf("messages %+v", m)
		}
		step := must(client.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
		linked := must(client.Login.Do(ctx, login(t, account)))(t)
		switch {
		case !step.Done:
			t.Errorf("the password: not done: %+v", step)
		case !linked.Done:
			t.Errorf("the provider: not done: %+v", linked)
		case linked.Identity.ID != step.Identity.ID:
			t.Errorf("the provider: linked.Identity.ID = %v, want %v", linked.Identity.ID, step.Identity.ID)
		}
	}

	t.Run("a known person is logged in and an unknown person is registered", func(t *testing.T) {
		t.Parallel()
		account := newProviderPerson()
		registered := must(client.Registration.Do(ctx, registration(t, account)))(t)
		again := must(client.Registration.Do(ctx, registration(t, account)))(t)
		known := must(client.Login.Do(ctx, login(t, account)))(t)
		unknown := must(client.Login.Do(ctx, login(t, newProviderPerson())))(t)
		for name, token := range map[string]string{"registered": registered.SessionToken, "registered again": again.SessionToken, "logged in": known.SessionToken} {
			t.Run(name, func(t *testing.T) {
				if s := must(client.Whoami(ctx, kratos.SessionToken(token)))(t); s.Identity.ID != registered.Identity.ID {
					t.Errorf("%s as %s", name, s.Identity.ID)
				}
			})
		}
		switch {
		case !unknown.Done:
			t.Errorf("an unknown person: not done: %+v", unknown)
		case unknown.SessionToken == "":
			t.Error("an unknown person: no session token")
		case unknown.Identity.ID == registered.Identity.ID:
			t.Errorf("the unknown person is %s, who is registered", unknown.Identity.ID)
		}
	})

	t.Run("a token that was not meant for this login is rejected", func(t *testing.T) {
		t.Parallel()
		good := login(t, newProviderPerson())
		otherNonce, noNonce, forged := good, good, good
		otherNonce.IDTokenNonce, noNonce.IDTokenNonce, forged.IDToken = "s3cret", "", good.IDToken+"A"
		for name, method := range map[string]kratos.LoginOIDC{"another nonce": otherNonce, "no nonce": noNonce} {
			_, err := client.Login.Do(ctx, method)
			wantError(t, name, err, kratos.ErrServer)
		}
		_, err := client.Login.Do(ctx, forged)
		wantError(t, "another signature", err, byVersion(kratos.ErrServer, kratos.ErrForbidden))
	})

	t.Run("Google's tokens may have no nonce", func(t *testing.T) {
		t.Parallel()
		token := must(google.IDToken(newProviderPerson(), ""))(t)
		step := must(client.Login.Do(ctx, kratos.LoginOIDC{Provider: provider.GoogleID, IDToken: token}))(t)
		if !step.Done {
			t.Errorf("logged in: %+v", step)
		}
	})

	t.Run("the person enters traits without a claim", func(t *testing.T) {
		t.Parallel()
		p := newPerson()
		method := registration(t, provider.Person{Subject: p.Email})
		_, err := client.Registration.Do(ctx, method)
		expectRejected(t, "a registration", err, kratos.MessageRequired)
		method.Traits = p.traits
		step := must(client.Registration.Submit(ctx, kratos.RejectedFlow[kratos.RegistrationFlow](err), method))(t)
		if got := must(kratos.Traits[traits](step.Identity))(t); !step.Done || got.Email != p.Email {
			t.Errorf("registered: %+v with %+v", step, got)
		}

		p = newPerson()
		unknown := login(t, provider.Person{Subject: p.Email})
		_, err = client.Login.Do(ctx, unknown)
		expectRejected(t, "a login", err, kratos.MessageRequired)
		unknown.Traits = p.traits
		joined := must(client.Login.Submit(ctx, kratos.RejectedFlow[kratos.LoginFlow](err), unknown))(t)
		if got := must(kratos.Traits[traits](joined.Identity))(t); !joined.Done || got.Email != p.Email {
			t.Errorf("logged in: %+v with %+v", joined, got)
		}
	})

	t.Run("a registration with an address that is taken names the login that links", func(t *testing.T) {
		t.Parallel()
		p, account := taken(t)
		_, err := client.Registration.Do(ctx, registration(t, account))
		var e *kratos.Error
		if !errors.Is(err, kratos.ErrAccountExists) || !errors.As(err, &e) {
			t.Fatalf("%v, want ErrAccountExists", err)
		}
		links(t, must(client.Login.Get(ctx, e.FlowID))(t), p, account)
	})

	t.Run("an ID token refreshes a session", func(t *testing.T) {
		t.Parallel()
		cover(t, "login", native, "oidc", "refresh")
		account := newProviderPerson()
		first := must(client.Login.Do(ctx, login(t, account)))(t)
		again := must(client.Login.With(kratos.StartLogin{Refresh: true}).Do(ctx, login(t, account), kratos.SessionToken(first.SessionToken)))(t)
		if !again.Done || !again.Session.AuthenticatedAt.After(first.Session.AuthenticatedAt) {
			t.Errorf("logged in again: %+v", again)
		}
	})

	t.Run("a login with an address in use continues with a login that links the account", func(t *testing.T) {
		cover(t, "login", native, "oidc", "next step")
		t.Parallel()
		p, account := taken(t)
		flow := must(client.Login.Start(ctx))(t)
		step := must(client.Login.Submit(ctx, flow, login(t, account)))(t)
		switch {
		case step.Done:
			t.Fatalf("the token: done: %+v", step)
		case step.Flow == nil:
			t.Fatal("the token: step.Flow is nil")
		case step.Flow.ID == flow.ID:
			t.Fatalf("the token: the same flow %s", step.Flow.ID)
		}
		links(t, step.Flow, p, account)
	})

	t.Run("a flow with an exchange code ends at once all the same", func(t *testing.T) {
		t.Parallel()
		flow := must(client.Login.With(loginInApp).Start(ctx))(t)
		step := must(client.Login.Submit(ctx, flow, login(t, newProviderPerson())))(t)
		if !step.Done || step.SessionToken == "" {
			t.Errorf("logged in: %+v", step)
		}
	})
}
