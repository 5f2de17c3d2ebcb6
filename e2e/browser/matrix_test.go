//go:build browser

package browser

import (
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// scenario is a flow with a method.
type scenario struct {
	flow, method string
	run          func(*tab)
}

var scenarios = []scenario{
	{"registration", "password", registerWithPassword},
	{"registration", "code", registerWithCode},
	{"registration", "passkey", registerWithPasskey},
	{"registration", "provider", registerWithProvider},
	{"login", "password", logInWithPassword},
	{"login", "code", logInWithCode},
	{"login", "passkey", logInWithPasskey},
	{"login", "provider", logInWithProvider},
	{"login", "security key", logInWithSecurityKey},
	{"login", "TOTP", logInWithTOTP},
	{"login", "backup code", logInWithBackupCode},
	{"recovery", "code", recoverWithCode},
	{"verification", "code", verifyWithCode},
	{"settings", "profile", changeProfile},
	{"settings", "password", changePassword},
	{"settings", "passkey", changePasskeys},
	{"settings", "provider", changeProviders},
	{"settings", "security key", changeSecurityKeys},
	{"settings", "TOTP", changeTOTP},
	{"settings", "backup code", changeBackupCodes},
}

func TestMatrix(t *testing.T) {
	for i, s := range scenarios {
		for j, v := range views {
			if !covered(i, j) {
				continue
			}
			t.Run(s.flow+"/"+s.method+"/"+v.name, func(t *testing.T) {
				t.Parallel()
				b := newTab(t, shared, v)
				t.Cleanup(func() { b.report(s) })
				s.run(b)
			})
		}
	}
}

// report adds the result of a scenario to the matrix. A login ends with a logout.
func (b *tab) report(s scenario) {
	result := "ok"
	switch {
	case b.t.Failed():
		result = "failed"
	case b.hinted:
		result = "hint"
	}
	report.cover(s.flow+" "+s.method, b.view.name, result)
	if s.flow == "login" && !b.hinted {
		report.cover("logout "+s.method, b.view.name, result)
	}
}

// needsScript reports whether the browser has no JavaScript. The page has to say so then, and to hide
// the button.
func (b *tab) needsScript(trigger string) bool {
	b.t.Helper()
	if !b.view.noScript {
		return false
	}
	b.hinted = true
	if !eval[bool](b, `s => { const e = document.querySelector(s); return e.getClientRects().length === 0 && document.querySelector("noscript").innerText.includes("JavaScript") }`, trigger) {
		b.t.Errorf("%s is shown, or without a hint\n%s", trigger, b.describe())
	}
	return true
}

func registerWithPassword(b *tab) {
	p := newPerson()
	b.startRegistration(p)
	b.fill(field("password"), p.password)
	b.press(method("password"))
	b.expectHome()
}

// startRegistration submits the first page of a registration.
func (b *tab) startRegistration(p person) {
	b.t.Helper()
	b.open("/login")
	b.press(`[data-testid="signup-link"]`)
	b.fill(field("traits.email"), p.email)
	b.press(method("profile"))
	b.expect("/registration?flow=", method("code"))
}

func registerWithCode(b *tab) {
	p := newPerson()
	b.startRegistration(p)
	b.press(method("code"))
	b.expect("/registration?flow=", message(kratos.MessageRegistrationCodeSent))
	b.fill(field("code"), b.site.code(b.t, p.email))
	b.press(method("code"))
	b.expectHome()
}

func registerWithPasskey(b *tab) {
	b.addAuthenticator(passkeys)
	b.startRegistration(newPerson())
	if b.needsScript(passkeyRegistration) {
		return
	}
	b.press(passkeyRegistration)
	b.expectHome()
}

func registerWithProvider(b *tab) {
	b.open("/registration")
	b.signInAt(newPerson(), button("provider", "acme"))
	b.expectHome()
}

func logInWithPassword(b *tab) {
	b.logIn(b.site.addPerson(b.t))
	b.expectHome()
	b.logOut()
}

func logInWithCode(b *tab) {
	p := b.site.addPerson(b.t)
	b.open("/login")
	b.fill(field("identifier"), p.email)
	b.press(method("code"))
	b.expect("/login?flow=", message(kratos.MessageLoginCodeSent))
	b.fill(field("code"), b.site.code(b.t, p.email))
	b.press(method("code"))
	b.expectHome()
	b.logOut()
}

func logInWithPasskey(b *tab) {
	b.addAuthenticator(passkeys)
	b.withoutAutofill()
	b.open("/login")
	if b.needsScript(passkeyLogin) {
		return
	}
	b.startRegistration(newPerson())
	b.press(passkeyRegistration)
	b.logOut()
	b.press(passkeyLogin)
	b.expectHome()
	b.logOut()
}

func logInWithProvider(b *tab) {
	p := newPerson()
	b.open("/registration")
	b.signInAt(p, button("provider", "acme"))
	b.logOut()
	b.signInAt(p, button("provider", "acme"))
	b.expectHome()
	b.logOut()
}

func logInWithSecurityKey(b *tab) {
	p := b.site.addPerson(b.t)
	with := newTab(b.t, b.site, views[0]) // keys cannot be added without JavaScript
	if !b.view.noScript {
		with = b
	}
	with.addAuthenticator(securityKey)
	with.logIn(p)
	with.addSecurityKey()
	if with == b {
		b.logOut()
	} else {
		b.open("/login")
	}
	b.submitPassword(p)
	b.expect("/login?flow=", securityKeyLogin)
	if b.needsScript(securityKeyLogin) {
		return
	}
	b.press(securityKeyLogin)
	b.expectHome()
	b.logOut()
}

func logInWithTOTP(b *tab) {
	p := b.site.addPerson(b.t)
	b.logIn(p)
	secret := b.addTOTP()
	b.logOut()
	b.submitPassword(p)
	b.fill(field("totp_code"), code(b.t, secret))
	b.press(method("totp"))
	b.expectHome()
	b.logOut()
}

func logInWithBackupCode(b *tab) {
	p := b.site.addPerson(b.t)
	b.logIn(p)
	codes := b.addBackupCodes()
	b.logOut()
	b.submitPassword(p)
	b.fill(field("lookup_secret"), codes[3])
	b.press(method("lookup_secret"))
	b.expectHome()
	b.logOut()
}

func recoverWithCode(b *tab) {
	p := b.site.addPerson(b.t)
	b.open("/login")
	b.press(`[data-testid="forgot-password-link"]`)
	b.fill(field("email"), p.email)
	b.press(method("code"))
	b.expect("/recovery?flow=", message(kratos.MessageRecoveryCodeSent))
	b.fill(field("code"), b.site.code(b.t, p.email))
	b.press(method("code"))
	b.expect("/settings?flow=", message(kratos.MessageRecoverySuccessful))
	p.password = newPerson().password
	b.fill(field("password"), p.password)
	b.press(method("password"))
	b.expect("/settings?flow=", message(kratos.MessageSettingsSaved))
	b.logOut()
	b.submitPassword(p)
	b.expectHome()
}

func verifyWithCode(b *tab) {
	p := b.site.addUnverified(b.t)
	b.open("/verification")
	b.fill(field("email"), p.email)
	b.press(method("code"))
	b.expect("/verification?flow=", message(kratos.MessageVerificationCodeSent))
	b.fill(field("code"), b.site.code(b.t, p.email))
	b.press(method("code"))
	b.expect("/verification?flow=", message(kratos.MessageVerified))
}
