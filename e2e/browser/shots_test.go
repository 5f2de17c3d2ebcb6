//go:build browser

package browser

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// shoot checks the page, and writes screenshots of it to the folder SCREENSHOTS: light and dark, on
// a phone and a desktop.
func (b *tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("SCREENSHOTS")
	for _, size := range []struct {
		name  string
		width int64
	}{{"phone", 390}, {"desktop", 1280}} {
		b.resize(size.width)
		b.check()
		for _, scheme := range []string{"light", "dark"} {
			b.setScheme(scheme == "dark")
			png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			if err != nil {
				b.t.Fatal(err)
			}
			if dir == "" {
				continue
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				b.t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+scheme+"-"+size.name+".png"), png, 0o644); err != nil {
				b.t.Fatal(err)
			}
		}
		b.setScheme(false)
	}
}

// Every page is checked in both color schemes and two sizes, and has screenshots.
func TestScreenshots(t *testing.T) {
	for name, walk := range map[string]func(*tab){
		"registration": func(b *tab) {
			p := newPerson()
			b.open("/registration")
			b.shoot("registration")
			b.fill(field("traits.email"), p.email)
			b.press(method("profile"))
			b.shoot("registration-methods")
			b.fill(field("password"), "short")
			b.press(method("password"))
			b.shoot("registration-error")
			b.press(method("code"))
			b.shoot("registration-code")
		},
		"login": func(b *tab) {
			p := b.site.addPerson(t)
			b.open("/login")
			b.shoot("login")
			b.fill(field("identifier"), p.email)
			b.fill(field("password"), "wrong")
			b.press(method("password"))
			b.shoot("login-error")
			b.open("/login")
			b.fill(field("identifier"), p.email)
			b.press(method("code"))
			b.shoot("login-code")
			b.open("/login")
			b.signInAt(p, button("provider", "acme"))
			b.shoot("login-link")
			b.logIn(p)
			b.shoot("home")
			b.open("/login?refresh=true")
			b.shoot("login-again")
		},
		"recovery and verification": func(b *tab) {
			p := b.site.addUnverified(t)
			b.open("/recovery")
			b.shoot("recovery")
			b.startMail("/recovery", b.site.addPerson(t))
			b.shoot("recovery-code")
			b.open("/verification")
			b.shoot("verification")
			b.fill(field("email"), p.email)
			b.press(method("code"))
			b.shoot("verification-code")
			b.fill(field("code"), b.site.code(t, p.email))
			b.press(method("code"))
			b.shoot("verification-done")
		},
		"settings": func(b *tab) {
			p := b.openSettings()
			b.shoot("settings")
			b.addAuthenticator(securityKey)
			b.addSecurityKey()
			secret := b.addTOTP()
			b.signInAt(newPerson(), button("link", "acme"))
			b.press(`button[name="lookup_secret_regenerate"]`)
			b.shoot("settings-codes")
			b.press(`button[name="lookup_secret_confirm"]`)
			b.shoot("settings-saved")
			b.fill(field("password"), "short")
			b.press(method("password"))
			b.shoot("settings-error")
			b.logOut()
			b.submitPassword(p)
			b.shoot("login-second-factor")
			b.fill(field("totp_code"), code(t, secret))
			b.press(method("totp"))
		},
		"account": func(b *tab) {
			p := b.site.addPerson(t)
			phone := newTab(t, b.site, views[2])
			phone.logIn(p)
			b.logIn(p)
			b.open("/sessions")
			b.shoot("sessions")
			b.open("/account")
			b.shoot("account")
			b.open("/account?step=delete")
			b.shoot("account-delete")
			b.fill(field("confirmation"), "no")
			b.press(`[data-testid="account/delete"]`)
			b.shoot("account-delete-error")
			b.fill(field("confirmation"), "delete")
			b.press(`[data-testid="account/delete"]`)
			b.shoot("account-deleted")
			b.open("/error?id=" + p.id)
			b.shoot("error")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			walk(newTab(t, shared, views[0]))
		})
	}
}

// A person with a passkey is logged in by the suggestion of the browser, without a button.
func TestPasskeyAutofill(t *testing.T) {
	t.Parallel()
	b := newTab(t, shared, views[0])
	b.addAuthenticator(passkeys)
	b.startRegistration(newPerson())
	b.press(passkeyRegistration)
	b.expectHome()
	eval[bool](b, "() => window.isOld = true")
	b.click(`[data-testid="logout"]`) // the page of the login is left at once
	b.wait("the login", "() => !window.isOld && document.readyState === 'complete' && location.pathname === '/' && document.querySelector('[data-testid=logout]') !== null")
	b.check()
}
