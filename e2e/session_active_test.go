package e2e

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// The cookies of a browser are passed as values, from the registration to the end of the session.
func TestSessionWithCookieValues(t *testing.T) { onBothServers(t, testSessionWithCookieValues) }

func testSessionWithCookieValues(t *testing.T, be backend) {
	t.Parallel()
	srv := be.start(t, server.Options{Config: map[string]any{"session": map[string]any{"lifespan": "1h"}}})
	client, admin := clients(t, srv)
	p := newPerson()

	browser := client.BrowserWithCookies(nil)
	flow := must(browser.Registration.Start(t.Context()))(t)
	registered := must(browser.Registration.Submit(t.Context(), flow, kratos.RegistrationPassword{Traits: p.traits, Password: p.password}))(t)
	cookies := browser.Cookies()
	if !slices.ContainsFunc(cookies, func(c *http.Cookie) bool { return c.Name == "ory_kratos_session" }) {
		t.Fatalf("no session cookie: %d cookies", len(cookies))
	}

	active := func() (*kratos.Session, []*http.Cookie, error) {
		browser := client.BrowserWithCookies(cookies)
		session, err := browser.ActiveSession(t.Context())
		return session, browser.Cookies(), err
	}
	session, renewed, err := active()
	switch {
	case err != nil:
		t.Fatal(err)
	case session.Identity.ID != registered.Identity.ID:
		t.Fatalf("session.Identity.ID = %v, want %v", session.Identity.ID, registered.Identity.ID)
	case len(renewed) != 0:
		t.Fatalf("len(renewed) = %d, want 0", len(renewed))
	}

	must(admin.ExtendSession(t.Context(), session.ID))(t)
	extended, renewed, err := active()
	switch {
	case err != nil:
		t.Fatalf("extended: %v", err)
	case !extended.ExpiresAt.After(session.ExpiresAt):
		t.Fatalf("extended: from %s to %s", session.ExpiresAt, extended.ExpiresAt)
	case len(renewed) == 0:
		t.Fatal("extended: no cookie")
	case renewed[0].Name != "ory_kratos_session":
		t.Fatalf(`extended: renewed[0].Name = %q, want "ory_kratos_session"`, renewed[0].Name)
	}
	r := httptest.NewRequest("GET", "/", nil)
	for _, cookie := range cookies {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	sessions.New(client).Require()(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })).ServeHTTP(w, r)
	if w.Code != 204 || len(w.Result().Cookies()) == 0 {
		t.Errorf("RequireSession after an extension: status %d, %d cookies", w.Code, len(w.Result().Cookies()))
	}
	cookies = append(renewed, cookies...)
	if _, renewed, err = active(); err != nil || len(renewed) != 0 {
		t.Errorf("with the new cookie: %d cookies, %v", len(renewed), err)
	}

	must(admin.SetState(t.Context(), registered.Identity.ID, kratos.IdentityStateInactive))(t)
	if session, _, err = active(); !errors.Is(err, kratos.ErrNoSession) || session != nil {
		t.Errorf("of an inactive identity: %v, %v", session, err)
	}
	must(admin.SetState(t.Context(), registered.Identity.ID, kratos.IdentityStateActive))(t)
	if err := admin.DisableSession(t.Context(), extended.ID); err != nil {
		t.Fatal(err)
	}
	if session, _, err = active(); !errors.Is(err, kratos.ErrNoSession) || session != nil {
		t.Errorf("disabled: %v, %v", session, err)
	}
}

func TestActiveSessionOfAToken(t *testing.T) { onBothServers(t, testActiveSessionOfAToken) }

func testActiveSessionOfAToken(t *testing.T, be backend) {
	t.Parallel()
	client, _ := clients(t, be.shared(t))
	token := register(t, client, newPerson()).SessionToken
	for name, tc := range map[string]struct {
		token string
		want  error
	}{
		"a session":       {token, nil},
		"an unknown one":  {"ory_st_never_given_out", kratos.ErrNoSession},
		"something else":  {"s3cret", kratos.ErrNoSession},
		"none":            {"", kratos.ErrNoSession},
		"a broken header": {"a\nb", kratos.ErrInvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := client.ActiveSession(t.Context(), kratos.SessionToken(tc.token)); !errors.Is(err, tc.want) {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
	flow := must(client.Settings.Start(t.Context(), kratos.SessionToken(token)))(t)
	form := flow.Form()
	secret := form.TOTPSecret()
	code := must(totp.GenerateCode(secret, time.Now()))(t)
	must(client.Settings.Submit(t.Context(), flow, kratos.SettingsTOTP{TOTPCode: code}, kratos.SessionToken(token)))(t)
	if session := must(client.ActiveSession(t.Context(), kratos.SessionToken(token)))(t); session.AAL != kratos.AAL2 {
		t.Errorf("enrolled: %s", session.AAL)
	}
}

// Browsers do not reach Kratos through this site. Each page redirects to the second factor.
func TestPagesRequireTheSecondFactor(t *testing.T) { onBothServers(t, testPagesRequireTheSecondFactor) }

func testPagesRequireTheSecondFactor(t *testing.T, be backend) {
	t.Parallel()
	s := newSite(t)
	srv := be.start(t, server.Options{UI: s.url})
	client, _ := clients(t, srv)
	s.addPages(client)
	signedIn := sessions.New(client, sessions.Otherwise(func(w http.ResponseWriter, r *http.Request, err error) {
		http.Redirect(w, r, "/login?return_to=%2Faccount", http.StatusSeeOther) // for any error
	})).Require()
	s.mux.Handle("GET /account", signedIn(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("account at " + string(kratos.SessionFromContext(r.Context()).AAL)))
	})))
	s.addHome(client)
	s.browser.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) >= 5 {
			t.Fatalf("%d redirects, the last one to %s", len(via), r.URL.Path)
		}
		return nil
	}

	p := newPerson()
	s.open("/registration")
	s.submit(url.Values{"method": {"password"}, "traits.email": {p.Email}, "password": {p.password}})
	s.open("/settings")
	secret := s.form.TOTPSecret()
	where, page := s.submit(url.Values{"method": {"totp"}, "totp_code": {must(totp.GenerateCode(secret, time.Now()))(t)}})
	s.expect("enrolled", where, page, "/settings?flow=", "message 1050001")
	check := s.browser.CheckRedirect
	s.clearCookies()
	s.browser.CheckRedirect = check
	where, page = s.open("/account")
	s.expect("no session", where, page, "/login?flow=", "page login")
	s.submit(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {p.password}})
	for _, path := range []string{"/account", "/login", "/login?return_to=%2Faccount", "/registration", "/recovery", "/settings"} {
		t.Run(path, func(t *testing.T) {
			where, page = s.open(path)
			s.expect(path+" before the second factor", where, page, "/login?flow=", "page login")
			if s.form.Field("totp_code") == nil {
				t.Errorf("%s does not ask for the code of the app", path)
			}
		})
	}
	s.open("/account")
	where, page = s.submit(url.Values{"method": {"totp"}, "totp_code": {must(totp.GenerateCode(secret, time.Now().Add(30*time.Second)))(t)}})
	s.expect("the right code", where, page, "/account", "account at aal2")
}
