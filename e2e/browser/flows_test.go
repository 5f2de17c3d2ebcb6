//go:build browser

package browser

import (
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

// A flow that expires while the page is open starts again, and says so.
func TestExpiredFlow(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]any{"selfservice.flows.login.lifespan": "8s"})
	b := newTab(t, s, views[0])
	p := s.addPerson(t)
	b.open("/login")
	b.fill(field("identifier"), p.email)
	b.fill(field("password"), p.password)
	b.waitForStatus("/auth/self-service/login/flows?id="+b.flow(), http.StatusGone)
	old := b.flow()
	b.press(method("password"))
	b.expect("/login?flow=", message(kratos.MessageLoginExpired))
	if b.flow() == old {
		t.Error("the flow is the expired one")
	}
}

// flow returns the id of the flow of the page.
func (b *tab) flow() string {
	b.t.Helper()
	return eval[string](b, "() => new URLSearchParams(location.search).get('flow')")
}

// waitForStatus requests a path with the cookies of the tab until the response has a status.
func (b *tab) waitForStatus(path string, status int) {
	b.t.Helper()
	for deadline := time.Now().Add(waitTimeout); ; time.Sleep(50 * time.Millisecond) {
		got := b.get(path)
		if got == status {
			return
		}
		if time.Now().After(deadline) {
			b.t.Fatalf("%s has status %d", path, got)
		}
	}
}

// get requests a path with the cookies of the tab, and returns the status.
func (b *tab) get(path string) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for name, value := range b.cookies() {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

func (b *tab) cookies() map[string]string {
	b.t.Helper()
	cookies := map[string]string{}
	for _, c := range call(b, network.GetCookies, network.GetCookiesParams{URLs: []string{b.url}}).Cookies {
		cookies[c.Name] = c.Value
	}
	return cookies
}

// What is wrong is said in a summary with the focus, and at the field.
func TestWrongInput(t *testing.T) {
	for _, tc := range []struct {
		name    string
		prepare func(*tab)
		field   string
		value   string
		submit  string
		message int // 0 if versions of Kratos differ
		atField bool
	}{
		{"a wrong password", func(b *tab) { b.open("/login"); b.fill(field("identifier"), b.site.addPerson(t).email) }, field("password"), "not the password", method("password"), kratos.MessageInvalidCredentials, false},
		{"an unknown person", func(b *tab) { b.open("/login"); b.fill(field("identifier"), newPerson().email) }, field("password"), "not the password", method("password"), kratos.MessageInvalidCredentials, false},
		{"no password", func(b *tab) { b.open("/login"); b.fill(field("identifier"), newPerson().email) }, field("password"), "", method("password"), kratos.MessageRequired, true},
		{"a password that is too short", func(b *tab) { b.startRegistration(newPerson()) }, field("password"), "short", method("password"), kratos.MessagePasswordTooShort, true},
		{"an address that is none", func(b *tab) { b.open("/registration") }, field("traits.email"), "ada", method("profile"), 0, true},
		{"an account that exists", func(b *tab) { p := b.site.addPerson(t); b.startRegistration(p) }, field("password"), newPerson().password, method("password"), kratos.MessageAccountExists, false},
		{"a wrong code at the login", func(b *tab) {
			b.open("/login")
			b.fill(field("identifier"), b.site.addPerson(t).email)
			b.press(method("code"))
		}, field("code"), "000000", method("code"), kratos.MessageInvalidLoginCode, false},
		{"a wrong code at the registration", func(b *tab) {
			b.startRegistration(newPerson())
			b.press(method("code"))
		}, field("code"), "000000", method("code"), kratos.MessageInvalidRegistrationCode, false},
		{"a wrong code at the recovery", func(b *tab) { b.startMail("/recovery", b.site.addPerson(t)) }, field("code"), "000000", method("code"), kratos.MessageInvalidRecoveryCode, false},
		{"a wrong code at the verification", func(b *tab) { b.startMail("/verification", b.site.addUnverified(t)) }, field("code"), "000000", method("code"), kratos.MessageInvalidVerificationCode, false},
		{"a wrong code of an app", func(b *tab) { b.openSettings() }, field("totp_code"), "000000", method("totp"), kratos.MessageInvalidTOTP, true},
		{"a wrong second factor", func(b *tab) {
			p := b.openSettings()
			b.addTOTP()
			b.logOut()
			b.submitPassword(p)
		}, field("totp_code"), "000000", method("totp"), kratos.MessageInvalidTOTP, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newTab(t, shared, views[0])
			tc.prepare(b)
			b.fill(tc.field, tc.value)
			b.press(tc.submit)
			b.expect("/", `.summary[role="alert"]`)
			if tc.message != 0 && !b.has(message(tc.message)) {
				t.Fatalf("no message %d\n%s", tc.message, b.describe())
			}
			if !eval[bool](b, "() => document.activeElement.matches('.summary')") {
				t.Error("the summary has not the focus")
			}
			if !tc.atField {
				return
			}
			if !eval[bool](b, `s => { const e = document.querySelector(s); return e.ariaInvalid === "true" && document.getElementById(e.getAttribute("aria-describedby").split(" ")[0]).innerText !== "" }`, tc.field) {
				t.Error("the field has no error")
			}
			b.click(".summary a")
			b.wait("the focus", "s => document.activeElement === document.querySelector(s)", tc.field)
		})
	}
}

// startMail asks for a code by email, and waits for it.
func (b *tab) startMail(path string, p person) {
	b.t.Helper()
	b.open(path)
	b.fill(field("email"), p.email)
	b.press(method("code"))
	b.site.code(b.t, p.email)
}

// Before the second factor, each page leads to it.
func TestStepUp(t *testing.T) {
	t.Parallel()
	b := newTab(t, shared, views[0])
	p := b.openSettings()
	secret := b.addTOTP()
	b.logOut()
	b.submitPassword(p)
	for _, path := range []string{"/", "/settings", "/sessions", "/account", "/login", "/registration"} {
		b.open(path)
		b.expect("/login?flow=", field("totp_code"))
	}
	b.open("/login?return_to=" + url.QueryEscape("/settings"))
	b.fill(field("totp_code"), code(t, secret))
	b.press(method("totp"))
	b.expect("/settings?flow=", method("password"))
}

// A session that is not privileged has to log in again before it changes the password.
func TestReauthentication(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]any{"selfservice.flows.settings.privileged_session_max_age": "10s"})
	b := newTab(t, s, views[0])
	p := b.openSettingsOf(s.addPerson(t))
	for deadline := time.Now().Add(waitTimeout); ; {
		p2 := newPerson().password
		b.open("/settings")
		b.fill(field("password"), p2)
		b.press(method("password"))
		if b.has(field("identifier")) || !b.has(message(kratos.MessageSettingsSaved)) || time.Now().After(deadline) {
			break
		}
		p.password = p2
	}
	b.expect("/login?flow=", message(kratos.MessageLoginAgain))
	b.submitPassword(p)
	b.expect("/settings?flow=", method("password"))
}

// A login with a provider whose address has an account continues with a login that links both.
func TestAccountLinking(t *testing.T) {
	t.Parallel()
	b := newTab(t, shared, views[0])
	p := shared.addPerson(t)
	b.open("/login")
	b.signInAt(p, button("provider", "acme"))
	b.expect("/login?flow=", message(kratos.MessageLoginLinkAccount))
	b.fill(field("password"), p.password)
	b.press(method("password"))
	b.expectHome()
	b.open("/settings")
	b.expect("/settings?flow=", button("unlink", "acme"))
}

// A provider that denies access leads back to the login, with a message.
func TestDeniedAccess(t *testing.T) {
	t.Parallel()
	b := newTab(t, shared, views[0])
	b.open("/login")
	shared.account.Lock()
	defer shared.account.Unlock()
	shared.idp.DenyAccess()
	defer shared.idp.SignIn(provider.Person{})
	b.press(button("provider", "acme"))
	b.expect("/login?flow=", `.summary`)
}

// Guesses are refused in the form, in the language of the person, and the form can be used again.
func TestThrottle(t *testing.T) {
	t.Parallel()
	b := newTab(t, newSite(t, nil), views[0])
	p := b.site.addPerson(t)
	b.open("/login")
	for n := 0; !b.has(message(throttle.MessageTooManyAttempts)); n++ {
		if n > 20 {
			t.Fatalf("no guess is refused\n%s", b.describe())
		}
		b.fill(field("identifier"), p.email)
		b.fill(field("password"), "guess")
		b.press(method("password"))
	}
	b.expect("/auth/self-service/login?flow=", ".summary "+message(throttle.MessageTooManyAttempts))
	if b.has(message(kratos.MessageInvalidCredentials)) || !eval[bool](b, "() => document.activeElement.matches('.summary')") {
		t.Errorf("another message, or no focus\n%s", b.describe())
	}
	b.shoot("login-refused")
	for deadline := time.Now().Add(waitTimeout); b.has(message(throttle.MessageTooManyAttempts)) && time.Now().Before(deadline); {
		b.submitPassword(p)
	}
	b.expectHome()
}
