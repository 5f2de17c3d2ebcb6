package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const (
	pixel   = "data:image/png;base64,iVBORw0KGgo="
	session = `{"id":"5a2b","active":true,"expires_at":"2126-11-24T16:00:00Z","authenticator_assurance_level":"aal1","identity":{"id":"77aa","state":"active"}}`
)

// fake is a Kratos with one person, who has the session cookie "full", or "half" before the second
// factor, and one settings flow with an image.
type fake struct {
	mu    sync.Mutex
	calls []string
	image string
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := r.Method + " " + r.URL.Path
	f.mu.Lock()
	f.calls = append(f.calls, call)
	f.mu.Unlock()
	own := "http://" + r.Host
	status, body := 404, `{"error":{"code":404,"message":"m"}}`
	cookie, _ := r.Cookie("ory_kratos_session")
	known := cookie != nil && (cookie.Value == "full" || cookie.Value == "half")
	switch {
	case call == "GET /sessions/whoami" && known && cookie.Value == "full":
		status, body = 200, session
	case call == "GET /sessions/whoami" && known:
		status, body = 403, fmt.Sprintf(`{"error":{"id":"session_aal2_required","code":403},"redirect_browser_to":"%s/self-service/login/browser?aal=aal2"}`, own)
	case call == "GET /sessions/whoami", call == "GET /self-service/logout/browser" && !known:
		status, body = 401, `{"error":{"id":"session_inactive","code":401,"message":"m"}}`
	case call == "GET /self-service/logout/browser":
		status, body = 200, fmt.Sprintf(`{"logout_token":"token","logout_url":"%s/self-service/logout?token=token"}`, own)
	case call == "GET /self-service/logout":
		status, body = 204, ""
		http.SetCookie(w, &http.Cookie{Name: "ory_kratos_session", Path: "/", MaxAge: -1})
	case call == "GET /self-service/settings/flows", call == "GET /self-service/login/flows":
		status, body = 200, fmt.Sprintf(`{"id":"f","state":"show_form","ui":{"action":"%s/self-service/settings?flow=f","method":"POST","nodes":[
			{"type":"input","group":"totp","attributes":{"name":"method","type":"submit","value":"totp","node_type":"input"},"messages":[],"meta":{}},
			{"type":"img","group":"totp","attributes":{"id":"totp_qr","src":%q,"width":256,"height":256,"node_type":"img"},"messages":[],"meta":{}}]}}`, own, f.image)
	case strings.HasPrefix(call, "POST /self-service/"):
		status, body = 200, "{}"
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func newSite(t *testing.T, f *fake, providers ...string) http.Handler {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	client, err := kratos.NewClient(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return site(client, providers)
}

func ask(site http.Handler, method, target string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	return w
}

func TestImageOfAnAuthenticatorApp(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		src   string
		shown bool
	}{
		"a picture":                        {pixel, true},
		"a picture without padding":        {"data:image/png;base64,AAAA", true},
		"a picture of another kind":        {"data:image/svg+xml;base64,AAAA", false},
		"a page":                           {"data:text/html;base64,AAAA", false},
		"a script":                         {"javascript:alert(1)", false},
		"a picture and more":               {pixel + `" onerror="alert(1)`, false},
		"a picture in another alphabet":    {"data:image/png;base64,<svg>", false},
		"a picture over several lines":     {"data:image/png;base64,AAAA\nAAAA", false},
		"a picture that is not encoded":    {"data:image/png,AAAA", false},
		"an empty picture":                 {"data:image/png;base64,", false},
		"a picture in capitals":            {"DATA:image/png;base64,AAAA", false},
		"a page that looks like a picture": {"data:text/html,data:image/png;base64,AAAA", false},
		"a picture with another charset":   {"data:image/png;charset=x;base64,AAAA", false},
	} {
		page := ask(newSite(t, &fake{image: tc.src}), "GET", "/settings?flow=f", nil)
		if shown := strings.Contains(page.Body.String(), `<img src="`+strings.ReplaceAll(tc.src, "+", "&#43;")+`"`); page.Code != 200 || shown != tc.shown {
			t.Errorf("%s: status %d, shown %v, want %v", name, page.Code, shown, tc.shown)
		}
		if !tc.shown && !strings.Contains(page.Body.String(), "#ZgotmplZ") {
			t.Errorf("%s: %s", name, page.Body)
		}
	}
}

func TestEveryResponseHasSecurityHeaders(t *testing.T) {
	t.Parallel()
	site := newSite(t, &fake{image: pixel}, "https://accounts.example.org")
	for _, target := range []string{
		"GET /", "GET /login?flow=f", "GET /settings?flow=f", "GET /registration", "GET /error?id=e", "GET /passkeys.js", "GET /nowhere", "POST /login",
		"POST /logout", "GET /auth/sessions/whoami", "GET /auth/nowhere", "GET /auth/.well-known/ory/webauthn.js", "POST /auth/self-service/login",
	} {
		method, path, _ := strings.Cut(target, " ")
		h := ask(site, method, path, nil).Header()
		policy := strings.Split(h.Get("Content-Security-Policy"), "; ")
		for _, directive := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self' https://accounts.example.org"} {
			if !slices.Contains(policy, directive) {
				t.Errorf("%s: %q lacks %q", target, policy, directive)
			}
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "DENY"} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q, want %q", target, name, h.Get(name), want)
			}
		}
	}
	page := ask(site, "GET", "/settings?flow=f", nil).Body.String()
	if strings.Contains(page, "<script>") || strings.Contains(page, "onclick=") || strings.Contains(page, "<style") || strings.Contains(page, " style=") || !strings.Contains(page, `<script src="/passkeys.js">`) {
		t.Errorf("the page has what its policy forbids, or lacks its script:\n%s", page)
	}
}

func TestLogout(t *testing.T) {
	t.Parallel()
	cookie := http.Header{"Cookie": {"ory_kratos_session=full"}}
	with := func(h http.Header, name, value string) http.Header {
		h = h.Clone()
		h.Set(name, value)
		return h
	}
	for name, tc := range map[string]struct {
		method string
		header http.Header
		status int
		ends   bool
	}{
		"the site's form":                     {"POST", with(cookie, "Sec-Fetch-Site", "same-origin"), 303, true},
		"the site's form, an old browser":     {"POST", with(cookie, "Origin", "http://example.com"), 303, true},
		"a program":                           {"POST", cookie, 303, true},
		"a browser without a session":         {"POST", nil, 303, false},
		"a session without the second factor": {"POST", http.Header{"Cookie": {"ory_kratos_session=half"}}, 303, true},
		"another site's form":                 {"POST", with(cookie, "Sec-Fetch-Site", "cross-site"), 403, false},
		"another site on the same domain":     {"POST", with(cookie, "Sec-Fetch-Site", "same-site"), 403, false},
		"another site, an old browser":        {"POST", with(cookie, "Origin", "https://evil.example"), 403, false},
		"a frame without an origin":           {"POST", with(cookie, "Origin", "null"), 403, false},
		"another site's link":                 {"GET", with(cookie, "Sec-Fetch-Site", "cross-site"), 405, false},
		"another site's image":                {"GET", with(with(cookie, "Sec-Fetch-Site", "cross-site"), "Sec-Fetch-Dest", "image"), 405, false},
		"a link of the site":                  {"GET", with(cookie, "Sec-Fetch-Site", "same-origin"), 405, false},
		"HEAD":                                {"HEAD", cookie, 405, false},
	} {
		f := new(fake)
		w := ask(newSite(t, f), tc.method, "/logout", tc.header)
		if ended := slices.Contains(f.calls, "GET /self-service/logout"); w.Code != tc.status || ended != tc.ends {
			t.Errorf("%s: status %d, the session ended: %v, want %d and %v", name, w.Code, ended, tc.status, tc.ends)
		}
		if w.Code == 303 && w.Header().Get("Location") != "/login" || tc.ends != strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
			t.Errorf("%s: %v", name, w.Header())
		}
	}
}

// Kratos has its own protection from CSRF, and the response of a provider can be a cross-site POST.
func TestPostsOfProvidersPass(t *testing.T) {
	t.Parallel()
	f := new(fake)
	w := ask(newSite(t, f), "POST", "/auth/self-service/methods/oidc/callback/apple", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://appleid.apple.com"}})
	if want := "POST /self-service/methods/oidc/callback/apple"; w.Code != 200 || !slices.Contains(f.calls, want) {
		t.Errorf("status %d, %q", w.Code, f.calls)
	}
}

func TestFrontPage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cookie, location string
		status           int
	}{
		"signed in":         {"full", "", 200},
		"the second factor": {"half", "/auth/self-service/login/browser?aal=aal2", 303},
		"no session":        {"", "/login", 303},
		"an old session":    {"old", "/login", 303},
	} {
		w := ask(newSite(t, new(fake)), "GET", "/", http.Header{"Cookie": {"ory_kratos_session=" + tc.cookie}, "Accept": {"text/html"}})
		if w.Code != tc.status || w.Header().Get("Location") != tc.location {
			t.Errorf("%s: status %d to %q", name, w.Code, w.Header().Get("Location"))
		}
		if tc.status == 200 && (!strings.Contains(w.Body.String(), "77aa") || !strings.Contains(w.Body.String(), `<form action="/logout" method="post">`)) {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
}

func TestTheServerHasTimeouts(t *testing.T) {
	t.Parallel()
	server := newServer("127.0.0.1:0", http.NotFoundHandler())
	for name, d := range map[string]int64{"ReadHeaderTimeout": int64(server.ReadHeaderTimeout), "ReadTimeout": int64(server.ReadTimeout), "WriteTimeout": int64(server.WriteTimeout), "IdleTimeout": int64(server.IdleTimeout)} {
		if d <= 0 {
			t.Errorf("%s is not set", name)
		}
	}
}
