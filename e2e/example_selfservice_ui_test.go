package e2e

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

// A browser submits the forms on the pages of examples/selfservice-ui.
func TestExampleWebsite(t *testing.T) {
	t.Parallel()
	s := newWebsite(t, realKratos, nil)
	p := newPerson()
	where, page := s.open("/registration")
	s.expect("the registration", where, page, "/registration?flow=", "<h1>Create an account</h1>")
	where, page = s.submitForm(page, "profile", url.Values{"traits.email": {p.Email}})
	s.expect("the profile", where, page, "/registration?flow=", `name="password"`)
	where, page = s.submitForm(page, "password", url.Values{"password": {"x"}})
	s.expect("a password that is too short", where, page, "/registration?flow=", `data-testid="ui/message/4000032"`)
	where, page = s.submitForm(page, "password", url.Values{"password": {p.password}})
	s.expect("registered", where, page, "/", "You are ")
	emailedCode(t, s.srv, p.Email)
	_, page = s.open("/verification")
	where, page = s.submitForm(page, "code", url.Values{"email": {p.Email}})
	s.expect("a code", where, page, "/verification?flow=", `data-testid="ui/message/1080003"`)
	where, page = s.submitForm(page, "code", url.Values{"code": {emailedCode(t, s.srv, p.Email)}})
	s.expect("verified", where, page, "/verification?flow=", `data-testid="ui/message/1080002"`)
	where, page = s.open("/settings")
	s.expect("settings", where, page, "/settings?flow=", ` data-trigger="oryPasskeySettingsRegistration"`)
	where, page = s.logOut()
	s.expect("logged out", where, page, "/login?flow=", "<h1>Sign in</h1>")
	where, page = s.open("/")
	s.expect("no session", where, page, "/login?flow=", "<h1>Sign in</h1>")
	where, page = s.submitForm(page, "password", url.Values{"identifier": {p.Email}, "password": {p.password}})
	s.expect("logged in", where, page, "/", "You are ")
	s.logOut()
	back := s.url + "/settings"
	_, page = s.open("/login?return_to=" + url.QueryEscape(back))
	where, page = s.submitForm(page, "password", url.Values{"identifier": {p.Email}, "password": {"wrong"}})
	s.expect("a wrong password", where, page, "/login?flow=", `href="/registration?return_to=`+url.QueryEscape(back)+`"`)
	where, page = s.open("/error?id=" + unknownID)
	s.expect("an unknown error", where, page, "/error", "There is nothing at this address")
}

// A person with two browsers ends the session of one, downloads the data and deletes the account.
func TestExampleWebsiteAccount(t *testing.T) { onBothServers(t, testExampleWebsiteAccount) }

func testExampleWebsiteAccount(t *testing.T, be backend) {
	t.Parallel()
	s := newWebsite(t, be, nil)
	p := s.register()
	first := s.browser
	s.clearCookies()
	_, page := s.open("/login")
	where, page := s.submitForm(page, "password", url.Values{"identifier": {p.Email}, "password": {p.password}})
	s.expect("logged in", where, page, "/", "You are ")
	where, page = s.open("/sessions")
	s.expect("the sessions", where, page, "/sessions", "This device")
	other := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(page)
	if other == nil {
		t.Fatalf("the other session is not on the page\n%s", page)
	}
	where, page = s.post("/sessions", url.Values{"id": {other[1]}})
	s.expect("the other session is ended", where, page, "/sessions?done=ended", "The device is signed out.")
	second := s.browser
	s.browser = first
	where, page = s.open("/settings")
	s.expect("the other browser", where, page, "/login?flow=", "<h1>Sign in</h1>")
	s.browser = second

	where, page = s.post("/account", url.Values{"action": {"download"}})
	s.expect("the data", where, page, "/account", p.Email)
	where, page = s.post("/account", url.Values{"action": {"delete"}, "confirmation": {"no"}})
	s.expect("not confirmed", where, page, "/account?step=unconfirmed", "Nothing was deleted.")
	where, page = s.post("/account", url.Values{"action": {"delete"}, "confirmation": {"delete"}})
	s.expect("deleted", where, page, "/account", "Your account is deleted")
	_, page = s.open("/login")
	where, page = s.submitForm(page, "password", url.Values{"identifier": {p.Email}, "password": {p.password}})
	s.expect("the account is gone", where, page, "/login?flow=", `data-testid="ui/message/4000006"`)
}

// The pages are in the language of the browser.
func TestExampleWebsiteInGerman(t *testing.T) { onBothServers(t, testExampleWebsiteInGerman) }

func testExampleWebsiteInGerman(t *testing.T, be backend) {
	t.Parallel()
	s := newWebsite(t, be, nil)
	s.browser.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("Accept-Language", "de-DE,de;q=0.9,en;q=0.5")
		return openPage(r)
	})
	where, page := s.open("/login")
	s.expect("the login", where, page, "/login?flow=", "<h1>Anmelden</h1>")
	where, page = s.submitForm(page, "password", url.Values{"identifier": {"nobody@example.com"}, "password": {"x"}})
	s.expect("a wrong password", where, page, "/login?flow=", "Die Anmeldedaten stimmen nicht.")
	_, page = s.open("/registration")
	where, page = s.submitForm(page, "profile", url.Values{"traits.email": {"x"}})
	s.expect("not an address", where, page, "/registration?flow=", "Bitte prüfen Sie Folgendes")
}

// The page for the password has the identifier that the page before asked for.
func TestExampleWebsiteIdentifierFirst(t *testing.T) {
	onBothServers(t, testExampleWebsiteIdentifierFirst)
}

func testExampleWebsiteIdentifierFirst(t *testing.T, be backend) {
	t.Parallel()
	s := newWebsite(t, be, map[string]any{"selfservice.flows.login.style": "identifier_first"})
	p := s.register()
	_, page := s.logOut()
	where, page := s.submitForm(page, "identifier_first", url.Values{"identifier": {p.Email}})
	s.expect("the identifier", where, page, "/login?flow=", `name="password"`)
	where, page = s.submitForm(page, "password", url.Values{"password": {p.password}})
	s.expect("logged in", where, page, "/", "You are ")
}

var secretOnPage = regexp.MustCompile(`<code data-testid="node/text/totp_secret_key/text">([A-Z2-7]{16,})</code>`)

// Each page redirects a person with an authenticator app to the second factor, without a redirect
// loop.
func TestExampleWebsiteSecondFactor(t *testing.T) { onBothServers(t, testExampleWebsiteSecondFactor) }

func testExampleWebsiteSecondFactor(t *testing.T, be backend) {
	t.Parallel()
	s := newWebsite(t, be, nil)
	s.browser.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if len(via) >= 5 {
			t.Fatalf("%d redirects, the last one to %s", len(via), r.URL.Path)
		}
		return nil
	}
	p := s.register()
	_, page := s.open("/settings")
	if !strings.Contains(page, `<img data-testid="node/image/totp_qr" src="data:image/png;base64,`) || strings.Contains(page, "ZgotmplZ") {
		t.Error("the picture for the app is not shown")
	}
	secret := secretOnPage.FindStringSubmatch(page)
	if secret == nil {
		t.Fatalf("no secret on the page\n%s", page)
	}
	where, page := s.submitForm(page, "totp", url.Values{"totp_code": {must(totp.GenerateCode(secret[1], time.Now()))(t)}})
	s.expect("enrolled", where, page, "/settings?flow=", `data-testid="ui/message/1050001"`)
	_, page = s.logOut()
	where, page = s.submitForm(page, "password", url.Values{"identifier": {p.Email}, "password": {p.password}})
	s.expect("after the password", where, page, "/login?flow=", `name="totp_code"`)
	for _, path := range []string{"/", "/login", "/login?return_to=%2Fsettings", "/registration", "/recovery", "/settings"} {
		where, page = s.open(path)
		s.expect(path+" before the second factor", where, page, "/login?flow=", `name="totp_code"`)
	}
	where, page = s.submitForm(page, "totp", url.Values{"totp_code": {"000000"}})
	s.expect("a wrong code", where, page, "/login?flow=", `data-testid="ui/message/4000008"`)
	_, page = s.open("/login?return_to=%2Fsettings")
	where, page = s.submitForm(page, "totp", url.Values{"totp_code": {must(totp.GenerateCode(secret[1], time.Now().Add(30*time.Second)))(t)}})
	s.expect("the right code", where, page, "/settings?flow=", "<h1>Settings</h1>")
	where, page = s.open("/")
	s.expect("the front page", where, page, "/", "at aal2")
	where, page = s.open("/login")
	s.expect("the login with a session", where, page, "/", "at aal2")
}

func TestExampleWebsiteCrossSiteRequests(t *testing.T) {
	t.Parallel()
	s := newWebsite(t, realKratos, nil)
	s.register()
	ask := func(method, path string, header http.Header) *http.Response {
		r := must(http.NewRequestWithContext(t.Context(), method, s.url+path, nil))(t)
		r.Header = header
		resp := must(s.browser.Do(r))(t)
		resp.Body.Close()
		return resp
	}
	for name, tc := range map[string]struct {
		method string
		header http.Header
		status int
	}{
		"a link":                {"GET", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Referer": {"https://evil.example/"}}, 405},
		"a form":                {"POST", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}, 403},
		"a form, old browser":   {"POST", http.Header{"Origin": {"https://evil.example"}}, 403},
		"a form of a subdomain": {"POST", http.Header{"Sec-Fetch-Site": {"same-site"}}, 403},
	} {
		t.Run(name, func(t *testing.T) {
			if resp := ask(tc.method, "/logout", tc.header); resp.StatusCode != tc.status {
				t.Errorf("%s to log out: status %d, want %d", name, resp.StatusCode, tc.status)
			}
			where, page := s.open("/")
			s.expect("after "+name, where, page, "/", "You are ")
		})
	}
	for _, path := range []string{"/", "/login?flow=" + unknownID, "/registration", "/settings", "/error?id=" + unknownID, "/nowhere", "/assets/ui.js", "/auth/sessions/whoami", "/auth/.well-known/ory/webauthn.js"} {
		t.Run(path, func(t *testing.T) {
			h := ask("GET", path, http.Header{}).Header
			if policy := h.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
				t.Errorf("policy %q", policy)
			}
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" {
				t.Errorf("%v", h)
			}
		})
	}
	if _, page := s.open("/settings"); strings.Contains(page, "<script>") || !strings.Contains(page, `<script src="/auth/.well-known/ory/webauthn.js"`) {
		t.Errorf("the page has a script that its policy forbids:\n%s", page)
	}
	where, page := s.logOut()
	s.expect("the site's own form", where, page, "/login?flow=", ` data-init="oryPasskeyLoginAutocompleteInit"`)
}
