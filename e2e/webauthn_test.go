package e2e

import (
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestSecurityKeysAsSecondFactor(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, _ := clients(t, shared)

	// secondFactor returns a browser with the form that asks for the key.
	secondFactor := func(t *testing.T, p person) (*kratos.Browser, *kratos.LoginFlow) {
		browser := client.Browser(requestWithCookies(nil))
		step := must(browser.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
		if step.Done || step.RedirectTo == "" {
			t.Fatalf("the password: %+v", step)
		}
		_, err := browser.Whoami(ctx)
		wantError(t, "whoami before the key", err, kratos.ErrAAL2Required)
		return browser, must(browser.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Start(ctx))(t)
	}

	t.Run("a key that is added in settings lifts the session to AAL2", func(t *testing.T) {
		t.Parallel()
		_, _, browser := registerWithSecurityKey(t, client)
		if s := must(browser.Whoami(ctx))(t); s.AAL != kratos.AAL2 {
			t.Errorf("session of %s", s.AAL)
		}
	})

	t.Run("a login asks for the key after the password", func(t *testing.T) {
		t.Parallel()
		p, k, _ := registerWithSecurityKey(t, client)
		browser, flow := secondFactor(t, p)
		if id := flow.Form().Value("identifier"); id != p.Email {
			t.Errorf("the form is for %q", id)
		}
		step := must(browser.Login.Submit(ctx, flow, kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(t, webauthnOptions(flow.Form()))}))(t)
		if !step.Done || step.Session.AAL != kratos.AAL2 {
			t.Errorf("the key: %+v", step)
		}
		if s := must(browser.Whoami(ctx))(t); s.ID != step.Session.ID || s.AAL != kratos.AAL2 {
			t.Errorf("whoami after the key: %+v", s)
		}
	})

	t.Run("assertions that the key has not signed are rejected", func(t *testing.T) {
		t.Parallel()
		p, k, _ := registerWithSecurityKey(t, client)
		browser, flow := secondFactor(t, p)
		challenge := webauthnOptions(flow.Form())
		other := must(browser.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Start(ctx))(t).Form()
		otherSite := *k
		otherSite.site.Origin = "http://evil.example.com"
		for name, tc := range map[string]struct {
			assertion string
			number    int
		}{
			"another's key":                      {newKey().get(t, challenge), wrongKey},
			"an assertion for another challenge": {k.get(t, webauthnOptions(other)), wrongKey},
			"an assertion of another site":       {otherSite.get(t, challenge), wrongKey},
			"no assertion":                       {"{}", kratos.MessageInvalid},
		} {
			_, err := browser.Login.Submit(ctx, flow, kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: tc.assertion})
			expectRejected(t, name, err, tc.number)
		}
		_, err := browser.Login.Submit(ctx, flow, kratos.LoginWebAuthn{WebAuthnLogin: k.get(t, challenge)})
		wantError(t, "an assertion without the identifier", err, kratos.ErrRejected)
		_, err = browser.Whoami(ctx)
		wantError(t, "whoami after all that", err, kratos.ErrAAL2Required)
	})

	t.Run("without the key the password is enough again", func(t *testing.T) {
		t.Parallel()
		p, k, browser := registerWithSecurityKey(t, client)
		removed := must(browser.Settings.Do(ctx, kratos.SettingsWebAuthn{WebAuthnRemove: hexID(k)}))(t)
		if ids := removableKeys(removed.Flow.Form(), "webauthn_remove"); !removed.Done || len(ids) != 0 {
			t.Errorf("removed: done %v, keys %v", removed.Done, ids)
		}
		browser = client.Browser(requestWithCookies(nil))
		step := must(browser.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
		if !step.Done {
			t.Errorf("the password: %+v", step)
		}
	})

	t.Run("a native client cannot use the key", func(t *testing.T) {
		t.Parallel()
		for _, flow := range []string{"login", "registration", "settings"} {
			cover(t, flow, native, "webauthn", "rejected")
		}
		p, _, _ := registerWithSecurityKey(t, client)
		token := kratos.SessionToken(must(client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t).SessionToken)
		_, err := client.Whoami(ctx, token)
		wantError(t, "whoami with the password alone", err, kratos.ErrAAL2Required)
		flow := must(client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Start(ctx, token))(t)
		if nodes := flow.Form().Nodes(); len(nodes) != 0 {
			t.Errorf("the form of a person who has no other second factor: %+v", nodes)
		}
		_, err = client.Login.Submit(ctx, flow, kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: "{}"}, token)
		expectRejected(t, "login", err, noLoginStrategy)

		token = kratos.SessionToken(register(t, client, newPerson()).SessionToken)
		_, err = client.Settings.Do(ctx, kratos.SettingsWebAuthn{WebAuthnRegister: "{}"}, token)
		expectRejected(t, "settings", err, noSettingsStrategy)
		_, err = client.Registration.Do(ctx, kratos.RegistrationWebAuthn{Traits: newPerson().traits, WebAuthnRegister: "{}"})
		expectRejected(t, "registration", err, noRegistrationStrategy)
	})
}

func TestKeysInSettingsPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	srv := server.ForTest(t, server.Options{UI: s.url})
	client, _ := clients(t, srv)
	s.addPages(client)
	s.addHome(client)
	p, passkey, second := newPerson(), newKey(), newKey()
	register(t, client, p)
	password := url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {p.password}}

	s.open("/login?return_to=/settings")
	s.submit(password)
	s.open("/settings")
	where, page := s.submit(url.Values{"method": {"passkey"}, "passkey_settings_register": {passkey.create(t, passkeyOptions(s.form))}})
	s.expect("a passkey", where, page, "/settings?flow=", "message 1050001")
	where, page = s.submit(url.Values{"method": {"webauthn"}, "webauthn_register": {second.create(t, webauthnOptions(s.form))}, "webauthn_register_displayname": {"the blue one"}})
	s.expect("a security key", where, page, "/settings?flow=", "message 1050001")
	if got := removableKeys(s.form, "passkey_remove"); len(got) != 1 || len(removableKeys(s.form, "webauthn_remove")) != 1 {
		t.Errorf("the form has other keys: %v, %v", got, removableKeys(s.form, "webauthn_remove"))
	}

	s.clearCookies()
	s.open("/login")
	where, page = s.submit(password)
	s.expect("the password", where, page, "/login?", "message 1010004")
	where, page = s.submit(url.Values{"method": {"webauthn"}, "identifier": {p.Email}, "webauthn_login": {second.get(t, webauthnOptions(s.form))}})
	s.expect("the security key", where, page, "/", "home of ")
	home := page
	s.open("/settings")
	where, page = s.submit(url.Values{"method": {"webauthn"}, "webauthn_remove": {hexID(second)}})
	s.expect("the security key is removed", where, page, "/settings?flow=", "message 1050001")

	s.clearCookies()
	s.open("/login")
	where, page = s.submit(url.Values{"method": {"passkey"}, "passkey_login": {passkey.get(t, passkeyOptions(s.form))}})
	s.expect("the passkey", where, page, "/", home)
}

func TestSecurityKeysInsteadOfPasswords(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	srv := server.ForTest(t, server.Options{Config: methodsConfig(map[string]any{"webauthn": map[string]any{"config": map[string]any{"passwordless": true}}})})
	client, _ := clients(t, srv)
	p, k, browser := newPerson(), newKey(), client.Browser(requestWithCookies(nil))

	profile := must(browser.Registration.Do(ctx, kratos.RegistrationProfile{Traits: p.traits}))(t)
	registered := must(browser.Registration.Submit(ctx, profile.Flow, kratos.RegistrationWebAuthn{
		Traits: p.traits, WebAuthnRegister: k.create(t, webauthnOptions(profile.Flow.Form())), WebAuthnRegisterDisplayname: "the blue one",
	}))(t)
	switch {
	case !registered.Done:
		t.Fatalf("registered, without the hook that makes a session: not done: %+v", registered)
	case registered.Identity == nil:
		t.Fatal("registered.Identity is nil")
	case registered.Session != nil:
		t.Fatalf("registered.Session = %v, want none", registered.Session)
	}

	flow := must(browser.Login.Start(ctx))(t)
	if webauthnOptions(flow.Form()) != "" {
		t.Error("there is a challenge before the identifier is submitted")
	}
	named := must(browser.Login.Submit(ctx, flow, kratos.LoginWebAuthn{Identifier: p.Email}))(t)
	switch {
	case named.Done:
		t.Fatalf("the identifier: done: %+v", named)
	case named.Flow != nil:
		t.Fatalf("the identifier: named.Flow = %v, want none", named.Flow)
	case named.RedirectTo == "":
		t.Fatal("the identifier: no redirect")
	}
	flow = must(browser.Login.Get(ctx, flow.ID))(t) // the page at RedirectTo has the same flow
	step := must(browser.Login.Submit(ctx, flow, kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(t, webauthnOptions(flow.Form()))}))(t)
	switch {
	case !step.Done:
		t.Errorf("logged in: not done: %+v", step)
	case step.Session.AAL != kratos.AAL1:
		t.Errorf("logged in: step.Session.AAL = %v, want %v", step.Session.AAL, kratos.AAL1)
	case step.Identity.ID != registered.Identity.ID:
		t.Errorf("logged in: step.Identity.ID = %v, want %v", step.Identity.ID, registered.Identity.ID)
	}

	again := client.Browser(requestWithCookies(nil))
	flow = must(again.Login.Start(ctx))(t)
	_, err := again.Login.Submit(ctx, flow, kratos.LoginWebAuthn{Identifier: newPerson().Email})
	expectRejected(t, "a person without a key", err, noKey)
}
