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

// browsers are the modes in which there is a browser.
var browsers = modes[1:]

// user goes through flows in one mode: with a session token, or with the cookies of a browser.
type user struct {
	*fixture
	t     *testing.T
	mode  string
	token string       // of the session, in native mode
	http  *http.Client // the browser, in the other modes
}

// user returns a user who is not signed in. The browser follows redirects within Kratos and the
// site only.
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

// another returns a new user in the same mode, who is not signed in.
func (u *user) another() *user { return u.user(u.t, u.mode) }

// ajax calls do with the client of a single-page application, with the cookies of the browser.
func (u *user) ajax(do func(*kratos.Browser)) {
	u.t.Helper()
	browser := u.client.Browser(visit(u.http.Jar.Cookies(u.home)))
	do(browser)
	w := httptest.NewRecorder()
	browser.SetCookies(w)
	u.http.Jar.SetCookies(u.home, w.Result().Cookies())
}

// session returns the session that the user is signed in with.
func (u *user) session() (session *kratos.Session, err error) {
	u.t.Helper()
	if u.mode == native {
		return u.client.Whoami(u.t.Context(), kratos.SessionToken(u.token))
	}
	u.ajax(func(b *kratos.Browser) { session, err = b.Whoami(u.t.Context()) })
	return session, err
}

// options are those of every call of a native client that is signed in.
func (u *user) options() []kratos.RequestOption {
	if u.token == "" {
		return nil
	}
	return []kratos.RequestOption{kratos.SessionToken(u.token)}
}

// signIn logs the user in with a password.
func (u *user) signIn(p person) {
	u.t.Helper()
	start(u, login).submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
}

// followNoRedirects makes the browser follow no redirects from now on.
func (u *user) followNoRedirects() {
	u.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
}

// factors are the second factors that a person has enrolled.
type factors struct {
	secret string // of the authenticator app
	codes  []string
}

// next is the code after the one that was used to enrol.
func (f factors) next(t *testing.T) string {
	t.Helper()
	return must(totp.GenerateCode(f.secret, time.Now().Add(30*time.Second)))(t)
}

// enrol signs the user in, and adds an authenticator app and backup codes.
func (u *user) enrol(p person) factors {
	u.t.Helper()
	u.signIn(p)
	at := start(u, settings)
	secret, _ := at.form.TOTPSecret()
	at.submit("refused", kratos.SettingsTOTP{TOTPCode: "000000"})
	at.submit("done", kratos.SettingsTOTP{TOTPCode: must(totp.GenerateCode(secret, time.Now()))(u.t)})
	return factors{secret, u.addBackupCodes()}
}

// addBackupCodes makes backup codes the second factor of who is signed in.
func (u *user) addBackupCodes() (codes []string) {
	u.t.Helper()
	at := start(u, settings)
	at.submit("goes on", kratos.SettingsLookup{LookupSecretRegenerate: true})
	codes = at.form.LookupCodes()
	at.submit("done", kratos.SettingsLookup{LookupSecretConfirm: true})
	return codes
}

// code returns the code of the next mail to an address.
func (u *user) code(email string) string {
	u.t.Helper()
	return code(u.t, u.srv, email)
}

// link returns the link in the next mail to an address.
func (u *user) link(email string) string {
	u.t.Helper()
	mail := must(u.srv.Mail.Wait(u.t.Context(), email))(u.t)
	return must(mail.Link())(u.t)
}
