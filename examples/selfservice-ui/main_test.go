package main

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// newSite returns the site of a Kratos.
func newSite(t *testing.T) (http.Handler, *kratostest.Kratos) {
	t.Helper()
	k := kratostest.New(t)
	site, err := options{throttle: true}.site(k.Client())
	if err != nil {
		t.Fatal(err)
	}
	return site, k
}

// browserOf returns the header of a browser with a session: of a person without a second factor, or
// with one that is missing.
func browserOf(k *kratostest.Kratos, secondFactor bool) http.Header {
	return k.SignInBrowser(k.Person(kratostest.Person{TOTP: secondFactor})).AddTo(httptest.NewRequest("GET", "/", nil)).Header
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

func TestEveryResponseHasSecurityHeaders(t *testing.T) {
	t.Parallel()
	site, k := newSite(t)
	browser := browserOf(k, false)
	settings := ask(site, "GET", "/settings", browser).Header().Get("Location")
	for _, target := range []string{
		"GET /", "GET /login?flow=f", "GET " + settings, "GET /registration", "GET /error?id=e", "GET /assets/ui.js", "GET /nowhere", "POST /login",
		"POST /logout", "GET /auth/sessions/whoami", "GET /auth/nowhere", "GET /auth/.well-known/ory/webauthn.js", "POST /auth/self-service/login",
	} {
		method, path, _ := strings.Cut(target, " ")
		h := ask(site, method, path, browser).Header()
		policy := strings.Split(h.Get("Content-Security-Policy"), "; ")
		for _, directive := range []string{"default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
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
}

func TestLogout(t *testing.T) {
	t.Parallel()
	with := func(names ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(names); i += 2 {
			h.Set(names[i], names[i+1])
		}
		return h
	}
	const full, half, none = "full", "half", ""
	for name, tc := range map[string]struct {
		method  string
		session string
		header  http.Header
		status  int
		ends    bool
	}{
		"the site's form":                     {"POST", full, with("Sec-Fetch-Site", "same-origin"), 303, true},
		"the site's form, an old browser":     {"POST", full, with("Origin", "http://example.com"), 303, true},
		"a program":                           {"POST", full, nil, 303, true},
		"a browser without a session":         {"POST", none, nil, 303, false},
		"a session without the second factor": {"POST", half, nil, 303, true},
		"another site's form":                 {"POST", full, with("Sec-Fetch-Site", "cross-site"), 403, false},
		"another site on the same domain":     {"POST", full, with("Sec-Fetch-Site", "same-site"), 403, false},
		"another site, an old browser":        {"POST", full, with("Origin", "https://evil.example"), 403, false},
		"a frame without an origin":           {"POST", full, with("Origin", "null"), 403, false},
		"another site's link":                 {"GET", full, with("Sec-Fetch-Site", "cross-site"), 405, false},
		"another site's image":                {"GET", full, with("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "image"), 405, false},
		"a link of the site":                  {"GET", full, with("Sec-Fetch-Site", "same-origin"), 405, false},
		"HEAD":                                {"HEAD", full, nil, 405, false},
	} {
		site, k := newSite(t)
		header := http.Header{}
		if tc.session != none {
			header = browserOf(k, tc.session == half)
		}
		maps.Copy(header, tc.header)
		w := ask(site, tc.method, "/logout", header)
		calls := k.Calls("updateLogoutFlow")
		if ended := len(calls) == 1 && calls[0].Status == 204; w.Code != tc.status || ended != tc.ends {
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
	site, k := newSite(t)
	w := ask(site, "POST", "/auth/self-service/methods/oidc/callback/apple", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://appleid.apple.com"}})
	if calls := k.Calls(""); len(calls) != 1 || calls[0].Method != "POST" || calls[0].Path != "/self-service/methods/oidc/callback/apple" {
		t.Errorf("status %d, %v", w.Code, calls)
	}
}

func TestFrontPage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header   func(*kratostest.Kratos) http.Header
		location string
		status   int
	}{
		"signed in":         {func(k *kratostest.Kratos) http.Header { return browserOf(k, false) }, "", 200},
		"the second factor": {func(k *kratostest.Kratos) http.Header { return browserOf(k, true) }, "/auth/self-service/login/browser?aal=aal2", 303},
		"no session":        {func(*kratostest.Kratos) http.Header { return http.Header{} }, "/login", 303},
		"an old session":    {func(*kratostest.Kratos) http.Header { return http.Header{"Cookie": {"ory_kratos_session=old"}} }, "/login", 303},
	} {
		site, k := newSite(t)
		header := tc.header(k)
		header.Set("Accept", "text/html")
		w := ask(site, "GET", "/", header)
		if w.Code != tc.status || w.Header().Get("Location") != tc.location {
			t.Errorf("%s: status %d to %q", name, w.Code, w.Header().Get("Location"))
		}
		people, err := k.Admin().IdentitiesPage(t.Context(), kratos.ListIdentities{})
		if err != nil {
			t.Fatal(err)
		}
		if tc.status == 200 && (!strings.Contains(w.Body.String(), people.Items[0].ID) || !strings.Contains(w.Body.String(), `<form action="/logout" method="post">`)) {
			t.Errorf("%s: %s", name, w.Body)
		}
	}
}

func TestFrontPageHasTheNameAndTheLogo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		name, logo string
		want       []string
		images     string // of the policy
	}{
		"a name":                 {"Ada & Co", "", []string{"<title>Welcome – Ada &amp; Co</title>", `<a class="site" href="/">Ada &amp; Co</a>`, `href="data:,"`}, "img-src 'self' data:"},
		"a logo":                 {"Ada", "/logo.svg", []string{`<a class="site" href="/"><img src="/logo.svg" alt="Ada"></a>`, `<link rel="icon" href="/logo.svg">`}, "img-src 'self' data:"},
		"a logo of another site": {"", "https://cdn.example/logo.svg", []string{"<title>Welcome</title>", `<img src="https://cdn.example/logo.svg" alt="To the start page">`}, "img-src 'self' data: https://cdn.example"},
		"neither":                {"", "", []string{"<title>Welcome</title>", "<header>\n<nav"}, "img-src 'self' data:"},
	} {
		k := kratostest.New(t)
		site, err := options{name: tc.name, logo: tc.logo}.site(k.Client())
		if err != nil {
			t.Fatal(err)
		}
		w := ask(site, "GET", "/", browserOf(k, false))
		for _, want := range tc.want {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: status %d, without %s:\n%s", name, w.Code, want, w.Body)
			}
		}
		if policy := w.Header().Get("Content-Security-Policy"); !slices.Contains(strings.Split(policy, "; "), tc.images) {
			t.Errorf("%s: policy %q", name, policy)
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

func TestOptionsComeFromFlagsAndEnvironment(t *testing.T) {
	t.Setenv("SITE_NAME", "From the environment")
	t.Setenv("LISTEN", "127.0.0.1:1")
	o, err := parseOptions([]string{"-listen", "127.0.0.1:2"})
	if err != nil || o.name != "From the environment" || o.listen != "127.0.0.1:2" || o.public != "http://127.0.0.1:4433" || o.admin != "" {
		t.Errorf("%v, %+v", err, o)
	}
	if !o.throttle || o.trustedProxies != nil {
		t.Errorf("the throttle is off, or trusts %v", o.trustedProxies)
	}
	if _, err := (options{logo: "javascript:alert(1)", admin: "http://127.0.0.1:1"}).site(kratos.Must(kratos.NewClient(o.public))); err == nil {
		t.Error("a logo that is a script is accepted")
	}
	if _, err := (options{theme: "missing.css"}).pageOptions(); err == nil {
		t.Error("a theme that does not exist is accepted")
	}
}

func TestOptionsOfTheThrottle(t *testing.T) {
	for name, tc := range map[string]struct {
		environment map[string]string
		args        []string
		throttle    bool
		proxies     string
	}{
		"flags":                        {nil, []string{"-throttle=false", "-trusted-proxies", "10.0.0.0/8, fd00::/8"}, false, "[10.0.0.0/8 fd00::/8]"},
		"the environment":              {map[string]string{"THROTTLE": "false", "TRUSTED_PROXIES": "10.0.0.0/8"}, nil, false, "[10.0.0.0/8]"},
		"flags before the environment": {map[string]string{"THROTTLE": "false", "TRUSTED_PROXIES": "10.0.0.0/8"}, []string{"-throttle", "-trusted-proxies", "fd00::/8"}, true, "[fd00::/8]"},
	} {
		t.Run(name, func(t *testing.T) {
			for variable, value := range tc.environment {
				t.Setenv(variable, value)
			}
			o, err := parseOptions(tc.args)
			if got := fmt.Sprint(o.trustedProxies); err != nil || o.throttle != tc.throttle || got != tc.proxies {
				t.Errorf("%v, throttle %v, proxies %s", err, o.throttle, got)
			}
		})
	}
	for _, tc := range [][2]string{{"THROTTLE", "perhaps"}, {"TRUSTED_PROXIES", "everything"}} {
		t.Run("malformed "+tc[0], func(t *testing.T) {
			t.Setenv(tc[0], tc[1])
			if _, err := parseOptions(nil); err == nil {
				t.Error("no error")
			}
		})
	}
}
