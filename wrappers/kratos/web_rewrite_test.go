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
		"a host with a user":              {`{"action":"https://me@id.example.org/base/self-service/login"}`, `{"action":"/auth/self-service/login"}`},
		"a path without a host":           {`{"action":"/self-service/login?flow=f"}`, `{"action":"/auth/self-service/login?flow=f"}`},
		"the same below the base path":    {`{"action":"/base/self-service/login?flow=f"}`, `{"action":"/auth/self-service/login?flow=f"}`},
		"a page of the site stays":        {`{"url":"/settings?flow=f","action":"?flow=f","href":"#x","src":"data:image/png;base64,AAAA"}`, ""},
		"a native flow's own URL":         {`{"error":{"details":{"redirect_to":"$/self-service/login/api?refresh=true"}}}`, `{"error":{"details":{"redirect_to":""}}}`},
		"another base path":               {`{"action":"https://id.example.org/self-service/login"}`, `{"action":""}`},
		"a return_to stays as it is":      {`{"return_to":"$/self-service/settings/browser","x":[{"return_to":"/admin/site"}]}`, ""},
		"a return_to past the proxy":      {`{"return_to":"$/admin/x"}`, `{"return_to":""}`},
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
		"https://idp.example.org/auth?a=b#c": "https://idp.example.org/auth?a=b#c",
		"myapp://callback?code=c":            "myapp://callback?code=c",
		"?flow=f":                            "/auth/self-service/login/browser?flow=f",
		"browser/../../settings?flow=f":      "/auth/self-service/settings?flow=f",
		"https://app.example.org/admin/x":    "https://app.example.org/admin/x",
	} {
		t.Run(to, func(t *testing.T) {
			location = to
			w := ask(site, httptest.NewRequest("GET", "/auth/self-service/login/browser", nil))
			switch got := w.Header().Get("Location"); {
			case w.Code != 303:
				t.Errorf("status %d, want 303", w.Code)
			case got != strings.ReplaceAll(want, "$", base):
				t.Errorf("got = %q, want %q", got, strings.ReplaceAll(want, "$", base))
			case w.Body.Len() > 0:
				t.Errorf("w.Body.Len() = %d, want none", w.Body.Len())
			}
			set := w.Header().Values("Set-Cookie")
			switch {
			case len(set) != 2:
				t.Errorf("len(set) = %d, want 2", len(set))
			case set[0] != "csrf_token_0a=c; HttpOnly; SameSite=Lax; Path=/":
				t.Errorf(`set[0] = %q, want "csrf_token_0a=c; HttpOnly; SameSite=Lax; Path=/"`, set[0])
			case set[1] != "ory_kratos_session=s;Max-Age=5; Secure; Partitioned; Path=/":
				t.Errorf(`set[1] = %q, want "ory_kratos_session=s;Max-Age=5; Secure; Partitioned; Path=/"`, set[1])
			}
			if w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("%v", w.Header())
			}
		})
	}
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
		url + "/self-service/login/browser":          "", // not below the base URL
		"/base/welcome":                              "/base/welcome",
		"/welcome":                                   "/welcome",
	} {
		t.Run(to, func(t *testing.T) {
			location = to
			w := ask(proxy, httptest.NewRequest("GET", "/self-service/settings/browser", nil))
			if got := w.Header().Get("Location"); got != want || asked != "/base/self-service/settings/browser" {
				t.Errorf("to %q, want %q; requested %q", got, want, asked)
			}
		})
	}
}
