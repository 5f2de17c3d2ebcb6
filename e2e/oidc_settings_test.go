package e2e

import (
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestSocialAccountsInSettings(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	idp := provider.ForTest(t)
	config := idp.Config(provider.FromIDToken)
	config["selfservice"].(map[string]any)["methods"].(map[string]any)["code"] = map[string]any{"passwordless_enabled": false}
	srv := server.ForTest(t, server.Options{Config: config})
	client, _ := clients(t, srv)

	// signedIn is the browser of somebody with a password.
	signedIn := func(t *testing.T) (*browser, string) {
		t.Helper()
		p, br := newPerson(), newBrowser(t, srv)
		id := register(t, client, p).Identity.ID
		br.ajax(client, func(b *kratos.Browser) {
			must(b.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
		})
		return br, id
	}
	// link links the person's account at the provider, and returns the form where the browser is
	// then.
	link := func(t *testing.T, br *browser) (form kratos.Form) {
		t.Helper()
		var next string
		br.ajax(client, func(b *kratos.Browser) {
			step := must(b.Settings.Do(ctx, kratos.SettingsOIDC{Link: provider.ID}))(t)
			if step.Done || step.RedirectTo == "" {
				t.Fatalf("linking: %+v", step)
			}
			next = step.RedirectTo
		})
		id := leads(t, br.open(next), "/settings")
		br.ajax(client, func(b *kratos.Browser) {
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

	t.Run("an account that is linked logs its person in until it is unlinked", func(t *testing.T) {
		cover(t, "settings", singlePage, "oidc", "elsewhere", "done")
		br, id := signedIn(t)
		account := newAccount()
		idp.SignIn(account)
		form := link(t, br)
		if m := form.Messages; len(m) != 1 || m[0].ID != kratos.MessageSettingsSaved {
			t.Errorf("messages %+v", m)
		}
		offers(t, form, 0, 1)
		other := newBrowser(t, srv)
		leads(t, other.login(client), "/")
		if got := other.whoami(client).Identity; got.ID != id {
			t.Errorf("the provider signs in %s", got.ID)
		}

		br.ajax(client, func(b *kratos.Browser) {
			step := must(b.Settings.Do(ctx, kratos.SettingsOIDC{Unlink: provider.ID}))(t)
			if !step.Done {
				t.Errorf("unlinking: %+v", step)
			}
			offers(t, step.Flow.Form(), 1, 0)
		})
		other = newBrowser(t, srv)
		leads(t, other.login(client), "/")
		if got := other.whoami(client).Identity; got.ID == id {
			t.Error("the provider still signs the person in")
		}
	})

	t.Run("a person who refuses is back at the form which says why", func(t *testing.T) {
		br, _ := signedIn(t)
		idp.DenyAccess()
		form := link(t, br)
		saysWhy(t, form, "access_denied")
		offers(t, form, 1, 0)
	})

	t.Run("an account of somebody else is not linked", func(t *testing.T) {
		idp.SignIn(newAccount())
		leads(t, newBrowser(t, srv).registration(client), "/")
		br, _ := signedIn(t)
		form := link(t, br)
		if m := form.Messages; len(m) != 1 || m[0].ID != kratos.MessageAccountExists {
			t.Errorf("messages %+v", m)
		}
		offers(t, form, 1, 0)
	})

	t.Run("the last way to log in is not unlinked", func(t *testing.T) {
		cover(t, "settings", singlePage, "oidc", "refused")
		idp.SignIn(newAccount())
		br := newBrowser(t, srv)
		leads(t, br.registration(client), "/")
		br.ajax(client, func(b *kratos.Browser) {
			flow := must(b.Settings.Start(ctx))(t)
			offers(t, flow.Form(), 0, 0)
			_, err := b.Settings.Submit(ctx, flow, kratos.SettingsOIDC{Unlink: provider.ID})
			rejectedFor(t, "unlinking", err, kratos.MessageInvalid)
			must(b.Settings.Submit(ctx, flow, kratos.SettingsPassword{Password: "a correct horse besides"}))(t)
			step := must(b.Settings.Submit(ctx, flow, kratos.SettingsOIDC{Unlink: provider.ID}))(t)
			offers(t, step.Flow.Form(), 1, 0)
		})
	})

	t.Run("what is not there is neither linked nor unlinked", func(t *testing.T) {
		br, _ := signedIn(t)
		br.ajax(client, func(b *kratos.Browser) {
			_, err := b.Settings.Do(ctx, kratos.SettingsOIDC{Link: "initech"})
			rejectedFor(t, "linking", err, kratos.MessageInvalid)
			_, err = b.Settings.Do(ctx, kratos.SettingsOIDC{Unlink: provider.ID})
			wantError(t, "unlinking", err, kratos.ErrNotFound)
		})
	})
}

func TestSocialSignInOnPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	idp := provider.ForTest(t)
	srv := server.ForTest(t, server.Options{UI: s.url, Config: idp.Config(provider.FromUserinfo)})
	client, _ := clients(t, srv)
	s.pages(client)
	s.home(client)
	through := url.Values{"method": {"oidc"}, "provider": {provider.ID}}

	cover(t, "login", pages, "oidc", "refused", "done")
	cover(t, "registration", pages, "oidc", "refused", "goes on")
	cover(t, "settings", pages, "oidc", "done")
	idp.DenyAccess()
	s.visit("/login")
	where, page := s.send(through)
	s.wants("refused", where, page, "/login?flow=", "message 4000001")
	discreet := provider.Person{Subject: "discreet"}
	idp.SignIn(discreet)
	where, page = s.send(through)
	s.wants("a login of somebody unknown", where, page, "/registration?flow=", "traits.email 4000002")
	p := newPerson()
	where, page = s.send(url.Values{"method": {"oidc"}, "provider": {provider.ID}, "traits.email": {p.Email}})
	s.wants("registered", where, page, "/", "home of ")
	registered := page

	s.forget()
	s.visit("/login")
	where, page = s.send(through)
	s.wants("logged in", where, page, "/", registered)
	s.visit("/settings")
	where, page = s.send(url.Values{"method": {"oidc"}, "unlink": {provider.ID}})
	s.wants("unlinked", where, page, "/settings?flow=", "message 1050001")
	where, page = s.send(url.Values{"method": {"oidc"}, "link": {provider.ID}})
	s.wants("linked", where, page, "/settings?flow=", "message 1050001")

	s.forget()
	q := newPerson()
	register(t, client, q)
	idp.SignIn(provider.Person{Subject: "somebody else", Email: q.Email})
	s.visit("/registration")
	where, page = s.send(through)
	s.wants("an address that is taken", where, page, "/login?flow=", "message 1010016")
	where, page = s.send(url.Values{"method": {"password"}, "identifier": {q.Email}, "password": {q.password}})
	s.wants("linked by logging in", where, page, "/", "home of ")
	linked := page
	s.forget()
	s.visit("/login")
	where, page = s.send(through)
	s.wants("logged in", where, page, "/", linked)
}
