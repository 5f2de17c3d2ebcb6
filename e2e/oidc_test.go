package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Parameters of flows of an app that continue after the system browser returns.
var (
	loginInApp        = kratos.StartLogin{ReturnTo: "kratosgo://return", ReturnSessionTokenExchangeCode: true}
	registrationInApp = kratos.StartRegistration{ReturnTo: "kratosgo://return", ReturnSessionTokenExchangeCode: true}
)

func TestOIDCLoginsOfApps(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	idp := provider.ForTest(t)
	srv := server.ForTest(t, server.Options{Config: idp.Config(provider.FromIDToken)})
	client, _ := clients(t, srv)

	// The provider serves one browser at a time, so the subtests are not parallel.
	login := func(t *testing.T, start kratos.StartLogin, opts ...kratos.RequestOption) (*kratos.LoginFlow, *url.URL) {
		t.Helper()
		flow := must(client.Login.With(start).Start(ctx, opts...))(t)
		step := must(client.Login.Submit(ctx, flow, kratos.LoginOIDC{Provider: provider.ID}, opts...))(t)
		switch {
		case step.Done:
			t.Fatalf("the provider: done: %+v", step)
		case step.Flow != nil:
			t.Fatalf("the provider: step.Flow = %v, want none", step.Flow)
		case step.RedirectTo == "":
			t.Fatal("the provider: no redirect")
		}
		return flow, newBrowser(t, srv).open(step.RedirectTo)
	}
	registration := func(t *testing.T) (*kratos.RegistrationFlow, *url.URL) {
		t.Helper()
		flow := must(client.Registration.With(registrationInApp).Start(ctx))(t)
		step := must(client.Registration.Submit(ctx, flow, kratos.RegistrationOIDC{Provider: provider.ID}))(t)
		return flow, newBrowser(t, srv).open(step.RedirectTo)
	}
	exchange := func(t *testing.T, initCode string, back *url.URL) *kratos.Session {
		t.Helper()
		got := must(client.ExchangeSessionToken(ctx, initCode, back.Query().Get("code")))(t)
		session := must(client.Whoami(ctx, kratos.SessionToken(got.SessionToken)))(t)
		switch {
		case got.Session.ID != session.ID:
			t.Errorf("got.Session.ID = %v, want %v", got.Session.ID, session.ID)
		case session.AuthenticationMethods[0].Method != kratos.AuthenticationMethodOIDC:
			t.Errorf("session.AuthenticationMethods[0].Method = %v, want %v", session.AuthenticationMethods[0].Method, kratos.AuthenticationMethodOIDC)
		case session.AuthenticationMethods[0].Provider != provider.ID:
			t.Errorf("session.AuthenticationMethods[0].Provider = %v, want %v", session.AuthenticationMethods[0].Provider, provider.ID)
		}
		return session
	}
	returns := func(t *testing.T, back *url.URL, parameters ...string) {
		t.Helper()
		query := back.Query()
		if back.Scheme != "kratosgo" || len(query) != len(parameters) {
			t.Errorf("the browser returns with %s, want %v", back, parameters)
		}
		for _, name := range parameters {
			if query.Get(name) == "" {
				t.Errorf("the browser returns with %s, want %v", back, parameters)
			}
		}
	}

	t.Run("after a registration the app exchanges two codes for a session", func(t *testing.T) {
		cover(t, "registration", native, "oidc", "redirected", "done")
		account := newProviderPerson()
		idp.SignIn(account)
		flow := must(client.Registration.With(registrationInApp).Start(ctx))(t)
		if got := flow.Form().Providers("provider"); len(got) != 1 || got[0] != provider.ID {
			t.Errorf("providers %v", got)
		}
		step := must(client.Registration.Submit(ctx, flow, kratos.RegistrationOIDC{Provider: provider.ID}))(t)
		_, err := client.ExchangeSessionToken(ctx, flow.SessionTokenExchangeCode, "not known yet")
		wantError(t, "before the browser returns", err, kratos.ErrNotFound)
		back := newBrowser(t, srv).open(step.RedirectTo)
		returns(t, back, "code")
		_, err = client.ExchangeSessionToken(ctx, flow.SessionTokenExchangeCode, "another code")
		wantError(t, "with another code", err, kratos.ErrNotFound)
		session := exchange(t, flow.SessionTokenExchangeCode, back)
		if again := exchange(t, flow.SessionTokenExchangeCode, back); again.ID != session.ID {
			t.Errorf("the codes are exchanged for %s, then for %s", session.ID, again.ID)
		}
		if got := must(kratos.Traits[traits](session.Identity))(t); got.Email != account.Email || got.Name.First != account.Name {
			t.Errorf("traits %+v", got)
		}
	})

	t.Run("a known person is logged in and an unknown person is registered", func(t *testing.T) {
		cover(t, "login", native, "oidc", "redirected", "done")
		var ids []string
		for range 2 {
			idp.SignIn(newProviderPerson())
			for range 2 {
				flow, back := login(t, loginInApp)
				ids = append(ids, exchange(t, flow.SessionTokenExchangeCode, back).Identity.ID)
			}
			flow, back := registration(t)
			ids = append(ids, exchange(t, flow.SessionTokenExchangeCode, back).Identity.ID)
		}
		if want := []string{ids[0], ids[0], ids[0], ids[3], ids[3], ids[3]}; !slices.Equal(ids, want) || ids[0] == ids[3] {
			t.Errorf("logged in as %v", ids)
		}
	})

	t.Run("denied access redirects to the app without a code, and the flow has the reason", func(t *testing.T) {
		cover(t, "login", native, "oidc", "rejected")
		cover(t, "registration", native, "oidc", "rejected")
		idp.DenyAccess()
		flow, back := login(t, loginInApp)
		returns(t, back)
		flow = must(client.Login.Get(ctx, flow.ID))(t)
		expectError(t, flow.Form(), "access_denied")

		registering, back := registration(t)
		returns(t, back)
		registering = must(client.Registration.Get(ctx, registering.ID))(t)
		expectError(t, registering.Form(), "access_denied")
	})

	t.Run("a registration asks for traits without a claim and does not keep them", func(t *testing.T) {
		idp.SignIn(provider.Person{Subject: "discreet"})
		flow, back := registration(t)
		returns(t, back)
		flow = must(client.Registration.Get(ctx, flow.ID))(t)
		if missing := flow.Form().FieldErrors()["traits.email"]; len(missing) != 1 || missing[0].ID != kratos.MessageRequired {
			t.Fatalf("messages by field %+v", flow.Form().FieldErrors())
		}
		step := must(client.Registration.Submit(ctx, flow, kratos.RegistrationOIDC{Provider: provider.ID, Traits: newPerson().traits}))(t)
		returns(t, newBrowser(t, srv).open(step.RedirectTo))
		flow = must(client.Registration.Get(ctx, flow.ID))(t)
		if missing := flow.Form().FieldErrors()["traits.email"]; len(missing) != 1 {
			t.Errorf("messages by field %+v", flow.Form().FieldErrors())
		}
	})

	t.Run("a login does not ask for traits", func(t *testing.T) {
		idp.SignIn(provider.Person{Subject: "discreet 2"})
		flow, back := login(t, loginInApp)
		returns(t, back)
		flow = must(client.Login.Get(ctx, flow.ID))(t)
		if len(flow.Form().Messages) != 0 || flow.Form().HasErrors() {
			t.Errorf("messages %+v", flow.Form().Messages)
		}
	})

	t.Run("without an exchange code the browser is redirected to the error page", func(t *testing.T) {
		idp.SignIn(newProviderPerson())
		_, back := login(t, kratos.StartLogin{ReturnTo: "kratosgo://return"})
		expectErrorPage(t, client, back, http.StatusBadRequest)
	})

	t.Run("a second factor comes after the provider", func(t *testing.T) {
		cover(t, "login", native, "oidc", "second factor")
		idp.SignIn(newProviderPerson())
		flow, back := registration(t)
		got := must(client.ExchangeSessionToken(ctx, flow.SessionTokenExchangeCode, back.Query().Get("code")))(t)
		shown := must(client.Settings.Do(ctx, kratos.SettingsLookupSecret{LookupSecretRegenerate: true}, kratos.SessionToken(got.SessionToken)))(t)
		must(client.Settings.Submit(ctx, shown.Flow, kratos.SettingsLookupSecret{LookupSecretConfirm: true}, kratos.SessionToken(got.SessionToken)))(t)

		started, back := login(t, loginInApp)
		returns(t, back, "code")
		got = must(client.ExchangeSessionToken(ctx, started.SessionTokenExchangeCode, back.Query().Get("code")))(t)
		_, err := client.Whoami(ctx, kratos.SessionToken(got.SessionToken))
		wantError(t, "whoami before the second factor", err, kratos.ErrAAL2Required)
		step := must(client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Do(ctx, kratos.LoginLookupSecret{LookupSecret: shown.Flow.Form().LookupSecretCodes()[0]}, kratos.SessionToken(got.SessionToken)))(t)
		switch {
		case !step.Done:
			t.Errorf("the second factor: not done: %+v", step.Session)
		case step.Session.AAL != kratos.AAL2:
			t.Errorf("the second factor: step.Session.AAL = %v, want %v", step.Session.AAL, kratos.AAL2)
		case step.Session.ID != got.Session.ID:
			t.Errorf("the second factor: step.Session.ID = %v, want %v", step.Session.ID, got.Session.ID)
		}
	})

	t.Run("the provider cannot refresh a session", func(t *testing.T) {
		idp.SignIn(newProviderPerson())
		flow, back := registration(t)
		token := must(client.ExchangeSessionToken(ctx, flow.SessionTokenExchangeCode, back.Query().Get("code")))(t).SessionToken
		refresh := loginInApp
		refresh.Refresh = true
		again, back := login(t, refresh, kratos.SessionToken(token))
		if again.SessionTokenExchangeCode != "" {
			t.Error("there is an exchange code")
		}
		expectErrorPage(t, client, back, http.StatusBadRequest)
	})

	t.Run("upstream parameters are sent to the provider", func(t *testing.T) {
		flow := must(client.Login.With(loginInApp).Start(ctx))(t)
		step := must(client.Login.Submit(ctx, flow, kratos.LoginOIDC{Provider: provider.ID, UpstreamParameters: map[string]string{"login_hint": "grace@example.org"}}))(t)
		if there := must(url.Parse(step.RedirectTo))(t); there.Query().Get("login_hint") != "grace@example.org" {
			t.Errorf("the browser is redirected to %s", there)
		}
	})

	t.Run("an ID token of a generic provider is not accepted", func(t *testing.T) {
		_, err := client.Login.Do(ctx, kratos.LoginOIDC{Provider: provider.ID, IDToken: "a.b.c", IDTokenNonce: "n"})
		wantError(t, "a login", err, kratos.ErrServer)
		_, err = client.Registration.Do(ctx, kratos.RegistrationOIDC{Provider: provider.ID, IDToken: "a.b.c", IDTokenNonce: "n"})
		wantError(t, "a registration", err, kratos.ErrServer)
	})

	t.Run("a provider that is not configured is not found", func(t *testing.T) {
		_, err := client.Login.Do(ctx, kratos.LoginOIDC{Provider: "initech"})
		wantError(t, "a login", err, kratos.ErrNotFound)
		_, err = client.Registration.Do(ctx, kratos.RegistrationOIDC{Provider: "initech"})
		wantError(t, "a registration", err, kratos.ErrNotFound)
	})

	t.Run("an address in use redirects to a login that links the account", func(t *testing.T) {
		p := newPerson()
		registered := register(t, client, p)
		idp.SignIn(provider.Person{Subject: p.Email, Email: p.Email})
		_, back := registration(t)
		returns(t, back, "flow", "no_org_ui")
		flow := must(client.Login.Get(ctx, back.Query().Get("flow")))(t)
		switch m := flow.Form().Messages; {
		case len(m) != 1:
			t.Errorf("len(m) = %d, want 1", len(m))
		case m[0].ID != kratos.MessageLoginLinkAccount:
			t.Errorf("m[0].ID = %v, want %v", m[0].ID, kratos.MessageLoginLinkAccount)
		case flow.Form().Value("identifier") != p.Email:
			t.Errorf(`flow.Form().Value("identifier") = %v, want %v`, flow.Form().Value("identifier"), p.Email)
		}
		step := must(client.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
		switch {
		case !step.Done:
			t.Fatalf("the password: not done: %+v", step)
		case step.SessionToken == "":
			t.Fatal("the password: no session token")
		case step.Identity.ID != registered.Identity.ID:
			t.Fatalf("the password: step.Identity.ID = %v, want %v", step.Identity.ID, registered.Identity.ID)
		}
		linked, back := login(t, loginInApp)
		if session := exchange(t, linked.SessionTokenExchangeCode, back); session.Identity.ID != registered.Identity.ID {
			t.Errorf("the provider logs in %s", session.Identity.ID)
		}

		cover(t, "settings", native, "oidc", "done", "rejected")
		token := kratos.SessionToken(step.SessionToken)
		_, err := client.Settings.Do(ctx, kratos.SettingsOIDC{Link: "initech"}, token)
		expectRejected(t, "linking an unknown provider", err, kratos.MessageInvalid)
		unlinked := must(client.Settings.Do(ctx, kratos.SettingsOIDC{Unlink: provider.ID}, token))(t)
		if !unlinked.Done {
			t.Errorf("unlinked: %+v", unlinked)
		}
		_, back = login(t, loginInApp)
		returns(t, back, "flow", "no_org_ui")
	})

	t.Run("settings of an app offer providers from v26.2 on, and linking redirects to the error page", func(t *testing.T) {
		cover(t, "settings", native, "oidc", "redirected")
		token := kratos.SessionToken(register(t, client, newPerson()).SessionToken)
		flow := must(client.Settings.Start(ctx, token))(t)
		if got := flow.Form().Providers("link"); len(got) > 0 != sinceV262() {
			t.Errorf("the form offers %v", got)
		}
		step := must(client.Settings.Submit(ctx, flow, kratos.SettingsOIDC{Link: provider.ID}, token))(t)
		if step.Done || step.RedirectTo == "" {
			t.Fatalf("linking: %+v", step)
		}
		expectErrorPage(t, client, newBrowser(t, srv).open(step.RedirectTo), http.StatusUnauthorized)
	})
}

// expectError checks that a form has a single message, an error with this text.
func expectError(t *testing.T, form kratos.Form, why string) {
	t.Helper()
	switch m := form.Messages; {
	case len(m) != 1:
		t.Errorf("len(m) = %d, want 1", len(m))
	case m[0].ID != kratos.MessageInvalid:
		t.Errorf("m[0].ID = %v, want %v", m[0].ID, kratos.MessageInvalid)
	case !strings.Contains(m[0].Text, why):
		t.Errorf("%q, want it to have %q", m[0].Text, why)
	}
}
