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

	t.Run("a registration with a passkey logs the person in", func(t *testing.T) {
		p, _, browser := registerWithPasskey(t, client)
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
			t.Errorf("logged in as %q", got.Email)
		}
	})

	t.Run("a passkey logs in without an identifier", func(t *testing.T) {
		_, k, registered := registerWithPasskey(t, client)
		want := must(registered.Whoami(ctx))(t)
		browser := client.Browser(requestWithCookies(nil))
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

	t.Run("a passkey refreshes the session for privileged settings", func(t *testing.T) {
		_, k, browser := registerWithPasskey(t, client)
		before := must(browser.Whoami(ctx))(t)
		flow := must(browser.Login.With(kratos.StartLogin{Refresh: true}).Start(ctx))(t)
		step := must(browser.Login.Submit(ctx, flow, kratos.LoginPasskey{PasskeyLogin: k.get(t, passkeyOptions(flow.Form()))}))(t)
		if !step.Done || !step.Session.AuthenticatedAt.After(before.AuthenticatedAt) {
			t.Errorf("logged in again: %+v", step)
		}
	})

	t.Run("assertions that the passkey has not signed are rejected", func(t *testing.T) {
		_, k, _ := registerWithPasskey(t, client)
		browser := client.Browser(requestWithCookies(nil))
		flow := must(browser.Login.Start(ctx))(t)
		form := flow.Form()
		unknown, otherSite := newKey(), *k
		unknown.auth.Options.UserHandle = []byte("an unknown handle")
		otherSite.site.Origin = "http://evil.example.com"
		other := must(browser.Login.Start(ctx))(t).Form()
		for name, tc := range map[string]struct {
			assertion string
			number    int
		}{
			"a passkey that is not registered":   {unknown.get(t, passkeyOptions(form)), noKey},
			"an assertion for another challenge": {k.get(t, passkeyOptions(other)), wrongKey},
			"an assertion of another site":       {otherSite.get(t, passkeyOptions(form)), wrongKey},
			"no assertion":                       {"{}", kratos.MessageInvalid},
			"invalid JSON":                       {"s3cret", kratos.MessageInvalid},
		} {
			_, err := browser.Login.Submit(ctx, flow, kratos.LoginPasskey{PasskeyLogin: tc.assertion})
			expectRejected(t, name, err, tc.number)
		}
	})

	t.Run("a submission without an assertion redirects to the form", func(t *testing.T) {
		browser := client.Browser(requestWithCookies(nil))
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
		_, _, browser := registerWithPasskey(t, client)
		second := newKey()
		flow := must(browser.Settings.Start(ctx))(t)
		added := must(browser.Settings.Submit(ctx, flow, kratos.SettingsPasskey{PasskeySettingsRegister: second.create(t, passkeyOptions(flow.Form()))}))(t)
		switch ids := removableKeys(added.Flow.Form(), "passkey_remove"); {
		case !added.Done:
			t.Fatalf("added: not done, passkeys %v", ids)
		case len(ids) != 2:
			t.Fatalf("added: len(ids) = %d, want 2", len(ids))
		case !slices.Contains(ids, hexID(second)):
			t.Fatalf("added: %v, without %s", ids, hexID(second))
		}
		login := client.Browser(requestWithCookies(nil))
		start := must(login.Login.Start(ctx))(t)
		must(login.Login.Submit(ctx, start, kratos.LoginPasskey{PasskeyLogin: second.get(t, passkeyOptions(start.Form()))}))(t)

		removed := must(browser.Settings.Submit(ctx, added.Flow, kratos.SettingsPasskey{PasskeyRemove: hexID(second)}))(t)
		if ids := removableKeys(removed.Flow.Form(), "passkey_remove"); !removed.Done || len(ids) != 1 {
			t.Errorf("removed: done %v, passkeys %v", removed.Done, ids)
		}
		login = client.Browser(requestWithCookies(nil))
		start = must(login.Login.Start(ctx))(t)
		_, err := login.Login.Submit(ctx, start, kratos.LoginPasskey{PasskeyLogin: second.get(t, passkeyOptions(start.Form()))})
		expectRejected(t, "the passkey that was removed", err, wrongKey)
	})

	t.Run("native clients are offered passkeys where the server has them", func(t *testing.T) {
		token := kratos.SessionToken(register(t, client, newPerson()).SessionToken)
		login := must(client.Login.Start(ctx))(t)
		registration := must(client.Registration.Start(ctx))(t)
		settings := must(client.Settings.Start(ctx, token))(t)
		for name, form := range map[string]kratos.Form{"login": login.Form(), "registration": registration.Form(), "settings": settings.Form()} {
			t.Run(name, func(t *testing.T) {
				offered := features().NativePasskeys && name != "registration" // which offers them after the profile
				expectPasskeysOfNativeClients(t, form, offered)
			})
		}
		for _, flow := range []string{"login", "registration", "settings"} {
			cover(t, flow, native, "passkey", "rejected")
		}
		numbers := []int{noLoginStrategy, noRegistrationStrategy, noSettingsStrategy}
		if features().NativePasskeys {
			numbers = []int{kratos.MessageInvalid, kratos.MessageInvalid, kratos.MessageInvalid}
		}
		_, err := client.Login.Submit(ctx, login, kratos.LoginPasskey{PasskeyLogin: "{}"})
		expectRejected(t, "login", err, numbers[0])
		p := newPerson()
		if features().NativePasskeys {
			registration = must(client.Registration.Submit(ctx, registration, kratos.RegistrationProfile{Traits: p.traits}))(t).Flow
			expectPasskeysOfNativeClients(t, registration.Form(), true)
		}
		_, err = client.Registration.Submit(ctx, registration, kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: "{}"})
		expectRejected(t, "registration", err, numbers[1])
		_, err = client.Settings.Submit(ctx, settings, kratos.SettingsPasskey{PasskeySettingsRegister: "{}"}, token)
		expectRejected(t, "settings", err, numbers[2])
	})
}

// expectPasskeysOfNativeClients checks whether a form offers passkeys, without scripts.
func expectPasskeysOfNativeClients(t *testing.T, form kratos.Form, offered bool) {
	t.Helper()
	nodes := form.Group(kratos.UINodeGroupPasskey)
	if got := passkeyOptions(form) != ""; got != offered || len(nodes) == 0 == offered {
		t.Errorf("passkeys are offered: %v, want %v: %+v", got, offered, nodes)
	}
	for _, n := range form.Nodes() {
		if n.Type == kratos.UINodeTypeScript {
			t.Errorf("the form has a script: %+v", n)
		}
	}
}

// With the method code enabled, the passkey would not be the only way to log in.
func TestRemovingTheOnlyPasskey(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	srv := server.ForTest(t, server.Options{Config: methodsConfig(map[string]any{"code": map[string]any{"passwordless_enabled": false}})})
	client, _ := clients(t, srv)
	_, k, browser := registerWithPasskey(t, client)
	flow := must(browser.Settings.Start(ctx))(t)
	if button := flow.Form().Field("passkey_remove"); button == nil || !button.Disabled {
		t.Errorf("the form offers to remove it: %+v", button)
	}
	_, err := browser.Settings.Submit(ctx, flow, kratos.SettingsPasskey{PasskeyRemove: hexID(k)})
	expectRejected(t, "the last way to log in", err, kratos.MessageInvalid)
	var e *kratos.Error
	if errors.As(err, &e) && len(e.FieldErrors()["webauthn_remove"]) != 1 { // not passkey_remove
		t.Errorf("messages by field %+v", e.FieldErrors())
	}

	must(browser.Settings.Submit(ctx, flow, kratos.SettingsPassword{Password: "a correct horse besides"}))(t)
	removed := must(browser.Settings.Submit(ctx, flow, kratos.SettingsPasskey{PasskeyRemove: hexID(k)}))(t)
	if ids := removableKeys(removed.Flow.Form(), "passkey_remove"); !removed.Done || len(ids) != 0 {
		t.Errorf("removed with a password left: done %v, passkeys %v", removed.Done, ids)
	}
}

func TestPasskeysOnPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	srv := server.ForTest(t, server.Options{UI: s.url})
	client, _ := clients(t, srv)
	s.addPages(client)
	s.addHome(client)
	p, k := newPerson(), newKey()

	s.open("/registration")
	where, page := s.submit(url.Values{"method": {"profile"}, "traits.email": {p.Email}})
	s.expect("the profile", where, page, "/registration?flow=", "message 1040009")
	where, page = s.submit(url.Values{"method": {"passkey"}, "traits.email": {p.Email}, "passkey_register": {"{}"}})
	s.expect("no attestation of a passkey", where, page, "/registration?flow=", "4000001")
	where, page = s.submit(url.Values{"method": {"passkey"}, "traits.email": {p.Email}, "passkey_register": {k.create(t, passkeyOptions(s.form))}})
	s.expect("registered", where, page, "/", "home of ")
	home := page

	s.clearCookies()
	where, page = s.open("/login")
	s.expect("the login", where, page, "/login?flow=", "page login")
	where, page = s.submit(url.Values{"method": {"passkey"}, "passkey_login": {k.get(t, passkeyOptions(s.form))}})
	s.expect("logged in", where, page, "/", home)
	if strings.HasSuffix(home, "without session") {
		t.Error("there is no session")
	}
}
