package e2e

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestOIDCLoginsOfSinglePageApps(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	idp := provider.ForTest(t)
	srv := server.ForTest(t, server.Options{Config: idp.Config(provider.FromIDToken)})
	client, _ := clients(t, srv)

	// The provider serves one browser at a time, so the subtests are not parallel.
	login := func(br *browser) *url.URL { return br.login(client) }
	registration := func(br *browser) *url.URL { return br.registration(client) }

	t.Run("a registration logs the browser in", func(t *testing.T) {
		cover(t, "registration", singlePage, "oidc", "redirected", "done")
		account := newProviderPerson()
		idp.SignIn(account)
		br := newBrowser(t, srv)
		expectPage(t, registration(br), "/")
		session := br.whoami(client)
		switch m := session.AuthenticationMethods; {
		case len(m) != 1:
			t.Errorf("len(m) = %d, want 1", len(m))
		case m[0].Method != kratos.AuthenticationMethodOIDC:
			t.Errorf("m[0].Method = %v, want %v", m[0].Method, kratos.AuthenticationMethodOIDC)
		case m[0].Provider != provider.ID:
			t.Errorf("m[0].Provider = %v, want %v", m[0].Provider, provider.ID)
		}
		if got := must(kratos.Traits[traits](session.Identity))(t); got.Email != account.Email || got.Name.First != account.Name {
			t.Errorf("traits %+v", got)
		}
	})

	t.Run("a known person is logged in and an unknown person is registered", func(t *testing.T) {
		cover(t, "login", singlePage, "oidc", "redirected", "done")
		var ids []string
		for _, first := range []func(*browser) *url.URL{registration, login} {
			idp.SignIn(newProviderPerson())
			for _, start := range []func(*browser) *url.URL{first, login, registration} {
				br := newBrowser(t, srv)
				expectPage(t, start(br), "/")
				ids = append(ids, br.whoami(client).Identity.ID)
			}
		}
		if want := []string{ids[0], ids[0], ids[0], ids[3], ids[3], ids[3]}; !slices.Equal(ids, want) || ids[0] == ids[3] {
			t.Errorf("logged in as %v", ids)
		}
	})

	t.Run("denied access redirects to the form with the reason", func(t *testing.T) {
		cover(t, "login", singlePage, "oidc", "rejected")
		cover(t, "registration", singlePage, "oidc", "rejected")
		idp.DenyAccess()
		br := newBrowser(t, srv)
		id := expectPage(t, login(br), "/login")
		br.withBrowser(client, func(b *kratos.Browser) {
			expectError(t, must(b.Login.Get(ctx, id))(t).Form(), "access_denied")
		})
		id = expectPage(t, registration(br), "/registration")
		br.withBrowser(client, func(b *kratos.Browser) {
			expectError(t, must(b.Registration.Get(ctx, id))(t).Form(), "access_denied")
			_, err := b.Whoami(ctx)
			wantError(t, "whoami", err, kratos.ErrNoSession)
		})
	})

	t.Run("a registration asks for traits without a claim", func(t *testing.T) {
		for _, start := range []func(*browser) *url.URL{registration, login} {
			p := newPerson()
			idp.SignIn(provider.Person{Subject: p.Email})
			br := newBrowser(t, srv)
			id := expectPage(t, start(br), "/registration")
			var next string
			br.withBrowser(client, func(b *kratos.Browser) {
				flow := must(b.Registration.Get(ctx, id))(t)
				if missing := flow.Form().FieldErrors()["traits.email"]; len(missing) != 1 || missing[0].ID != kratos.MessageRequired {
					t.Errorf("messages by field %+v", flow.Form().FieldErrors())
				}
				next = must(b.Registration.Submit(ctx, flow, kratos.RegistrationOIDC{Provider: provider.ID, Traits: p.traits}))(t).RedirectTo
			})
			br.open(next)
			if got := must(kratos.Traits[traits](br.whoami(client).Identity))(t); got.Email != p.Email || got.Name.Last != "Hopper" {
				t.Errorf("traits %+v", got)
			}
		}
	})

	t.Run("an address in use redirects to a login that links the account", func(t *testing.T) {
		p := newPerson()
		want := register(t, client, p).Identity.ID
		idp.SignIn(provider.Person{Subject: p.Email, Email: p.Email})
		for _, start := range []func(*browser) *url.URL{login, registration} {
			br := newBrowser(t, srv)
			id := expectPage(t, start(br), "/login")
			br.withBrowser(client, func(b *kratos.Browser) {
				flow := must(b.Login.Get(ctx, id))(t)
				switch m := flow.Form().Messages; {
				case len(m) != 1:
					t.Errorf("len(m) = %d, want 1", len(m))
				case m[0].ID != kratos.MessageLoginLinkAccount:
					t.Errorf("m[0].ID = %v, want %v", m[0].ID, kratos.MessageLoginLinkAccount)
				case flow.Form().Value("identifier") != p.Email:
					t.Errorf(`flow.Form().Value("identifier") = %v, want %v`, flow.Form().Value("identifier"), p.Email)
				}
				_, err := b.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: "wrong"})
				expectRejected(t, "a wrong password", err, kratos.MessageInvalidCredentials)
			})
		}
		br := newBrowser(t, srv)
		id := expectPage(t, login(br), "/login")
		br.withBrowser(client, func(b *kratos.Browser) {
			flow := must(b.Login.Get(ctx, id))(t)
			step := must(b.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
			if !step.Done || step.Identity.ID != want {
				t.Errorf("the password: %+v", step)
			}
		})
		br = newBrowser(t, srv)
		expectPage(t, login(br), "/")
		if got := br.whoami(client).Identity.ID; got != want {
			t.Errorf("the provider logs in %s", got)
		}
	})

	t.Run("a login again through the provider makes a new session", func(t *testing.T) {
		cover(t, "login", singlePage, "oidc", "refresh")
		idp.SignIn(newProviderPerson())
		br := newBrowser(t, srv)
		expectPage(t, registration(br), "/")
		before := br.whoami(client)
		var next string
		br.withBrowser(client, func(b *kratos.Browser) {
			next = must(b.Login.With(kratos.StartLogin{Refresh: true}).Do(ctx, kratos.LoginOIDC{Provider: provider.ID}))(t).RedirectTo
		})
		expectPage(t, br.open(next), "/")
		after := br.whoami(client)
		switch {
		case after.ID == before.ID:
			t.Errorf("the same session %s", after.ID)
		case after.Identity.ID != before.Identity.ID:
			t.Errorf("after.Identity.ID = %v, want %v", after.Identity.ID, before.Identity.ID)
		case !after.AuthenticatedAt.After(before.AuthenticatedAt):
			t.Errorf("authenticated at %s, and then at %s", before.AuthenticatedAt, after.AuthenticatedAt)
		}
	})

	t.Run("a second factor comes after the provider", func(t *testing.T) {
		cover(t, "login", singlePage, "oidc", "second factor")
		idp.SignIn(newProviderPerson())
		br := newBrowser(t, srv)
		expectPage(t, registration(br), "/")
		var codes []string
		br.withBrowser(client, func(b *kratos.Browser) {
			shown := must(b.Settings.Do(ctx, kratos.SettingsLookupSecret{LookupSecretRegenerate: true}))(t)
			codes = shown.Flow.Form().LookupSecretCodes()
			must(b.Settings.Submit(ctx, shown.Flow, kratos.SettingsLookupSecret{LookupSecretConfirm: true}))(t)
		})
		br = newBrowser(t, srv)
		id := expectPage(t, login(br), "/login")
		br.withBrowser(client, func(b *kratos.Browser) {
			_, err := b.Whoami(ctx)
			wantError(t, "whoami before the second factor", err, kratos.ErrAAL2Required)
			flow := must(b.Login.Get(ctx, id))(t)
			must(b.Login.Submit(ctx, flow, kratos.LoginLookupSecret{LookupSecret: codes[0]}))(t)
		})
		if session := br.whoami(client); session.AAL != kratos.AAL2 {
			t.Errorf("session of %s", session.AAL)
		}
	})

	t.Run("what one browser began another cannot finish", func(t *testing.T) {
		idp.SignIn(newProviderPerson())
		var next string
		newBrowser(t, srv).withBrowser(client, func(b *kratos.Browser) {
			next = must(b.Login.Do(ctx, kratos.LoginOIDC{Provider: provider.ID}))(t).RedirectTo
		})
		expectErrorPage(t, client, newBrowser(t, srv).open(next), http.StatusBadRequest)
	})
}
