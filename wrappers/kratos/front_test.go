package kratos_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

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
		if w.Code == 200 && !strings.Contains(strings.ToLower(body), "kratos") && !strings.Contains(body, `\u`) && w.Body.String() != body {
			t.Errorf("%q became %q", body, w.Body)
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

func TestAProxyOfAKratosBelowAPath(t *testing.T) {
	t.Parallel()
	var location, asked string
	url := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path
		reply{status: 303, header: http.Header{"Location": {location}}}.ServeHTTP(w, r)
	}))
	client, err := kratos.NewClient(url + "/base")
	if err != nil {
		t.Fatal(err)
	}
	proxy := client.Proxy("")
	for to, want := range map[string]string{
		"/base/self-service/login/browser?a=b":       "/self-service/login/browser?a=b",
		"/self-service/login/browser?a=b":            "/self-service/login/browser?a=b",
		url + "/base/self-service/login/browser?a=b": "/self-service/login/browser?a=b",
		url + "/self-service/login/browser":          url + "/self-service/login/browser",
		"/welcome":                                   "/welcome",
	} {
		location = to
		w := ask(proxy, httptest.NewRequest("GET", "/self-service/settings/browser", nil))
		if got := w.Header().Get("Location"); got != want || asked != "/base/self-service/settings/browser" {
			t.Errorf("%s: to %q, want %q; asked for %q", to, got, want, asked)
		}
	}
}
