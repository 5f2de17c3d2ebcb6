package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/pquerna/otp/totp"
)

// Every trigger calls both kinds of hooks, and a person sees what they decide, in every client.
func TestHookTriggers(t *testing.T) {
	onBothServers(t, func(t *testing.T, be backend) {
		fx := newHookFixture(t, be, nil)
		fx.runTriggers(t, hookTriggers)
	})
}

// The link of a message sets off the hooks as a code does.
func TestHookTriggersOfLinks(t *testing.T) {
	onBothServers(t, func(t *testing.T, be backend) {
		fx := newHookFixture(t, be, map[string]any{"selfservice.flows.recovery.use": "link", "selfservice.flows.verification.use": "link"})
		fx.runTriggers(t, hookLinkTriggers)
	})
}

// runTriggers sets off triggers in every mode that they have, with each decision.
func (fx *hookFixture) runTriggers(t *testing.T, triggers []hookTrigger) {
	if fx.backend == realKratos {
		t.Cleanup(func() { t.Logf("hooks by trigger, kind and decision:\n%s", hookTable) })
	}
	for _, trigger := range triggers {
		for _, mode := range trigger.modes {
			if fx.lacksTrigger(trigger.name) {
				continue
			}
			for _, decides := range hookDecisions {
				d := newDirective(decides.kind, trigger.name, decides.decision)
				t.Run(strings.Join([]string{trigger.name, mode, d.kind, d.decision}, ", "), func(t *testing.T) {
					t.Parallel()
					fx.runTrigger(t, trigger, mode, d)
				})
			}
		}
	}
}

// lacksTrigger reports whether a trigger is one of a method that the server does not have.
func (fx *hookFixture) lacksTrigger(name string) bool {
	return fx.backend.lacks(name[strings.LastIndex(name, ".")+1:]) || fx.google == nil && name == "login.after"
}

func (fx *hookFixture) runTrigger(t *testing.T, trigger hookTrigger, mode string, d hookDirective) {
	send, email := trigger.prepare(t, fx, mode)
	got := fx.outcome(t, d, send(d.option()), email)
	hookTable.add(trigger, mode, d, got)
	if want := wantOutcome(d, mode); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if d.decision != "bare" {
		expectCall(t, fx.rec.wait(t, d), d, trigger.method)
	}
}

// hookTrigger is a trigger, and how a person sets it off. prepare returns the request that does,
// with the email of the person if there is one.
type hookTrigger struct {
	name    string
	modes   []string
	method  string // of a recovery or verification
	prepare prepareTrigger
}

type prepareTrigger = func(t *testing.T, fx *hookFixture, mode string) (send func(kratos.RequestOption) error, email string)

// hookTriggers are the triggers of Kratos v1.3.1, which later versions have as well.
var hookTriggers = []hookTrigger{
	{"login.before", modes, "", beforeFlow(login)},
	{"registration.before", modes, "", beforeFlow(registration)},
	{"recovery.before", modes, "code", beforeFlow(recovery)},
	{"verification.before", modes, "code", beforeFlow(verification)},
	{"settings.before", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		u, _ := fx.member(t, mode)
		return func(o kratos.RequestOption) error { return tryStart(u, settings, o) }, ""
	}},
	{"login.after.password", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p := fx.createPerson(t, true)
		return start(fx.user(t, mode), login).submission(kratos.LoginPassword{Identifier: p.Email, Password: p.password}), p.Email
	}},
	{"login.after.code", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, true), fx.user(t, mode)
		ft := start(u, login)
		ft.trySubmit(kratos.LoginCode{Identifier: p.Email})
		return ft.submission(kratos.LoginCode{Identifier: p.Email, Code: u.code(p.Email)}), p.Email
	}},
	{"login.after.totp", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p := fx.createPerson(t, true)
		f := fx.user(t, native).enrollSecondFactors(p)
		return fx.secondFactor(t, p, mode).submission(kratos.LoginTOTP{TOTPCode: f.nextCode(t)}), p.Email
	}},
	{"login.after.lookup_secret", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p := fx.createPerson(t, true)
		f := fx.user(t, native).enrollSecondFactors(p)
		return fx.secondFactor(t, p, mode).submission(kratos.LoginLookupSecret{LookupSecret: f.codes[0]}), p.Email
	}},
	{"login.after.webauthn", []string{singlePage}, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		u := fx.user(t, mode)
		p, k := u.registerSecurityKey()
		ft := start(u.newUser(), login)
		ft.submitIdentifier(p)
		return ft.submission(kratos.LoginWebAuthn{Identifier: p.Email, WebAuthnLogin: k.get(t, webauthnOptions(ft.form))}), p.Email
	}},
	{"login.after.passkey", []string{singlePage}, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		u := fx.user(t, mode)
		p, k := u.registerPasskey()
		ft := start(u.newUser(), login)
		return ft.submission(kratos.LoginPasskey{PasskeyLogin: k.get(t, passkeyOptions(ft.form))}), p.Email
	}},
	{"login.after.oidc", []string{native}, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		account := fx.signIn(t)
		if err := fx.logInWithProvider(t); err != nil { // which registers
			t.Fatal(err)
		}
		return func(o kratos.RequestOption) error { return fx.logInWithProvider(t, o) }, account.Email
	}},
	// Kratos calls the hooks of all methods for an ID token, and where a method has none.
	{"login.after", []string{native}, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		account := fx.registerWithGoogle(t)
		token := must(fx.google.IDToken(account, "n"))(t)
		return start(fx.user(t, mode), login).submission(kratos.LoginOIDC{Provider: provider.GoogleID, IDToken: token, IDTokenNonce: "n"}), account.Email
	}},
	{"registration.after.password", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p := newPerson()
		return start(fx.user(t, mode), registration).submission(kratos.RegistrationPassword{Traits: p.traits, Password: p.password}), p.Email
	}},
	{"registration.after.code", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p, u := newPerson(), fx.user(t, mode)
		ft := start(u, registration)
		ft.submit("next step", kratos.RegistrationCode{Traits: p.traits})
		return ft.submission(kratos.RegistrationCode{Traits: p.traits, Code: u.code(p.Email)}), p.Email
	}},
	{"registration.after.passkey", []string{singlePage}, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p, k := newPerson(), newKey()
		ft := start(fx.user(t, mode), registration)
		ft.submit("next step", kratos.RegistrationProfile{Traits: p.traits})
		return ft.submission(kratos.RegistrationPasskey{Traits: p.traits, PasskeyRegister: k.create(t, passkeyOptions(ft.form))}), p.Email
	}},
	{"registration.after.webauthn", []string{singlePage}, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p, k := newPerson(), newKey()
		ft := start(fx.user(t, mode), registration)
		ft.submit("next step", kratos.RegistrationProfile{Traits: p.traits})
		return ft.submission(kratos.RegistrationWebAuthn{
			Traits: p.traits, WebAuthnRegister: k.create(t, webauthnOptions(ft.form)), WebAuthnRegisterDisplayname: "key",
		}), p.Email
	}},
	{"registration.after.oidc", []string{native}, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		account := newProviderPerson()
		token := must(fx.google.IDToken(account, "n"))(t)
		return start(fx.user(t, mode), registration).submission(kratos.RegistrationOIDC{Provider: provider.GoogleID, IDToken: token, IDTokenNonce: "n"}), account.Email
	}},
	{"settings.after.password", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		u, p := fx.member(t, mode)
		return start(u, settings).submission(kratos.SettingsPassword{Password: "another correct horse"}), p.Email
	}},
	{"settings.after.profile", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		u, p := fx.member(t, mode)
		p.Newsletter = true
		return start(u, settings).submission(kratos.SettingsProfile{Traits: p.traits}), p.Email
	}},
	{"settings.after.totp", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		u, p := fx.member(t, mode)
		ft := start(u, settings)
		return ft.submission(kratos.SettingsTOTP{TOTPCode: must(totp.GenerateCode(ft.form.TOTPSecret(), time.Now()))(t)}), p.Email
	}},
	{"settings.after.lookup_secret", modes, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		u, p := fx.member(t, mode)
		ft := start(u, settings)
		ft.submit("next step", kratos.SettingsLookupSecret{LookupSecretRegenerate: true})
		return ft.submission(kratos.SettingsLookupSecret{LookupSecretConfirm: true}), p.Email
	}},
	{"settings.after.webauthn", []string{singlePage}, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, true), fx.user(t, mode)
		u.logIn(p)
		ft := start(u, settings)
		return ft.submission(kratos.SettingsWebAuthn{WebAuthnRegister: newKey().create(t, webauthnOptions(ft.form)), WebAuthnRegisterDisplayname: "key"}), p.Email
	}},
	{"settings.after.passkey", []string{singlePage}, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, true), fx.user(t, mode)
		u.logIn(p)
		ft := start(u, settings)
		return ft.submission(kratos.SettingsPasskey{PasskeySettingsRegister: newKey().create(t, passkeyOptions(ft.form))}), p.Email
	}},
	{"settings.after.oidc", []string{native}, "", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		account := fx.registerWithGoogle(t)
		token := must(fx.google.IDToken(account, "n"))(t)
		u := fx.user(t, mode)
		start(u, login).submit("done", kratos.LoginOIDC{Provider: provider.GoogleID, IDToken: token, IDTokenNonce: "n"})
		start(u, settings).submit("done", kratos.SettingsPassword{Password: "another correct horse"})
		return start(u, settings).submission(kratos.SettingsOIDC{Unlink: provider.GoogleID}), account.Email
	}},
	{"recovery.after", modes, "code", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, true), fx.user(t, mode)
		ft := start(u, recovery)
		ft.submit("next step", kratos.RecoveryCode{Email: p.Email})
		return ft.submission(kratos.RecoveryCode{Code: u.code(p.Email)}), p.Email
	}},
	{"verification.after", modes, "code", func(t *testing.T, fx *hookFixture, mode string) (func(kratos.RequestOption) error, string) {
		p, u := fx.createPerson(t, false), fx.user(t, mode)
		ft := start(u, verification)
		ft.submit("next step", kratos.VerificationCode{Email: p.Email})
		return ft.submission(kratos.VerificationCode{Code: u.code(p.Email)}), p.Email
	}},
}
