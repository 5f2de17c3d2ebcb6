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

func TestSocialSignInOfSinglePageApps(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	idp := provider.ForTest(t)
	srv := server.ForTest(t, server.Options{Config: idp.Config(provider.FromIDToken)})
	client, _ := clients(t, srv)

	// The provider serves one browser at a time, so what follows is not parallel.
	login := func(s *surfer) *url.URL { return s.login(client) }
	registration := func(s *surfer) *url.URL { return s.registration(client) }

	t.Run("a registration signs the browser in", func(t *testing.T) {
		covers(t, "registration", singlePage, "oidc", "elsewhere", "done")
		someone := newAccount()
		idp.SignIn(someone)
		s := newSurfer(t, srv)
		leads(t, registration(s), "/")
		session := s.whoami(client)
		if m := session.AuthenticationMethods; len(m) != 1 || m[0].Method != kratos.AuthenticationMethodOIDC || m[0].Provider != provider.ID {
			t.Errorf("methods %+v", m)
		}
		if got := must1of[traits](t)(kratos.Traits[traits](session.Identity)); got.Email != someone.Email || got.Name.First != someone.Name {
			t.Errorf("traits %+v", got)
		}
	})

	t.Run("whoever is known is logged in and whoever is not is registered", func(t *testing.T) {
		covers(t, "login", singlePage, "oidc", "elsewhere", "done")
		var ids []string
		for _, first := range []func(*surfer) *url.URL{registration, login} {
			idp.SignIn(newAccount())
			for _, start := range []func(*surfer) *url.URL{first, login, registration} {
				s := newSurfer(t, srv)
				leads(t, start(s), "/")
				ids = append(ids, s.whoami(client).Identity.ID)
			}
		}
		if want := []string{ids[0], ids[0], ids[0], ids[3], ids[3], ids[3]}; !slices.Equal(ids, want) || ids[0] == ids[3] {
			t.Errorf("signed in as %v", ids)
		}
	})

	t.Run("a person who refuses is back at the form which says why", func(t *testing.T) {
		covers(t, "login", singlePage, "oidc", "refused")
		covers(t, "registration", singlePage, "oidc", "refused")
		idp.Refuse()
		s := newSurfer(t, srv)
		id := leads(t, login(s), "/login")
		s.ajax(client, func(b *kratos.Browser) {
			saysWhy(t, must1of[*kratos.LoginFlow](t)(b.Login.Get(ctx, id)).Form(), "access_denied")
		})
		id = leads(t, registration(s), "/registration")
		s.ajax(client, func(b *kratos.Browser) {
			saysWhy(t, must1of[*kratos.RegistrationFlow](t)(b.Registration.Get(ctx, id)).Form(), "access_denied")
			_, err := b.Whoami(ctx)
			wants(t, "whoami", err, kratos.ErrNoSession)
		})
	})

	t.Run("a registration asks for what the provider does not tell", func(t *testing.T) {
		for _, start := range []func(*surfer) *url.URL{registration, login} {
			p := newPerson()
			idp.SignIn(provider.Person{Subject: p.Email})
			s := newSurfer(t, srv)
			id := leads(t, start(s), "/registration")
			var next string
			s.ajax(client, func(b *kratos.Browser) {
				flow := must1of[*kratos.RegistrationFlow](t)(b.Registration.Get(ctx, id))
				if missing := flow.Form().FieldErrors()["traits.email"]; len(missing) != 1 || missing[0].ID != kratos.MessageRequired {
					t.Errorf("messages by field %+v", flow.Form().FieldErrors())
				}
				next = must1of[*kratos.Step[kratos.RegistrationFlow]](t)(b.Registration.Submit(ctx, flow, kratos.RegistrationOIDC{Provider: provider.ID, Traits: p.traits})).RedirectTo
			})
			s.open(next)
			if got := must1of[traits](t)(kratos.Traits[traits](s.whoami(client).Identity)); got.Email != p.Email || got.Name.Last != "Hopper" {
				t.Errorf("traits %+v", got)
			}
		}
	})

	t.Run("an address that is taken leads to a login that links the account", func(t *testing.T) {
		p := newPerson()
		want := register(t, client, p).Identity.ID
		idp.SignIn(provider.Person{Subject: p.Email, Email: p.Email})
		for _, start := range []func(*surfer) *url.URL{login, registration} {
			s := newSurfer(t, srv)
			id := leads(t, start(s), "/login")
			s.ajax(client, func(b *kratos.Browser) {
				flow := must1of[*kratos.LoginFlow](t)(b.Login.Get(ctx, id))
				if m := flow.Form().Messages; len(m) != 1 || m[0].ID != kratos.MessageLoginLinkAccount || flow.Form().Value("identifier") != p.Email {
					t.Errorf("messages %+v for %q", m, flow.Form().Value("identifier"))
				}
				_, err := b.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: "wrong"})
				rejectedFor(t, "a wrong password", err, kratos.MessageInvalidCredentials)
			})
		}
		s := newSurfer(t, srv)
		id := leads(t, login(s), "/login")
		s.ajax(client, func(b *kratos.Browser) {
			flow := must1of[*kratos.LoginFlow](t)(b.Login.Get(ctx, id))
			step := must1of[*kratos.Step[kratos.LoginFlow]](t)(b.Login.Submit(ctx, flow, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))
			if !step.Done || step.Identity.ID != want {
				t.Errorf("the password: %+v", step)
			}
		})
		s = newSurfer(t, srv)
		leads(t, login(s), "/")
		if got := s.whoami(client).Identity.ID; got != want {
			t.Errorf("the provider signs in %s", got)
		}
	})

	t.Run("a login again through the provider makes a new session", func(t *testing.T) {
		covers(t, "login", singlePage, "oidc", "refresh")
		idp.SignIn(newAccount())
		s := newSurfer(t, srv)
		leads(t, registration(s), "/")
		before := s.whoami(client)
		var next string
		s.ajax(client, func(b *kratos.Browser) {
			next = must1of[*kratos.Step[kratos.LoginFlow]](t)(b.Login.Do(ctx, kratos.LoginOIDC{Provider: provider.ID}, kratos.Refresh())).RedirectTo
		})
		leads(t, s.open(next), "/")
		after := s.whoami(client)
		if after.ID == before.ID || after.Identity.ID != before.Identity.ID || !after.AuthenticatedAt.After(before.AuthenticatedAt) {
			t.Errorf("from session %+v to %+v", before, after)
		}
	})

	t.Run("a second factor comes after the provider", func(t *testing.T) {
		covers(t, "login", singlePage, "oidc", "second factor")
		idp.SignIn(newAccount())
		s := newSurfer(t, srv)
		leads(t, registration(s), "/")
		var codes []string
		s.ajax(client, func(b *kratos.Browser) {
			shown := must1of[*kratos.Step[kratos.SettingsFlow]](t)(b.Settings.Do(ctx, kratos.SettingsLookup{LookupSecretRegenerate: true}))
			codes = shown.Flow.Form().LookupCodes()
			must1of[*kratos.Step[kratos.SettingsFlow]](t)(b.Settings.Submit(ctx, shown.Flow, kratos.SettingsLookup{LookupSecretConfirm: true}))
		})
		s = newSurfer(t, srv)
		id := leads(t, login(s), "/login")
		s.ajax(client, func(b *kratos.Browser) {
			_, err := b.Whoami(ctx)
			wants(t, "whoami before the second factor", err, kratos.ErrAAL2Required)
			flow := must1of[*kratos.LoginFlow](t)(b.Login.Get(ctx, id))
			must1of[*kratos.Step[kratos.LoginFlow]](t)(b.Login.Submit(ctx, flow, kratos.LoginLookupSecret{LookupSecret: codes[0]}))
		})
		if session := s.whoami(client); session.AAL != kratos.AAL2 {
			t.Errorf("session of %s", session.AAL)
		}
	})

	t.Run("what one browser began another cannot finish", func(t *testing.T) {
		idp.SignIn(newAccount())
		var next string
		newSurfer(t, srv).ajax(client, func(b *kratos.Browser) {
			next = must1of[*kratos.Step[kratos.LoginFlow]](t)(b.Login.Do(ctx, kratos.LoginOIDC{Provider: provider.ID})).RedirectTo
		})
		isErrorPage(t, client, newSurfer(t, srv).open(next), http.StatusBadRequest)
	})
}
