package kratos_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// proxied returns a site whose /auth/ leads to a Kratos that answers with h, and the client of that Kratos.
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
		"/sessions/11111111-2222-4333-8444-555555555555", "/self-service/errors?id=1",
	} {
		got = ""
		if w := ask(proxy, httptest.NewRequest("GET", "/auth"+path, nil)); w.Code != 200 || got != "GET "+path {
			t.Errorf("%s: status %d, asked for %q", path, w.Code, got)
		}
	}
	got = ""
	for _, path := range []string{
		"", "/", "/admin/identities", "/admin", "//admin/identities", "/self-service", "/self-service/", "/self-service/../admin/identities", "/self-service/..", "/self-service/./login",
		"/self-service/%2e%2e/admin/identities", "/self-service/..%2fadmin", "/self-service%2f..%2fadmin", "/self-service/..%5cadmin", "/self-service/login;/../../admin", "/self-service//admin",
		"/sessions/../admin/sessions", "/sessions/a/b", "/sessions/%2e%2e", "/.well-known/ory", "/.well-known/ory/../../admin", "/.well-known/other/x", "/schemas", "/health/ready", "/version", "/metrics",
		"/Self-Service/login", "/self-service/login%00", "/self-service/lo gin", "/self-service/\u202e", "/self-service/login%0a", "/%61dmin/identities", "http://127.0.0.1:4434/admin",
	} {
		r := httptest.NewRequest("GET", "/auth/", nil)
		r.URL.Path, r.URL.RawPath = "/auth"+path, ""
		if w := ask(proxy, r); w.Code != 404 || got != "" {
			t.Errorf("%q as it is: status %d, asked for %q", path, w.Code, got)
		}
		parsed, err := http.NewRequest("GET", "http://app.example.org/auth"+path, nil)
		if err != nil {
			continue
		}
		if w := ask(proxy, parsed); w.Code != 404 || got != "" {
			t.Errorf("%q parsed: status %d, asked for %q", path, w.Code, got)
		}
	}
	for _, path := range []string{"/self-service/login", "/authx/self-service/login", "/other/self-service/login"} {
		if w := ask(proxy, httptest.NewRequest("GET", path, nil)); w.Code != 404 || got != "" {
			t.Errorf("%s: status %d, asked for %q", path, w.Code, got)
		}
	}
	for _, method := range []string{"PUT", "PATCH", "TRACE", "CONNECT", "BREW"} {
		if w := ask(proxy, httptest.NewRequest(method, "/auth/self-service/login", nil)); w.Code != 405 || got != "" {
			t.Errorf("%s: status %d, asked for %q", method, w.Code, got)
		}
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
	site, _ := proxied(t, http.HandlerFunc(kratosAnswers), kratos.WithBearer("gateway"), kratos.WithSessionCookie("sid"))
	r := httptest.NewRequest("POST", "/auth/self-service/login?flow=f", strings.NewReader("method=password&password=p"))
	r.Header = http.Header{
		"Cookie":          {"csrf_token_0a=c; own=s3cret; sid=s; ory_kratos_continuity=o"},
		"Content-Type":    {"application/x-www-form-urlencoded"},
		"Authorization":   {"Basic s3cret"},
		"Connection":      {"Upgrade, X-Own"},
		"Upgrade":         {"websocket"},
		"X-Own":           {"s3cret"},
		"X-Session-Token": {"t"},
		"X-Forwarded-For": {"192.0.2.77"},
		"User-Agent":      {"Browser/1"},
		"Accept":          {"text/html"},
	}
	if w := ask(site, r); w.Code != 200 {
		t.Fatalf("status %d", w.Code)
	}
	for name, want := range map[string]string{
		"Cookie": "csrf_token_0a=c; sid=s; ory_kratos_continuity=o", "Authorization": "Bearer gateway", "X-Own": "", "Upgrade": "", "X-Session-Token": "t",
		"X-Forwarded-For": "192.0.2.1", "User-Agent": "Browser/1", "Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-Host": "example.com",
	} {
		if have := strings.Join(got.Header.Values(name), "; "); have != want {
			t.Errorf("%s: %q, want %q", name, have, want)
		}
	}
	if string(body) != "method=password&password=p" || got.URL.RawQuery != "flow=f" || got.Host == "example.com" {
		t.Errorf("sent %q to %s of %s", body, got.URL, got.Host)
	}
}

func TestWhatAProxyRewrites(t *testing.T) {
	t.Parallel()
	const public = "https://id.example.org/base"
	for name, tc := range map[string]struct{ body, want string }{
		"a form's action":                 {`{"ui":{"action":"$/self-service/login?flow=f&a=b#c"}}`, `{"ui":{"action":"/auth/self-service/login?flow=f\u0026a=b#c"}}`},
		"by the name Kratos gives itself": {`{"redirect_browser_to" : "https://ID.example.org/base/self-service/login/browser?aal=aal2"}`, `{"redirect_browser_to" : "/auth/self-service/login/browser?aal=aal2"}`},
		"a script":                        {`[{"attributes":{"src":"$/.well-known/ory/webauthn.js","integrity":"sha512-x"}}]`, `[{"attributes":{"src":"/auth/.well-known/ory/webauthn.js","integrity":"sha512-x"}}]`},
		"a provider stays":                {`{"redirect_browser_to":"https://idp.example.org/auth?redirect_uri=https%3A%2F%2Fid.example.org%2Fself-service%2Fmethods%2Foidc%2Fcallback%2Fa"}`, ""},
		"a page of the UI stays":          {`{"action":"show_settings_ui","flow":{"url":"https://app.example.org/settings?flow=f","id":"f"}}`, ""},
		"another host stays":              {`{"action":"https://id.example.org.evil.example/base/self-service/login"}`, ""},
		"another base path stays":         {`{"action":"https://id.example.org/self-service/login"}`, ""},
		"a host with a user stays":        {`{"action":"https://me@id.example.org/base/self-service/login"}`, ""},
		"what is the person's stays":      {`{"traits":{"url":"$/self-service/login","x":[{"href":"$/sessions"}]},"transient_payload":{"src":"$/sessions"}}`, ""},
		"other members stay":              {`{"text":"$/self-service/login","request_url":"$/self-service/login/browser"}`, ""},
		"everything else stays as it is":  {" {\"n\":12345678901234567890.10 , \"u\":\"\\u00e9\\/\",\"url\":null,\"href\":[\"$/sessions\"],\"a\":1,\"a\":2}\n", ""},
		"a URL that cannot be parsed":     {`{"url":"http://[","action":":"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var base string
			site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				base = "http://" + r.Host
				reply{status: 400, body: strings.ReplaceAll(tc.body, "$", base)}.ServeHTTP(w, r)
			}), kratos.WithPublicURL(public))
			w := ask(site, httptest.NewRequest("GET", "/auth/self-service/login/browser", nil))
			want := tc.want
			if want == "" {
				want = strings.ReplaceAll(tc.body, "$", base)
			}
			if w.Code != 400 || w.Body.String() != want {
				t.Errorf("status %d, %s, want %s", w.Code, w.Body, want)
			}
		})
	}
}

func TestHeadersThroughAProxy(t *testing.T) {
	t.Parallel()
	var base, location string
	site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		base = "http://" + r.Host
		w.Header()["Set-Cookie"] = []string{"csrf_token_0a=c; Path=/base; Domain=id.example.org; HttpOnly; SameSite=Lax", "ory_kratos_session=s;domain=.example.org;Max-Age=5; Secure; Partitioned"}
		w.Header().Set("Location", strings.ReplaceAll(location, "$", base))
		w.WriteHeader(http.StatusSeeOther)
		_, _ = io.WriteString(w, `<a href="`+base+`">See Other</a>`)
	}))
	for to, want := range map[string]string{
		"$/self-service/settings?flow=f":     "/auth/self-service/settings?flow=f",
		"/self-service/recovery/flows?id=f":  "/auth/self-service/recovery/flows?id=f",
		"https://app.example.org/login?a=b":  "https://app.example.org/login?a=b",
		"/welcome":                           "/welcome",
		"$/ui/login":                         "$/ui/login",
		"https://idp.example.org/auth?a=b#c": "https://idp.example.org/auth?a=b#c",
		"myapp://callback?code=c":            "myapp://callback?code=c",
		"$/self-service/../admin/identities": "$/self-service/../admin/identities",
	} {
		location = to
		w := ask(site, httptest.NewRequest("GET", "/auth/self-service/login/browser", nil))
		if got := w.Header().Get("Location"); w.Code != 303 || got != strings.ReplaceAll(want, "$", base) || w.Body.Len() > 0 {
			t.Errorf("%s: status %d to %q with %q", to, w.Code, got, w.Body)
		}
		set := w.Header().Values("Set-Cookie")
		if len(set) != 2 || set[0] != "csrf_token_0a=c; HttpOnly; SameSite=Lax; Path=/" || set[1] != "ory_kratos_session=s;Max-Age=5; Secure; Partitioned; Path=/" {
			t.Errorf("%s: cookies %q", to, set)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", to, w.Header())
		}
	}
}

func TestWhatAProxyRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		answer reply
		path   string
		status int
	}{
		"a redirect to the admin API":        {reply{status: 307, header: http.Header{"Location": {"/admin/sessions"}}}, "/sessions/whoami", 502},
		"an absolute one":                    {reply{status: 303, header: http.Header{"Location": {"$/admin/sessions"}}}, "/sessions/whoami", 502},
		"a URL of the admin API":             {reply{status: 200, body: `{"url":"$/admin/identities"}`}, "/sessions/whoami", 502},
		"everybody's sessions":               {reply{status: 200, body: `[]`}, "/sessions", 502},
		"broken JSON":                        {reply{status: 200, body: `{"a":`}, "/sessions/whoami", 502},
		"an answer without an end":           {reply{status: 200, body: `{"a":"` + strings.Repeat("x", 9<<20) + `"}`}, "/sessions/whoami", 502},
		"the same, and no JSON":              {reply{status: 200, header: http.Header{"Content-Type": {"text/html"}}, body: strings.Repeat("x", 9<<20)}, "/sessions/whoami", 502},
		"an error of Kratos' is passed on":   {reply{status: 503, body: `{"error":{"code":503}}`}, "/sessions/whoami", 503},
		"a page of something in front of it": {reply{status: 502, header: http.Header{"Content-Type": {"text/html"}}, body: "<html>"}, "/sessions/whoami", 502},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				a := tc.answer
				a.body = strings.ReplaceAll(a.body, "$", "http://"+r.Host)
				if to := a.header.Get("Location"); to != "" {
					a.header = http.Header{"Location": {strings.ReplaceAll(to, "$", "http://"+r.Host)}}
				}
				a.ServeHTTP(w, r)
			}))
			w := ask(site, httptest.NewRequest("GET", "/auth"+tc.path, nil))
			if w.Code != tc.status || strings.Contains(w.Body.String(), "admin") || strings.Contains(w.Body.String(), "127.0.0.1") || w.Header().Get("Location") != "" {
				t.Errorf("status %d, %v, %.200s", w.Code, w.Header(), w.Body)
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
	for _, prefix := range []string{"auth", "/auth/", "//evil.example", "/", "/a?b", "https://x", "/%61"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("the prefix %q is none, and was taken", prefix)
				}
			}()
			gone.Proxy(prefix)
		}()
	}
}

func TestABrowserBehindAProxyStaysOnTheSite(t *testing.T) {
	t.Parallel()
	site, client := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		base := "http://" + r.Host
		w.Header().Set("Set-Cookie", "csrf_token_0a=c; Path=/base; Domain=id.example.org")
		answer := reply{status: 200, body: strings.ReplaceAll(flowBody("f", "choose_method", "[]", "[]"), "http://127.0.0.1:4433", base)}
		switch r.URL.Path {
		case "/sessions/whoami":
			answer = reply{status: 403, body: `{"error":{"id":"session_aal2_required","code":403},"redirect_browser_to":"` + base + `/self-service/login/browser?aal=aal2"}`}
		case "/self-service/recovery":
			answer = reply{status: 303, header: http.Header{"Location": {base + "/self-service/recovery/flows?id=new"}}}
		case "/self-service/settings/browser":
			answer = reply{status: 200, body: `{"broken":`}
		}
		answer.ServeHTTP(w, r)
	}))
	_ = site
	browser := client.Browser(fromBrowser())
	flow, err := browser.Login.Start(t.Context())
	if err != nil || flow.UI.Action != "/auth/self-service/login?flow=f" {
		t.Fatalf("a form goes to %q, %v", flow.UI.Action, err)
	}
	var e *kratos.Error
	if _, err := browser.Whoami(t.Context()); !errors.As(err, &e) || e.RedirectTo != "/auth/self-service/login/browser?aal=aal2" {
		t.Errorf("the second factor: %v", err)
	}
	if _, err := browser.Recovery.Submit(t.Context(), newFlow[kratos.RecoveryFlow]("f"), kratos.RecoveryWithCode{Code: "1"}); !errors.As(err, &e) || e.FlowID != "new" {
		t.Errorf("an expired recovery: %v", err)
	}
	if _, err := browser.Settings.Start(t.Context()); !errors.Is(err, kratos.ErrUnexpectedAnswer) || !strings.Contains(err.Error(), "createBrowserSettingsFlow") {
		t.Errorf("broken JSON: %v", err)
	}
	w := httptest.NewRecorder()
	browser.Relay(w)
	if set := w.Header().Values("Set-Cookie"); len(set) == 0 || set[0] != "csrf_token_0a=c; Path=/" {
		t.Errorf("cookies %q", set)
	}
}

// FuzzProxy looks for a request that gets out of what a proxy lets through, and an answer that it cannot take.
func FuzzProxy(f *testing.F) {
	f.Add("/self-service/login", "flow=f", `{"ui":{"action":"http://kratos/self-service/login"}}`, "http://kratos/self-service/login", "a=b; Domain=x; Path=/y")
	f.Add("/sessions/../admin", "", `{"traits":{"url":"http://kratos/admin"}}`, "/admin", "a")
	f.Add("/%2e%2e/admin", "a", `[{"url":"http://kratos/admin/x"}]`, "//kratos/admin", ";;;Path")
	f.Fuzz(func(t *testing.T, path, query, body, location, cookie string) {
		var got string
		kratosAnswers := roundTrip(func(r *http.Request) (*http.Response, error) {
			got = r.URL.EscapedPath()
			header := http.Header{"Content-Type": {"application/json"}, "Location": {location}, "Set-Cookie": {cookie}, "X-Total-Count": {"0"}}
			return &http.Response{StatusCode: 303 - 103*(len(body)%2), Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})
		client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: kratosAnswers}))
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/auth/", nil)
		r.URL.Path, r.URL.RawQuery = "/auth"+path, query
		w := ask(client.Proxy("/auth"), r)
		allowed := strings.HasPrefix(got, "/self-service/") || strings.HasPrefix(got, "/sessions") || strings.HasPrefix(got, "/.well-known/ory/")
		if got != "" && (!allowed || strings.Contains(got+"/", "/../") || strings.Contains(got, "%")) {
			t.Errorf("%q asked for %q", path, got)
		}
		if to := w.Header().Get("Location"); strings.HasPrefix(strings.ToLower(to), "http://kratos/admin/") || strings.HasPrefix(to, "http://kratos/self-service/login") {
			t.Errorf("%q leads to %q", location, to)
		}
		for _, set := range w.Header().Values("Set-Cookie") {
			if !strings.HasSuffix(set, "; Path=/") || strings.Count(strings.ToLower(set), "domain=x") > 0 && strings.Contains(cookie, "; Domain=x;") {
				t.Errorf("%q became %q", cookie, set)
			}
		}
	})
}
