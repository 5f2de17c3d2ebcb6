package e2e

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestPasskeys(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, _ := clients(t, shared)

	t.Run("a registration with a passkey signs the person in", func(t *testing.T) {
		p, _, browser := passkeyPerson(t, client)
		session := must(browser.Whoami(ctx))(t)
		switch {
		case session.AAL != kratos.AAL1:
			t.Errorf("session.AAL = %v, want %v", session.AAL, kratos.AAL1)
		case len(session.AuthenticationMethods) != 1:
			t.Errorf("len(session.AuthenticationMethods) = %d, want 1", len(session.AuthenticationMethods))
		case session.AuthenticationMethods[0].Method != kratos.AuthenticationMethodPasskey:
			t.Errorf("session.AuthenticationMethods[0].Method = %v, want %v", session.AuthenticationMethods[0].Method, kratos.AuthenticationMethodPasskey)
		}
		if got := must(kratos.Traits[traits](session.Identity))(t); got.Email != p.Email {
			t.Errorf("signed in as %q", got.Email)
		}
	})

	t.Run("the passkey says who logs in", func(t *testing.T) {
		_, k, registered := passkeyPerson(t, client)
		want := must(registered.Whoami(ctx))(t)
		browser := client.Browser(visit(nil))
		flow := must(browser.Login.Start(ctx))(t)
		step := must(browser.Login.Submit(ctx, flow, kratos.LoginPasskey{PasskeyLogin: k.get(t, passkeyOptions(flow.Form()))}))(t)
		switch {
		case !step.Done:
			t.Errorf("logged in: not done: %+v", step)
		case step.Identity.ID != want.Identity.ID:
			t.Errorf("logged in: step.Identity.ID = %v, want %v", step.Identity.ID, want.Identity.ID)
		case step.Session.ID == want.ID:
			t.Errorf("logged in: the same session %s", step.Session.ID)
		}
	})

	t.Run("the passkey logs in again for privileged settings", func(t *testing.T) {
		_, k, browser := passkeyPerson(t, client)
		before := must(browser.Whoami(ctx))(t)
		flow := must(browser.Login.With(kratos.StartLogin{Refresh: true}).Start(ctx))(t)
		step := must(browser.Login.Submit(ctx, flow, kratos.LoginPasskey{PasskeyLogin: k.get(t, passkeyOptions(flow.Form()))}))(t)
		if !step.Done || !step.Session.AuthenticatedAt.After(before.AuthenticatedAt) {
			t.Errorf("logged in again: %+v", step)
		}
	})

	t.Run("what no passkey of the person has signed is refused", func(t *testing.T) {
		_, k, _ := passkeyPerson(t, client)
		browser := client.Browser(visit(nil))
		flow := must(browser.Login.Start(ctx))(t)
		form := flow.Form()
		stranger, elsewhere := newKey(), *k
		stranger.auth.Options.UserHandle = []byte("nobody's handle")
		elsewhere.site.Origin = "http://evil.example.com"
		other := must(browser.Login.Start(ctx))(t).Form()
		for name, tc := range map[string]struct {
			answer string
			number int
		}{
			"a passkey that nobody registered": {stranger.get(t, passkeyOptions(form)), noKey},
			"the answer to another challenge":  {k.get(t, passkeyOptions(other)), wrongKey},
			"an answer given on another site":  {elsewhere.get(t, passkeyOptions(form)), wrongKey},
			"no answer at all":                 {"{}", kratos.MessageInvalid},
			"something that is no JSON":        {"s3cret", kratos.MessageInvalid},
		} {
			_, err := browser.Login.Submit(ctx, flow, kratos.LoginPasskey{PasskeyLogin: tc.answer})
			rejectedFor(t, name, err, tc.number)
		}
	})

	t.Run("a submission without an answer leads back to the form", func(t *testing.T) {
		browser := client.Browser(visit(nil))
		flow := must(browser.Login.Start(ctx))(t)
		step := must(browser.Login.Submit(ctx, flow, kratos.LoginPasskey{}))(t)
		switch {
		case step.Done:
			t.Errorf("submitted: done: %+v to %s", step, step.RedirectTo)
		case step.Flow != nil:
			t.Errorf("submitted: step.Flow = %v, want none", step.Flow)
		case !strings.HasSuffix(step.RedirectTo, "/login?flow="+flow.ID):
			t.Errorf("submitted: %q, want it to end with %q", step.RedirectTo, "/login?flow="+flow.ID)
		}
	})

	t.Run("settings add a second passkey and remove it", func(t *testing.T) {
		_, _, browser := passkeyPerson(t, client)
		second := newKey()
		flow := must(browser.Settings.Start(ctx))(t)
		added := must(browser.Settings.Submit(ctx, flow, kratos.SettingsPasskey{PasskeySettingsRegister: second.create(t, passkeyOptions(flow.Form()))}))(t)
		switch ids := removals(added.Flow.Form(), "passkey_remove"); {
		case !added.Done:
			t.Fatalf("added: not done, passkeys %v", ids)
		case len(ids) != 2:
			t.Fatalf("added: len(ids) = %d, want 2", len(ids))
		case !slices.Contains(ids, hexID(second)):
			t.Fatalf("added: %v, without %s", ids, hexID(second))
		}
		login := client.Browser(visit(nil))
		start := must(login.Login.Start(ctx))(t)
		must(login.Login.Submit(ctx, start, kratos.LoginPasskey{PasskeyLogin: second.get(t, passkeyOptions(start.Form()))}))(t)

		removed := must(browser.Settings.Submit(ctx, added.Flow, kratos.SettingsPasskey{PasskeyRemove: hexID(second)}))(t)
		if ids := removals(removed.Flow.Form(), "passkey_remove"); !removed.Done || len(ids) != 1 {
			t.Errorf("removed: done %v, passkeys %v", removed.Done, ids)
		}
		login = client.Browser(visit(nil))
		start = must(login.Login.Start(ctx))(t)
		_, err := login.Login.Submit(ctx, start, kratos.LoginPasskey{PasskeyLogin: second.get(t, passkeyOptions(start.Form()))})
		rejectedFor(t, "the passkey that was removed", err, wrongKey)
	})

	t.Run("native clients are offered no passkeys, and refused with one", func(t *testing.T) {
		token := kratos.SessionToken(register(t, client, newPerson()).SessionToken)
		login := must(client.Login.Start(ctx))(t)
		registration := must(client.Registration.Start(ctx))(t)
		settings := must(client.Settings.Start(ctx, token))(t)
		for name, form := range map[string]kratos.Form{"login": login.Form(), "registration": registration.Form(), "settings": settings.Form()} {
			t.Run(name, func(t *testing.T) {
				if nodes := form.Group(kratos.UINodeGroupPasskey); len(nodes) != 0 {
					t.Errorf("%s offers %+v", name, nodes)
				}
			})
		}
		for _, flow := range []string{"login", "registration", "settings"} {
			cover(t, flow, native, "passkey", "refused")
		}
		_, err := client.Login.Submit(ctx, login, kratos.LoginPasskey{PasskeyLogin: "{}"})
		rejectedFor(t, "login", err, noLoginStrategy)
		_, err = client.Registration.Submit(ctx, registration, kratos.RegistrationPasskey{Traits: newPerson().traits, PasskeyRegister: "{}"})
		rejectedFor(t, "registration", err, noRegistrationStrategy)
		_, err = client.Settings.Submit(ctx, settings, kratos.SettingsPasskey{PasskeySettingsRegister: "{}"}, token)
		rejectedFor(t, "settings", err, noSettingsStrategy)
	})
}

// A person who could log in with a code has another way; here they could not.
func TestTheOnlyPasskey(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	srv := server.ForTest(t, server.Options{Config: methods(map[string]any{"code": map[string]any{"passwordless_enabled": false}})})
	client, _ := clients(t, srv)
	_, k, browser := passkeyPerson(t, client)
	flow := must(browser.Settings.Start(ctx))(t)
	if button := flow.Form().Field("passkey_remove"); button == nil || !button.Attributes.Disabled {
		t.Errorf("the form offers to remove it: %+v", button)
	}
	_, err := browser.Settings.Submit(ctx, flow, kratos.SettingsPasskey{PasskeyRemove: hexID(k)})
	rejectedFor(t, "the last way to log in", err, kratos.MessageInvalid)
	var e *kratos.Error
	if errors.As(err, &e) && len(e.FieldErrors()["webauthn_remove"]) != 1 { // not passkey_remove
		t.Errorf("messages by field %+v", e.FieldErrors())
	}

	must(browser.Settings.Submit(ctx, flow, kratos.SettingsPassword{Password: "a correct horse besides"}))(t)
	removed := must(browser.Settings.Submit(ctx, flow, kratos.SettingsPasskey{PasskeyRemove: hexID(k)}))(t)
	if ids := removals(removed.Flow.Form(), "passkey_remove"); !removed.Done || len(ids) != 0 {
		t.Errorf("removed beside a password: done %v, passkeys %v", removed.Done, ids)
	}
}

func TestPasskeysOnPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	srv := server.ForTest(t, server.Options{UI: s.url})
	client, _ := clients(t, srv)
	s.pages(client)
	s.home(client)
	p, k := newPerson(), newKey()

	s.visit("/registration")
	where, page := s.send(url.Values{"method": {"profile"}, "traits.email": {p.Email}})
	s.wants("the profile", where, page, "/registration?flow=", "message 1040009")
	where, page = s.send(url.Values{"method": {"passkey"}, "traits.email": {p.Email}, "passkey_register": {"{}"}})
	s.wants("no answer of a passkey", where, page, "/registration?flow=", "4000001")
	where, page = s.send(url.Values{"method": {"passkey"}, "traits.email": {p.Email}, "passkey_register": {k.create(t, passkeyOptions(s.form))}})
	s.wants("registered", where, page, "/", "home of ")
	home := page

	s.forget()
	where, page = s.visit("/login")
	s.wants("the login", where, page, "/login?flow=", "page login")
	where, page = s.send(url.Values{"method": {"passkey"}, "passkey_login": {k.get(t, passkeyOptions(s.form))}})
	s.wants("logged in", where, page, "/", home)
	if strings.HasSuffix(home, "nobody") {
		t.Error("nobody is signed in")
	}
}
