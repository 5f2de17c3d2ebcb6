package kratos_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Kratos escapes the id of a provider in its URL, and routes by the unescaped path.
func TestProvidersThroughAProxy(t *testing.T) {
	t.Parallel()
	var got, location string
	site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.Path
		reply{status: 303, header: http.Header{"Location": {location}}}.ServeHTTP(w, r)
	}), kratos.WithPublicURL("https://id.example.org/base"))
	mux := http.NewServeMux()
	mux.Handle("/auth/", site)
	server := newServer(t, mux) // a server reads the request line
	callbacks := []string{"/self-service/methods/oidc/callback/", "/self-service/methods/saml/callback/", "/self-service/methods/oidc/organization/5a2b0000-0000-4000-8000-000000000001/callback/"}
	for _, id := range []string{
		"google", "my.idp_1-2~x", "acme:prod", "a@b.example", "my idp", "café", "日本語", "a+b", "a%b", "100%", "a%2Fb", "a%20b", "%25", "a;b", "a;b=c,d", "a,b", "a&b=c", "a?b", "a#b", `a"b`, "a'b", "(a)", "a!b", "a*b", "*", "a$b", "a[b]", "{a}", "a|b", "a^b",
		"a`b", "<a>", `corp\idp`, "api", "API", "callback", "admin", "whoami", ".a", "a.", "...", "a..b", "..a", "-", "_", "~", "https:example.org", "\U0001f511", "a\u00a0b", "\u202ea", strings.Repeat("x", 500),
	} {
		t.Run(id, func(t *testing.T) {
			for _, callback := range callbacks {
				made := (&url.URL{Scheme: "https", Host: "id.example.org", Path: path.Join("/base", callback+id), RawQuery: "code=a&state=b"}).String()
				// As Kratos writes it, as it arrives unescaped where a browser sends it so, and
				// with every byte escaped.
				for _, written := range []string{strings.TrimPrefix(made, "https://id.example.org/base"), callback + browserPath(id), callback + escapeAll(id)} {
					t.Run(written, func(t *testing.T) {
						got, location = "", made
						resp, err := http.DefaultTransport.RoundTrip(httptestRequest(t, server+"/auth"+written))
						if err != nil {
							t.Error(err)
							return
						}
						_ = resp.Body.Close()
						if resp.StatusCode != 303 || got != callback+id {
							t.Errorf("%q as %s: status %d, requested %q", id, written, resp.StatusCode, got)
						}
						to, err := url.Parse(resp.Header.Get("Location"))
						switch {
						case err != nil:
							t.Error(err)
						case to.Path != "/auth"+callback+id:
							t.Errorf("to.Path = %q, want %q", to.Path, "/auth"+callback+id)
						case to.RawQuery != "code=a&state=b":
							t.Errorf(`to.RawQuery = %q, want "code=a&state=b"`, to.RawQuery)
						case to.Host != "":
							t.Errorf("to.Host = %q, want none", to.Host)
						}
					})
				}
			}
		})
	}
	for _, id := range []string{
		"", ".", "..", "%2e", "%2e%2e", "%2E.", "..%2fadmin", "..%2Fadmin", "a%2Fb", "a/../../admin", "%2e%2e%2fadmin", "%252e%252e", "..%252fadmin", "%252e%252e%252fadmin", "%25252e%25252e%25252fadmin", "..%5cadmin", "..%255cadmin", "a%5c..%5cb",
		"..;", "..;a=b", ".;", "..%3ba", "..;%2fadmin", "%00", "a%00", "a%0d%0aHost:%20evil", "a%0a", "%09", "a%7f", "%c0%af", "%c0%ae%c0%ae%c0%af", "%ff", "caf%E9", "%ed%a0%80", "a%2500", "a%250a", "%c2%85", "a%252F..", "%" + strings.Repeat("25", 200) + "2e",
	} {
		t.Run(id, func(t *testing.T) {
			for _, callback := range callbacks {
				got = ""
				r := httptest.NewRequest("GET", "/auth/", nil)
				u, err := url.Parse("/auth" + callback + id)
				if err != nil {
					t.Fatal(err)
				}
				r.URL = u
				switch w := ask(site, r); {
				case w.Code != 404 && w.Code != 301 && w.Code != 307:
					t.Errorf("status %d", w.Code)
				case got != "":
					t.Errorf("got = %q, want none", got)
				}
			}
		})
	}
	// Only the last segment of a callback is free.
	for _, p := range []string{
		"/self-service/methods/oidc/auth/a:b", "/self-service/methods/a:b/callback/google", "/self-service/methods/oidc/callback", "/self-service/methods/oidc/organization/a:b/callback/google", "/self-service/methods/oidc/x/y/callback/a:b",
		"/self-service/login/callback/a:b", "/self-service/a:b", "/sessions/a:b", "/.well-known/ory/a:b", "/self-service/methods/oidc/callback/a:b/c", "/self-service/methods%2foidc/callback/google", "/self-service/callback/a:b",
	} {
		t.Run(p, func(t *testing.T) {
			got = ""
			w := ask(site, httptest.NewRequest("GET", "/auth"+p, nil))
			if plain := !strings.ContainsAny(p, ":%"); (w.Code != 404) != plain {
				t.Errorf("status %d", w.Code)
			}
		})
	}
}

// browserPath escapes what the URL standard has browsers escape in a path.
func browserPath(id string) string {
	var b strings.Builder
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c > '~' || strings.ContainsRune("\"#<>?`{}^%\\", rune(c)) {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(id[i])
	}
	return b.String()
}

func escapeAll(id string) string {
	var b strings.Builder
	for i := range len(id) {
		fmt.Fprintf(&b, "%%%02x", id[i])
	}
	return b.String()
}

func httptestRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNativeEndpointsStayOutOfAProxy(t *testing.T) {
	t.Parallel()
	var got string
	site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Method + " " + r.URL.Path
		reply{status: 200, body: `{"session_token":"ory_st_s3cret"}`}.ServeHTTP(w, r)
	}))
	for _, p := range []string{
		"/self-service/login/api", "/self-service/registration/api", "/self-service/settings/api", "/self-service/recovery/api", "/self-service/verification/api", "/self-service/logout/api", "/self-service/another/api", "/self-service/api", "/self-service/login/API",
		"/self-service/login/Api", "/self-service/login/%61pi", "/self-service/login/api?refresh=true", "/self-service/methods/oidc/api", "/sessions/token-exchange", "/sessions/token-exchange?init_code=a&return_to_code=b", "/sessions/Token-Exchange",
	} {
		t.Run(p, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT"} {
				t.Run(method, func(t *testing.T) {
					if w := ask(site, httptest.NewRequest(method, "/auth"+p, strings.NewReader("{}"))); w.Code != 404 || got != "" {
						t.Errorf("%s %s: status %d, requested %q", method, p, w.Code, got)
					}
				})
			}
		})
	}
}

// Kratos rejects a native flow with a cookie. If it responds with a session token nevertheless, the
// proxy does not return it.
func TestNoScriptGetsASessionToken(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		want   int
	}{
		"a native login":                  {200, `{"session_token":"ory_st_s3cret","session":{"id":"a"},"continue_with":null}`, 403},
		"written in another way":          {200, ` { "session" : {} , "session\u005ftoken" : "\u006fry_st_s3cret" }`, 403},
		"a native registration":           {200, `{"identity":{},"continue_with":[{"action":"set_ory_session_token","ory_session_token":"ory_st_s3cret"}],"session_token":"ory_st_s3cret"}`, 403},
		"in what comes next only":         {200, `{"state":"passed_challenge","continue_with":[{"action":"show_settings_ui"},{"action":"set_ory_session_token","ory_session_token":"ory_st_s3cret"}]}`, 403},
		"in an error":                     {422, `{"error":{"details":{"continue_with":[{"ory_session_token":"ory_st_s3cret"}]}}}`, 403},
		"with another status":             {400, `{"session_token":"ory_st_s3cret"}`, 403},
		"a browser's login":               {200, `{"session":{"id":"a"},"continue_with":[{"action":"redirect_browser_to","redirect_browser_to":"/"}]}`, 200},
		"no token":                        {200, `{"session_token":"","continue_with":[{"ory_session_token":null}]}`, 200},
		"a trait of this name":            {200, `{"identity":{"traits":{"session_token":"mine","ory_session_token":"mine"},"metadata_public":{"session_token":"x"}}}`, 200},
		"a field of this name":            {200, `{"ui":{"nodes":[{"attributes":{"name":"session_token"}}]},"x":{"session_token":"y"}}`, 200},
		"a session as a JWT":              {200, `{"id":"a","tokenized":"eyJ"}`, 200},
		"an error from Kratos, unchanged": {400, `{"error":{"code":400,"reason":"The flow however was initiated as an API request."}}`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var cookie string
			site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				cookie = r.Header.Get("Cookie")
				reply{status: tc.status, body: tc.body, header: http.Header{"Set-Cookie": {"ory_kratos_session=s3cret"}}}.ServeHTTP(w, r)
			}))
			for _, path := range []string{"login", "registration", "settings", "recovery", "verification"} {
				t.Run(path, func(t *testing.T) {
					for _, method := range []string{"POST", "GET"} {
						t.Run(method, func(t *testing.T) {
							cookie = ""
							w := ask(site, httptest.NewRequest(method, "/auth/self-service/"+path+"?flow=native", strings.NewReader(`{"method":"password"}`)))
							switch {
							case w.Code != tc.want:
								t.Errorf("%s %s: status %d, want %d", method, path, w.Code, tc.want)
							case strings.Contains(fmt.Sprint(w.Header(), w.Body), "ory_st_"):
								t.Errorf(`%s %s: %q has "ory_st_"`, method, path, fmt.Sprint(w.Header(), w.Body))
							case w.Code == 403 && w.Header().Get("Set-Cookie") != "":
								t.Errorf("%s %s: Set-Cookie %q", method, path, w.Header().Get("Set-Cookie"))
							}
							if cookie == "" {
								t.Errorf("%s %s goes to Kratos without a cookie, as from a native client", method, path)
							}
						})
					}
				})
			}
			ask(site, httptest.NewRequest("GET", "/auth/sessions/whoami", nil))
			if cookie != "" {
				t.Errorf("a call that submits nothing has the cookie %q", cookie)
			}
		})
	}
}
