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

	// secondFactor is a browser at the form that asks for the key.
	secondFactor := func(t *testing.T, p person) (*kratos.Browser, *kratos.LoginFlow) {
		browser := client.Browser(visit(nil))
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
		_, _, browser := keyPerson(t, client)
		if s := must(browser.Whoami(ctx))(t); s.AAL != kratos.AAL2 {
			t.Errorf("session of %s", s.AAL)
		}
	})

	t.Run("a login asks for the key after the password", func(t *testing.T) {
		t.Parallel()
		p, k, _ := keyPerson(t, client)
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

	t.Run("what the person's key has not signed is refused", func(t *testing.T) {
		t.Parallel()
		p, k, _ := keyPerson(t, client)
		browser, flow := secondFactor(t, p)
		challenge := webauthnOptions(flow.Form())
		other := must(browser.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Start(ctx))(t).Form()
		elsewhere := *k
		elsewhere.site.Origin = "http://evil.example.com"
		for name, tc := range map[string]struct {
			answer string
			number int
		}{
			"another's key":                   {newKey().get(t, challenge), wrongKey},
			"the answer to another challenge": {k.get(t, webauthnOptions(other)), wrongKey},
			"an answer given on another site": {elsewhere.get(t, challenge), wrongKey},
			"no answer at all":                {"{}", kratos.MessageInvalid},
		} {
			_, err := browser.Login.Submit(ctx, flow, kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: tc.answer})
			rejectedFor(t, name, err, tc.number)
		}
		_, err := browser.Login.Submit(ctx, flow, kratos.LoginWebAuthn{WebAuthnLogin: k.get(t, challenge)})
		wantError(t, "an answer without the identifier", err, kratos.ErrRejected)
		_, err = browser.Whoami(ctx)
		wantError(t, "whoami after all that", err, kratos.ErrAAL2Required)
	})

	t.Run("without the key the password is enough again", func(t *testing.T) {
		t.Parallel()
		p, k, browser := keyPerson(t, client)
		removed := must(browser.Settings.Do(ctx, kratos.SettingsWebAuthn{WebAuthnRemove: hexID(k)}))(t)
		if ids := removals(removed.Flow.Form(), "webauthn_remove"); !removed.Done || len(ids) != 0 {
			t.Errorf("removed: done %v, keys %v", removed.Done, ids)
		}
		browser = client.Browser(visit(nil))
		step := must(browser.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t)
		if !step.Done {
			t.Errorf("the password: %+v", step)
		}
	})

	t.Run("a native client cannot use the key", func(t *testing.T) {
		t.Parallel()
		for _, flow := range []string{"login", "registration", "settings"} {
			cover(t, flow, native, "webauthn", "refused")
		}
		p, _, _ := keyPerson(t, client)
		token := kratos.SessionToken(must(client.Login.Do(ctx, kratos.LoginPassword{Identifier: p.Email, Password: p.password}))(t).SessionToken)
		_, err := client.Whoami(ctx, token)
		wantError(t, "whoami with the password alone", err, kratos.ErrAAL2Required)
		flow := must(client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Start(ctx, token))(t)
		if nodes := flow.Form().Nodes; len(nodes) != 0 {
			t.Errorf("the form of a person who has no other second factor: %+v", nodes)
		}
		_, err = client.Login.Submit(ctx, flow, kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: "{}"}, token)
		rejectedFor(t, "login", err, noLoginStrategy)

		token = kratos.SessionToken(register(t, client, newPerson()).SessionToken)
		_, err = client.Settings.Do(ctx, kratos.SettingsWebAuthn{WebAuthnRegister: "{}"}, token)
		rejectedFor(t, "settings", err, noSettingsStrategy)
		_, err = client.Registration.Do(ctx, kratos.RegistrationWebAuthn{Traits: newPerson().traits, WebAuthnRegister: "{}"})
		rejectedFor(t, "registration", err, noRegistrationStrategy)
	})
}

func TestKeysInSettingsPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	srv := server.ForTest(t, server.Options{UI: s.url})
	client, _ := clients(t, srv)
	s.pages(client)
	s.home(client)
	p, passkey, second := newPerson(), newKey(), newKey()
	register(t, client, p)
	password := url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {p.password}}

	s.visit("/login?return_to=/settings")
	s.send(password)
	s.visit("/settings")
	where, page := s.send(url.Values{"method": {"passkey"}, "passkey_settings_register": {passkey.create(t, passkeyOptions(s.form))}})
	s.wants("a passkey", where, page, "/settings?flow=", "message 1050001")
	where, page = s.send(url.Values{"method": {"webauthn"}, "webauthn_register": {second.create(t, webauthnOptions(s.form))}, "webauthn_register_displayname": {"the blue one"}})
	s.wants("a security key", where, page, "/settings?flow=", "message 1050001")
	if got := removals(s.form, "passkey_remove"); len(got) != 1 || len(removals(s.form, "webauthn_remove")) != 1 {
		t.Errorf("the form has other keys: %v, %v", got, removals(s.form, "webauthn_remove"))
	}

	s.forget()
	s.visit("/login")
	where, page = s.send(password)
	s.wants("the password", where, page, "/login?", "message 1010004")
	where, page = s.send(url.Values{"method": {"webauthn"}, "identifier": {p.Email}, "webauthn_login": {second.get(t, webauthnOptions(s.form))}})
	s.wants("the security key", where, page, "/", "home of ")
	home := page
	s.visit("/settings")
	where, page = s.send(url.Values{"method": {"webauthn"}, "webauthn_remove": {hexID(second)}})
	s.wants("the security key is removed", where, page, "/settings?flow=", "message 1050001")

	s.forget()
	s.visit("/login")
	where, page = s.send(url.Values{"method": {"passkey"}, "passkey_login": {passkey.get(t, passkeyOptions(s.form))}})
	s.wants("the passkey", where, page, "/", home)
}

func TestSecurityKeysInsteadOfPasswords(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	srv := server.ForTest(t, server.Options{Config: methods(map[string]any{"webauthn": map[string]any{"config": map[string]any{"passwordless": true}}})})
	client, _ := clients(t, srv)
	p, k, browser := newPerson(), newKey(), client.Browser(visit(nil))

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
		t.Error("there is a challenge before anybody said who they are")
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
	flow = must(browser.Login.Get(ctx, flow.ID))(t) // the page where RedirectTo leads shows the same flow
	step := must(browser.Login.Submit(ctx, flow, kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(t, webauthnOptions(flow.Form()))}))(t)
	switch {
	case !step.Done:
		t.Errorf("logged in: not done: %+v", step)
	case step.Session.AAL != kratos.AAL1:
		t.Errorf("logged in: step.Session.AAL = %v, want %v", step.Session.AAL, kratos.AAL1)
	case step.Identity.ID != registered.Identity.ID:
		t.Errorf("logged in: step.Identity.ID = %v, want %v", step.Identity.ID, registered.Identity.ID)
	}

	again := client.Browser(visit(nil))
	flow = must(again.Login.Start(ctx))(t)
	_, err := again.Login.Submit(ctx, flow, kratos.LoginWebAuthn{Identifier: newPerson().Email})
	rejectedFor(t, "somebody without a key", err, noKey)
}
