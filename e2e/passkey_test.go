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

// passkeyPerson registers somebody whose only credential is a passkey, and returns their browser.
func passkeyPerson(t *testing.T, client *kratos.Client) (person, *key, *kratos.Browser) {
	t.Helper()
	p, k, browser := newPerson(), newKey(), client.Browser(visit(nil))
	step := must1of[*kratos.Step[kratos.RegistrationFlow]](t)(browser.Registration.Do(t.Context(), kratos.RegistrationProfile{Traits: p.traits}))
	if step.Done {
		t.Fatal("the profile alone ends the registration")
	}
	step = must1of[*kratos.Step[kratos.RegistrationFlow]](t)(browser.Registration.Submit(t.Context(), step.Flow, kratos.RegistrationPasskey{
		Traits: p.traits, PasskeyRegister: k.create(t, passkeyOptions(step.Flow.Form())),
	}))
	if !step.Done || step.Session == nil || step.SessionToken != "" || step.Identity == nil {
		t.Fatalf("registered: %+v", step)
	}
	return p, k, browser
}

func TestPasskeys(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	client, _ := clients(t, shared)

	t.Run("a registration with a passkey signs the person in", func(t *testing.T) {
		p, _, browser := passkeyPerson(t, client)
		session := must1of[*kratos.Session](t)(browser.Whoami(ctx))
		if session.AAL != kratos.AAL1 || len(session.AuthenticationMethods) != 1 || session.AuthenticationMethods[0].Method != kratos.AuthenticationMethodPasskey {
			t.Errorf("session %+v", session)
		}
		if got := must1of[traits](t)(kratos.Traits[traits](session.Identity)); got.Email != p.Email {
			t.Errorf("signed in as %q", got.Email)
		}
	})

	t.Run("the passkey says who logs in", func(t *testing.T) {
		_, k, registered := passkeyPerson(t, client)
		want := must1of[*kratos.Session](t)(registered.Whoami(ctx))
		browser := client.Browser(visit(nil))
		flow := must1of[*kratos.LoginFlow](t)(browser.Login.Start(ctx))
		step := must1of[*kratos.Step[kratos.LoginFlow]](t)(browser.Login.Submit(ctx, flow, kratos.LoginPasskey{PasskeyLogin: k.get(t, passkeyOptions(flow.Form()))}))
		if !step.Done || step.Identity.ID != want.Identity.ID || step.Session.ID == want.ID {
			t.Errorf("logged in: %+v", step)
		}
	})

	t.Run("the passkey logs in again for privileged settings", func(t *testing.T) {
		_, k, browser := passkeyPerson(t, client)
		before := must1of[*kratos.Session](t)(browser.Whoami(ctx))
		flow := must1of[*kratos.LoginFlow](t)(browser.Login.Start(ctx, kratos.Refresh()))
		step := must1of[*kratos.Step[kratos.LoginFlow]](t)(browser.Login.Submit(ctx, flow, kratos.LoginPasskey{PasskeyLogin: k.get(t, passkeyOptions(flow.Form()))}))
		if !step.Done || !step.Session.AuthenticatedAt.After(before.AuthenticatedAt) {
			t.Errorf("logged in again: %+v", step)
		}
	})

	t.Run("what no passkey of the person has signed is refused", func(t *testing.T) {
		_, k, _ := passkeyPerson(t, client)
		browser := client.Browser(visit(nil))
		flow := must1of[*kratos.LoginFlow](t)(browser.Login.Start(ctx))
		form := flow.Form()
		stranger, elsewhere := newKey(), *k
		stranger.auth.Options.UserHandle = []byte("nobody's handle")
		elsewhere.site.Origin = "http://evil.example.com"
		other := must1of[*kratos.LoginFlow](t)(browser.Login.Start(ctx)).Form()
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
		flow := must1of[*kratos.LoginFlow](t)(browser.Login.Start(ctx))
		step := must1of[*kratos.Step[kratos.LoginFlow]](t)(browser.Login.Submit(ctx, flow, kratos.LoginPasskey{}))
		if step.Done || step.Flow != nil || !strings.HasSuffix(step.RedirectTo, "/login?flow="+flow.ID) {
			t.Errorf("submitted: %+v to %s", step, step.RedirectTo)
		}
	})

	t.Run("settings add a second passkey and remove it", func(t *testing.T) {
		_, _, browser := passkeyPerson(t, client)
		second := newKey()
		flow := must1of[*kratos.SettingsFlow](t)(browser.Settings.Start(ctx))
		added := must1of[*kratos.Step[kratos.SettingsFlow]](t)(browser.Settings.Submit(ctx, flow, kratos.SettingsPasskey{PasskeySettingsRegister: second.create(t, passkeyOptions(flow.Form()))}))
		if ids := removals(added.Flow.Form(), "passkey_remove"); !added.Done || len(ids) != 2 || !slices.Contains(ids, hexID(second)) {
			t.Fatalf("added: done %v, passkeys %v", added.Done, ids)
		}
		login := client.Browser(visit(nil))
		start := must1of[*kratos.LoginFlow](t)(login.Login.Start(ctx))
		must1of[*kratos.Step[kratos.LoginFlow]](t)(login.Login.Submit(ctx, start, kratos.LoginPasskey{PasskeyLogin: second.get(t, passkeyOptions(start.Form()))}))

		removed := must1of[*kratos.Step[kratos.SettingsFlow]](t)(browser.Settings.Submit(ctx, added.Flow, kratos.SettingsPasskey{PasskeyRemove: hexID(second)}))
		if ids := removals(removed.Flow.Form(), "passkey_remove"); !removed.Done || len(ids) != 1 {
			t.Errorf("removed: done %v, passkeys %v", removed.Done, ids)
		}
		login = client.Browser(visit(nil))
		start = must1of[*kratos.LoginFlow](t)(login.Login.Start(ctx))
		_, err := login.Login.Submit(ctx, start, kratos.LoginPasskey{PasskeyLogin: second.get(t, passkeyOptions(start.Form()))})
		rejectedFor(t, "the passkey that was removed", err, wrongKey)
	})

	t.Run("native clients are offered no passkeys, and refused with one", func(t *testing.T) {
		token := kratos.Token(register(t, client, newPerson()).SessionToken)
		login := must1of[*kratos.LoginFlow](t)(client.Login.Start(ctx))
		registration := must1of[*kratos.RegistrationFlow](t)(client.Registration.Start(ctx))
		settings := must1of[*kratos.SettingsFlow](t)(client.Settings.Start(ctx, token))
		for name, form := range map[string]kratos.Form{"login": login.Form(), "registration": registration.Form(), "settings": settings.Form()} {
			if nodes := form.Group(kratos.UINodeGroupPasskey); len(nodes) != 0 {
				t.Errorf("%s offers %+v", name, nodes)
			}
		}
		for _, flow := range []string{"login", "registration", "settings"} {
			covers(t, flow, native, "passkey", "refused")
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
	flow := must1of[*kratos.SettingsFlow](t)(browser.Settings.Start(ctx))
	if button := flow.Form().Field("passkey_remove"); button == nil || !button.Attributes.Disabled {
		t.Errorf("the form offers to remove it: %+v", button)
	}
	_, err := browser.Settings.Submit(ctx, flow, kratos.SettingsPasskey{PasskeyRemove: hexID(k)})
	rejectedFor(t, "the last way to log in", err, kratos.MessageInvalid)
	var e *kratos.Error
	if errors.As(err, &e) && len(e.FieldErrors()["webauthn_remove"]) != 1 { // not passkey_remove
		t.Errorf("messages by field %+v", e.FieldErrors())
	}

	must1of[*kratos.Step[kratos.SettingsFlow]](t)(browser.Settings.Submit(ctx, flow, kratos.SettingsPassword{Password: "a correct horse besides"}))
	removed := must1of[*kratos.Step[kratos.SettingsFlow]](t)(browser.Settings.Submit(ctx, flow, kratos.SettingsPasskey{PasskeyRemove: hexID(k)}))
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
