//go:build browser

package browser

import (
	"regexp"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// openSettings logs in and opens the settings by the navigation.
func (b *tab) openSettings() person {
	b.t.Helper()
	return b.openSettingsOf(b.site.addPerson(b.t))
}

func (b *tab) openSettingsOf(p person) person {
	b.t.Helper()
	b.logIn(p)
	b.press(`nav a[href="/settings"]`)
	b.expect("/settings?flow=", method("password"))
	return p
}

// save presses a button of the settings, after which Kratos says that the change is saved.
func (b *tab) save(selector string) {
	b.t.Helper()
	b.press(selector)
	b.expect("/settings?flow=", message(kratos.MessageSettingsSaved))
}

func changeProfile(b *tab) {
	b.openSettings()
	b.fill(field("traits.name.first"), "Ada")
	b.save(method("profile"))
	if value := eval[string](b, "s => document.querySelector(s).value", field("traits.name.first")); value != "Ada" {
		b.t.Errorf("the name is %q", value)
	}
}

func changePassword(b *tab) {
	p := b.openSettings()
	p.password = newPerson().password
	b.fill(field("password"), p.password)
	b.save(method("password"))
	b.logOut()
	b.submitPassword(p)
	b.expectHome()
}

func changePasskeys(b *tab) {
	b.addAuthenticator(passkeys)
	b.openSettings()
	if b.needsScript(passkeySettings) {
		return
	}
	b.save(passkeySettings)
	b.expect("/settings", `button[name="passkey_remove"]`)
	b.save(`button[name="passkey_remove"]`)
	b.expectNone(`button[name="passkey_remove"]`)
}

func changeProviders(b *tab) {
	b.openSettings()
	b.signInAt(newPerson(), button("link", "acme"))
	b.expect("/settings?flow=", button("unlink", "acme"))
	b.save(button("unlink", "acme"))
	b.expect("/settings?flow=", button("link", "acme"))
}

func changeSecurityKeys(b *tab) {
	b.addAuthenticator(securityKey)
	b.openSettings()
	if b.needsScript(securityKeySettings) {
		return
	}
	b.addSecurityKey()
	b.save(`button[name="webauthn_remove"]`)
	b.expectNone(`button[name="webauthn_remove"]`)
}

// addSecurityKey adds a security key in the settings.
func (b *tab) addSecurityKey() {
	b.t.Helper()
	b.open("/settings")
	b.fill(field("webauthn_register_displayname"), "Blue key")
	b.save(securityKeySettings)
	b.expect("/settings", `button[name="webauthn_remove"]`)
}

func changeTOTP(b *tab) {
	b.openSettings()
	b.addTOTP()
	b.save(`button[name="totp_unlink"]`)
	b.expect("/settings", field("totp_code"))
}

// addTOTP adds an authenticator app in the settings, and returns its secret.
func (b *tab) addTOTP() (secret string) {
	b.t.Helper()
	b.open("/settings")
	if !eval[bool](b, `() => { const i = document.querySelector("[data-testid='node/image/totp_qr']"); return i.complete && i.naturalWidth > 100 }`) {
		b.t.Error("the image for the app is not shown")
	}
	secret = eval[string](b, `() => document.querySelector("[data-testid='node/text/totp_secret_key/text']").innerText`)
	b.fill(field("totp_code"), code(b.t, secret))
	b.save(method("totp"))
	b.expect("/settings", `button[name="totp_unlink"]`)
	return secret
}

// code returns the code of an authenticator app.
func code(t *testing.T, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func changeBackupCodes(b *tab) {
	b.openSettings()
	b.addBackupCodes()
	b.press(`button[name="lookup_secret_reveal"]`)
	if codes := b.codes(); len(codes) != 12 {
		b.t.Errorf("the codes are %q", codes)
	}
	b.save(`button[name="lookup_secret_disable"]`)
	b.expect("/settings", `button[name="lookup_secret_regenerate"]`)
}

var backupCode = regexp.MustCompile(`^[a-z0-9]{8}$`)

// addBackupCodes creates backup codes in the settings, copies and prints them, and returns them.
func (b *tab) addBackupCodes() []string {
	b.t.Helper()
	b.open("/settings")
	b.press(`button[name="lookup_secret_regenerate"]`)
	codes := b.codes()
	if len(codes) != 12 || !backupCode.MatchString(codes[3]) {
		b.t.Fatalf("%d codes", len(codes))
	}
	if b.view.noScript && eval[bool](b, "() => document.querySelector('[data-copy]').getClientRects().length > 0") {
		b.t.Error("a button that needs JavaScript is shown")
	}
	if !b.view.noScript {
		b.copyAndPrint(codes)
	}
	b.save(`button[name="lookup_secret_confirm"]`)
	return codes
}

func (b *tab) codes() []string {
	b.t.Helper()
	return eval[[]string](b, `() => [...document.querySelectorAll("[data-testid='node/text/lookup_secret_codes/text'] code")].map(e => e.innerText)`)
}

// copyAndPrint presses the buttons for both. The clipboard and the printer are those of the test.
func (b *tab) copyAndPrint(codes []string) {
	b.t.Helper()
	eval[bool](b, `() => {
		Object.defineProperty(navigator, "clipboard", {value: {writeText: async text => { window.copied = text }}});
		window.print = () => { window.printed = true };
		return true;
	}`)
	label := eval[string](b, "() => document.querySelector('[data-copy]').innerText")
	b.click("[data-copy]")
	b.click("[data-print]")
	b.wait("the copy", "label => document.querySelector('[data-copy]').innerText !== label", label)
	if got := eval[[]string](b, "() => window.copied.split('\\n')"); len(got) != len(codes) || got[3] != codes[3] {
		b.t.Error("the codes were not copied")
	}
	if !eval[bool](b, "() => window.printed === true") {
		b.t.Error("the codes were not printed")
	}
}

func (b *tab) expectNone(selector string) {
	b.t.Helper()
	if b.has(selector) {
		b.t.Errorf("%s is still on the page", selector)
	}
}
