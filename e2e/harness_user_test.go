package e2e

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/pquerna/otp/totp"
)

// browsers are the modes with a browser.
var browsers = modes[1:]

// user is a client in one mode, with a session token or with the cookies of a browser.
type user struct {
	*fixture
	t     *testing.T
	mode  string
	token string       // session token, in native mode
	http  *http.Client // browser, in the other modes
}

// user returns a user who is not logged in. The browser follows only redirects to Kratos and the
// site.
func (fx *fixture) user(t *testing.T, mode string) *user {
	t.Helper()
	jar := must(cookiejar.New(nil))(t)
	within := func(r *http.Request, _ []*http.Request) error {
		if r.URL.Hostname() == fx.home.Hostname() {
			return nil
		}
		return http.ErrUseLastResponse
	}
	return &user{fixture: fx, t: t, mode: mode, http: &http.Client{Jar: jar, CheckRedirect: within}}
}

// newUser returns another user in the same mode, who is not logged in.
func (u *user) newUser() *user { return u.user(u.t, u.mode) }

// withBrowser calls do with a client that has the cookies of the user's browser.
func (u *user) withBrowser(do func(*kratos.Browser)) {
	u.t.Helper()
	browser := u.client.Browser(requestWithCookies(u.http.Jar.Cookies(u.home)))
	do(browser)
	w := httptest.NewRecorder()
	browser.SetCookies(w)
	u.http.Jar.SetCookies(u.home, w.Result().Cookies())
}

// session returns the user's session.
func (u *user) session() (session *kratos.Session, err error) {
	u.t.Helper()
	if u.mode == native {
		return u.client.Whoami(u.t.Context(), kratos.SessionToken(u.token))
	}
	u.withBrowser(func(b *kratos.Browser) { session, err = b.Whoami(u.t.Context()) })
	return session, err
}

// options are the options of the calls of a native client with a session.
func (u *user) options() []kratos.RequestOption {
	if u.token == "" {
		return nil
	}
	return []kratos.RequestOption{kratos.SessionToken(u.token)}
}

// logIn logs the user in with a password.
func (u *user) logIn(p person) {
	u.t.Helper()
	start(u, login).submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
}

// followNoRedirects stops the browser from following redirects.
func (u *user) followNoRedirects() {
	u.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
}

// factors are the second factors of a person.
type factors struct {
	secret string // of the authenticator app
	codes  []string
}

// nextCode returns the code after the one that enrolled the app.
func (f factors) nextCode(t *testing.T) string {
	t.Helper()
	return must(totp.GenerateCode(f.secret, time.Now().Add(30*time.Second)))(t)
}

// enrollSecondFactors logs the user in, and adds an authenticator app and backup codes.
func (u *user) enrollSecondFactors(p person) factors {
	u.t.Helper()
	u.logIn(p)
	ft := start(u, settings)
	secret := ft.form.TOTPSecret()
	ft.submit("rejected", kratos.SettingsTOTP{TOTPCode: "000000"})
	ft.submit("done", kratos.SettingsTOTP{TOTPCode: must(totp.GenerateCode(secret, time.Now()))(u.t)})
	return factors{secret, u.addBackupCodes()}
}

// addBackupCodes adds backup codes to the account of the user.
func (u *user) addBackupCodes() (codes []string) {
	u.t.Helper()
	ft := start(u, settings)
	ft.submit("next step", kratos.SettingsLookupSecret{LookupSecretRegenerate: true})
	codes = ft.form.LookupSecretCodes()
	ft.submit("done", kratos.SettingsLookupSecret{LookupSecretConfirm: true})
	return codes
}

// emailedCode returns the code in the next email to an address.
func (u *user) code(email string) string {
	u.t.Helper()
	return emailedCode(u.t, u.srv, email)
}

// link returns the link in the next email to an address.
func (u *user) link(email string) string {
	u.t.Helper()
	message := must(u.srv.Mail.Wait(u.t.Context(), email))(u.t)
	return must(message.Link())(u.t)
}
