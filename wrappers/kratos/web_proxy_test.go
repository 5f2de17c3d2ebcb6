package kratos_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// proxied returns a site whose /auth/ is the proxy of a Kratos with the handler h, and the client of
// that Kratos.
func proxied(t *testing.T, h http.Handler, opts ...kratos.Option) (http.Handler, *kratos.Client) {
	t.Helper()
	client, _ := serve(t, h, opts...)
	mux := http.NewServeMux()
	mux.Handle("/auth/", client.Proxy("/auth"))
	return mux, client
}

func ask(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestWhichPathsAProxyHas(t *testing.T) {
	t.Parallel()
	var got string
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Method + " " + r.RequestURI
		w.Header().Set("X-Total-Count", "0")
		reply{status: 200, body: `{}`}.ServeHTTP(w, r)
	}))
	proxy := client.Proxy("/auth")
	for _, path := range []string{
		"/self-service/login/browser?return_to=%2Fhome", "/self-service/methods/oidc/callback/acme-1?code=a&state=b", "/sessions/whoami", "/sessions", "/.well-known/ory/webauthn.js",
		"/self-service/errors?id=1",
	} {
		t.Run(path, func(t *testing.T) {
			got = ""
			if w := ask(proxy, httptest.NewRequest("GET", "/auth"+path, nil)); w.Code != 200 || got != "GET "+path {
				t.Errorf("status %d, requested %q", w.Code, got)
			}
		})
	}
	got = ""
	for _, path := range []string{
		"", "/", "/admin/identities", "/admin", "//admin/identities", "/self-service", "/self-service/", "/self-service/../admin/identities", "/self-service/..", "/self-service/./login",
		"/self-service/%2e%2e/admin/identities", "/self-service/..%2fadmin", "/self-service%2f..%2fadmin", "/self-service/..%5cadmin", "/self-service/login;/../../admin", "/self-service//admin",
		"/sessions/../admin/sessions", "/sessions/a/b", "/sessions/%2e%2e", "/.well-known/ory", "/.well-known/ory/../../admin", "/.well-known/other/x", "/schemas", "/health/ready", "/version", "/metrics",
		"/Self-Service/login", "/self-service/login%00", "/self-service/lo gin", "/self-service/\u202e", "/self-service/login%0a", "/%61dmin/identities", "http://127.0.0.1:4434/admin",
	} {
		t.Run(path, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/auth/", nil)
			r.URL.Path, r.URL.RawPath = "/auth"+path, ""
			if w := ask(proxy, r); w.Code != 404 || got != "" {
				t.Errorf("%q as it is: status %d, requested %q", path, w.Code, got)
			}
			parsed, err := http.NewRequest("GET", "http://app.example.org/auth"+path, nil)
			if err != nil {
				return
			}
			if w := ask(proxy, parsed); w.Code != 404 || got != "" {
				t.Errorf("%q parsed: status %d, requested %q", path, w.Code, got)
			}
		})
	}
	for _, path := range []string{"/self-service/login", "/authx/self-service/login", "/other/self-service/login"} {
		t.Run(path, func(t *testing.T) {
			if w := ask(proxy, httptest.NewRequest("GET", path, nil)); w.Code != 404 || got != "" {
				t.Errorf("status %d, requested %q", w.Code, got)
			}
		})
	}
	for _, call := range []string{
		"PUT /self-service/login", "PATCH /self-service/login", "TRACE /self-service/login", "CONNECT /self-service/login", "BREW /self-service/login", "POST /sessions", "HEAD /sessions",
		"GET /sessions/11111111-2222-4333-8444-555555555555", "DELETE /sessions/whoami", "PATCH /sessions/x", "POST /.well-known/ory/webauthn.js",
	} {
		t.Run(call, func(t *testing.T) {
			method, path, _ := strings.Cut(call, " ")
			switch w := ask(proxy, httptest.NewRequest(method, "/auth"+path, nil)); {
			case w.Code != 405:
				t.Errorf("status %d, want 405", w.Code)
			case w.Header().Get("Allow") == "":
				t.Error("no Allow")
			case got != "":
				t.Errorf("got = %q, want none", got)
			}
		})
	}
	if w := ask(proxy, httptest.NewRequest("DELETE", "/auth/sessions/11111111-2222-4333-8444-555555555555", nil)); w.Code != 200 || !strings.HasPrefix(got, "DELETE /sessions/1111") {
		t.Errorf("ending a session: status %d, requested %q", w.Code, got)
	}
	got = ""
	opaque := httptest.NewRequest("GET", "/auth/self-service/login", nil)
	opaque.URL.Opaque = "/admin/identities"
	if w := ask(proxy, opaque); w.Code != 200 || got != "GET /self-service/login" {
		t.Errorf("an opaque URL: status %d, requested %q", w.Code, got)
	}
}

func TestWhatAProxyPassesOn(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	kratosAnswers := func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		reply{status: 200, body: `{}`}.ServeHTTP(w, r)
	}
	site, _ := proxied(t, http.HandlerFunc(kratosAnswers), kratos.WithBearerToken("gateway"), kratos.WithSessionCookie("sid"))
	r := httptest.NewRequest("POST", "/auth/self-service/login?flow=f", strings.NewReader("method=password&password=p"))
	r.Header = http.Header{
		"Cookie":          {"csrf_token_0a=c; csrf_token_of_the_site=s3cret; own=s3cret; sid=s; ory_kratos_continuity=o"},
		"Content-Type":    {"application/x-www-form-urlencoded"},
		"Authorization":   {"Basic s3cret"},
		"Connection":      {"Upgrade, X-Own"},
		"Upgrade":         {"websocket"},
		"X-Own":           {"s3cret"},
		"X-Session-Token": {"t"},
		"X-Forwarded-For": {"192.0.2.77"},
		"True-Client-Ip":  {"192.0.2.77"},
		"X-Real-Ip":       {"192.0.2.77"},
		"User-Agent":      {"Browser/1"},
		"Accept":          {"text/html"},
	}
	if w := ask(site, r); w.Code != 200 {
		t.Fatalf("status %d", w.Code)
	}
	for name, want := range map[string]string{
		"Cookie": "csrf_token_0a=c; sid=s; ory_kratos_continuity=o", "Authorization": "Bearer gateway", "X-Own": "", "Upgrade": "", "True-Client-Ip": "", "X-Real-Ip": "", "X-Session-Token": "t",
		"X-Forwarded-For": "192.0.2.1", "User-Agent": "Browser/1", "Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-Host": "example.com",
	} {
		t.Run(name, func(t *testing.T) {
			if have := strings.Join(got.Header.Values(name), "; "); have != want {
				t.Errorf("%q, want %q", have, want)
			}
		})
	}
	switch {
	case string(body) != "method=password&password=p":
		t.Errorf(`string(body) = %q, want "method=password&password=p"`, string(body))
	case got.URL.RawQuery != "flow=f":
		t.Errorf(`got.URL.RawQuery = %q, want "flow=f"`, got.URL.RawQuery)
	case got.Host == "example.com":
		t.Error("the Host is the browser's")
	}
}

func TestWhatAProxyRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		response reply
		path     string
		status   int
	}{
		"a redirect to the admin API":      {reply{status: 307, header: http.Header{"Location": {"/admin/sessions"}}}, "/sessions/whoami", 502},
		"an absolute one":                  {reply{status: 303, header: http.Header{"Location": {"$/admin/sessions"}}}, "/sessions/whoami", 502},
		"a URL of the admin API":           {reply{status: 200, body: `{"url":"$/admin/identities"}`}, "/sessions/whoami", 502},
		"a redirect of a router's":         {reply{status: 301, header: http.Header{"Location": {"/admin/x"}}}, "/self-service/login", 502},
		"everybody's sessions":             {reply{status: 200, body: `[]`}, "/sessions", 502},
		"broken JSON":                      {reply{status: 200, body: `{"a":`}, "/sessions/whoami", 502},
		"a response over the limit":        {reply{status: 200, body: `{"a":"` + strings.Repeat("x", 9<<20) + `"}`}, "/sessions/whoami", 502},
		"the same, and no JSON":            {reply{status: 200, header: http.Header{"Content-Type": {"text/html"}}, body: strings.Repeat("x", 9<<20)}, "/sessions/whoami", 502},
		"an error from Kratos is returned": {reply{status: 503, body: `{"error":{"code":503}}`}, "/sessions/whoami", 503},
		"a page of a gateway":              {reply{status: 502, header: http.Header{"Content-Type": {"text/html"}}, body: "<html>"}, "/sessions/whoami", 502},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				a := tc.response
				a.body = strings.ReplaceAll(a.body, "$", "http://"+r.Host)
				if to := a.header.Get("Location"); to != "" {
					a.header = http.Header{"Location": {strings.ReplaceAll(to, "$", "http://"+r.Host)}}
				}
				a.ServeHTTP(w, r)
			}))
			w := ask(site, httptest.NewRequest("GET", "/auth"+tc.path, nil))
			switch {
			case w.Code != tc.status:
				t.Errorf("status %d, want %d", w.Code, tc.status)
			case strings.Contains(w.Body.String(), "admin"):
				t.Errorf(`%q has "admin"`, w.Body.String())
			case strings.Contains(w.Body.String(), "127.0.0.1"):
				t.Errorf(`%q has "127.0.0.1"`, w.Body.String())
			case w.Header().Get("Location") != "":
				t.Errorf("Location %q, want none", w.Header().Get("Location"))
			}
		})
	}

	hangs, _ := proxied(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), kratos.WithHTTPClient(&http.Client{Timeout: 20 * time.Millisecond}))
	if w := ask(hangs, httptest.NewRequest("GET", "/auth/sessions/whoami", nil)); w.Code != 504 {
		t.Errorf("a Kratos that hangs: status %d", w.Code)
	}
	calls := 0
	site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	r := httptest.NewRequest("POST", "/auth/self-service/login", io.MultiReader(strings.NewReader(strings.Repeat("x", 2<<20))))
	if w := ask(site, r); w.Code != 413 {
		t.Errorf("a body that is too large: status %d", w.Code)
	}
	gone, err := kratos.NewClient("http://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if w := ask(gone.Proxy(""), httptest.NewRequest("GET", "/sessions/whoami", nil)); w.Code != 502 || strings.Contains(w.Body.String(), "127.0.0.1") {
		t.Errorf("a Kratos that is not there: status %d, %s", w.Code, w.Body)
	}
	for _, prefix := range []string{"auth", "/auth/", "//evil.example", "/", "/a?b", "https://x", "/%61", "/..", "/a/../b", "/ä", `/a"b`} {
		t.Run("prefix "+prefix, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was taken")
				}
			}()
			gone.Proxy(prefix)
		})
	}
}
