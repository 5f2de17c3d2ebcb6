package e2e

import (
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestOIDCAccountsInSettings(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	idp := provider.ForTest(t)
	config := idp.Config(provider.FromIDToken)
	config["selfservice"].(map[string]any)["methods"].(map[string]any)["code"] = map[string]any{"passwordless_enabled": false}
	srv := server.ForTest(t, server.Options{Config: config})
	client, _ := clients(t, srv)

	// signedIn returns the browser of a person who is logged in with a password, and the identity's
	// id.
	signedIn := func(t *testing.T) (*browser, string) {
		t.Helper()
		p, br := newPerson(), newBrowser(t, srv)
		id := register(t, client, p).Identity.ID
		br.withBrowser(client, func(b *kratos.Browser) {
			must(b.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
		})
		return br, id
	}
	// link links the person's account at the provider, and returns the form to which the browser is
	// redirected.
	link := func(t *testing.T, br *browser) (form kratos.Form) {
		t.Helper()
		var next string
		br.withBrowser(client, func(b *kratos.Browser) {
			step := must(b.Settings.Do(ctx, kratos.SettingsOIDC{Link: provider.ID}))(t)
			if step.Done || step.RedirectTo == "" {
				t.Fatalf("linking: %+v", step)
			}
			next = step.RedirectTo
		})
		id := expectPage(t, br.open(next), "/settings")
		br.withBrowser(client, func(b *kratos.Browser) {
			form = must(b.Settings.Get(ctx, id))(t).Form()
		})
		return form
	}
	offers := func(t *testing.T, form kratos.Form, link, unlink int) {
		t.Helper()
		if len(form.Providers("link")) != link || len(form.Providers("unlink")) != unlink {
			t.Errorf("the form links %v and unlinks %v", form.Providers("link"), form.Providers("unlink"))
		}
	}

	t.Run("a linked account logs the person in until it is unlinked", func(t *testing.T) {
		cover(t, "settings", singlePage, "oidc", "redirected", "done")
		br, id := signedIn(t)
		account := newProviderPerson()
		idp.SignIn(account)
		form := link(t, br)
		if m := form.Messages; len(m) != 1 || m[0].ID != kratos.MessageSettingsSaved {
			t.Errorf("messages %+v", m)
		}
		offers(t, form, 0, 1)
		other := newBrowser(t, srv)
		expectPage(t, other.login(client), "/")
		if got := other.whoami(client).Identity; got.ID != id {
			t.Errorf("the provider logs in %s", got.ID)
		}

		br.withBrowser(client, func(b *kratos.Browser) {
			step := must(b.Settings.Do(ctx, kratos.SettingsOIDC{Unlink: provider.ID}))(t)
			if !step.Done {
				t.Errorf("unlinking: %+v", step)
			}
			offers(t, step.Flow.Form(), 1, 0)
		})
		other = newBrowser(t, srv)
		expectPage(t, other.login(client), "/")
		if got := other.whoami(client).Identity; got.ID == id {
			t.Error("the provider still logs the person in")
		}
	})

	t.Run("denied access redirects to the form with the reason", func(t *testing.T) {
		br, _ := signedIn(t)
		idp.DenyAccess()
		form := link(t, br)
		expectError(t, form, "access_denied")
		offers(t, form, 1, 0)
	})

	t.Run("an account of another person is not linked", func(t *testing.T) {
		idp.SignIn(newProviderPerson())
		expectPage(t, newBrowser(t, srv).registration(client), "/")
		br, _ := signedIn(t)
		form := link(t, br)
		if m := form.Messages; len(m) != 1 || m[0].ID != kratos.MessageAccountExists {
			t.Errorf("messages %+v", m)
		}
		offers(t, form, 1, 0)
	})

	t.Run("the last way to log in is not unlinked", func(t *testing.T) {
		cover(t, "settings", singlePage, "oidc", "rejected")
		idp.SignIn(newProviderPerson())
		br := newBrowser(t, srv)
		expectPage(t, br.registration(client), "/")
		br.withBrowser(client, func(b *kratos.Browser) {
			flow := must(b.Settings.Start(ctx))(t)
			offers(t, flow.Form(), 0, 0)
			_, err := b.Settings.Submit(ctx, flow, kratos.SettingsOIDC{Unlink: provider.ID})
			expectRejected(t, "unlinking", err, kratos.MessageInvalid)
			must(b.Settings.Submit(ctx, flow, kratos.SettingsPassword{Password: "a correct horse besides"}))(t)
			step := must(b.Settings.Submit(ctx, flow, kratos.SettingsOIDC{Unlink: provider.ID}))(t)
			offers(t, step.Flow.Form(), 1, 0)
		})
	})

	t.Run("an unknown provider is not linked and a missing link is not unlinked", func(t *testing.T) {
		br, _ := signedIn(t)
		br.withBrowser(client, func(b *kratos.Browser) {
			_, err := b.Settings.Do(ctx, kratos.SettingsOIDC{Link: "initech"})
			expectRejected(t, "linking", err, kratos.MessageInvalid)
			_, err = b.Settings.Do(ctx, kratos.SettingsOIDC{Unlink: provider.ID})
			wantError(t, "unlinking", err, kratos.ErrNotFound)
		})
	})
}

func TestOIDCLoginsOnPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	idp := provider.ForTest(t)
	srv := server.ForTest(t, server.Options{UI: s.url, Config: idp.Config(provider.FromUserinfo)})
	client, _ := clients(t, srv)
	s.addPages(client)
	s.addHome(client)
	through := url.Values{"method": {"oidc"}, "provider": {provider.ID}}

	cover(t, "login", pages, "oidc", "rejected", "done")
	cover(t, "registration", pages, "oidc", "rejected", "next step")
	cover(t, "settings", pages, "oidc", "done")
	idp.DenyAccess()
	s.open("/login")
	where, page := s.submit(through)
	s.expect("rejected", where, page, "/login?flow=", "message 4000001")
	discreet := provider.Person{Subject: "discreet"}
	idp.SignIn(discreet)
	where, page = s.submit(through)
	s.expect("a login of an unknown person", where, page, "/registration?flow=", "traits.email 4000002")
	p := newPerson()
	where, page = s.submit(url.Values{"method": {"oidc"}, "provider": {provider.ID}, "traits.email": {p.Email}})
	s.expect("registered", where, page, "/", "home of ")
	registered := page

	s.clearCookies()
	s.open("/login")
	where, page = s.submit(through)
	s.expect("logged in", where, page, "/", registered)
	s.open("/settings")
	where, page = s.submit(url.Values{"method": {"oidc"}, "unlink": {provider.ID}})
	s.expect("unlinked", where, page, "/settings?flow=", "message 1050001")
	where, page = s.submit(url.Values{"method": {"oidc"}, "link": {provider.ID}})
	s.expect("linked", where, page, "/settings?flow=", "message 1050001")

	s.clearCookies()
	q := newPerson()
	register(t, client, q)
	idp.SignIn(provider.Person{Subject: "another person", Email: q.Email})
	s.open("/registration")
	where, page = s.submit(through)
	s.expect("an address in use", where, page, "/login?flow=", "message 1010016")
	where, page = s.submit(url.Values{"method": {"password"}, "identifier": {q.Email}, "password": {q.password}})
	s.expect("linked by logging in", where, page, "/", "home of ")
	linked := page
	s.clearCookies()
	s.open("/login")
	where, page = s.submit(through)
	s.expect("logged in", where, page, "/", linked)
}
