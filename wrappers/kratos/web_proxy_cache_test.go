package kratos_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestWhatCanBeCachedThroughAProxy(t *testing.T) {
	t.Parallel()
	const file = "/.well-known/ory/webauthn.js"
	for name, tc := range map[string]struct {
		method, base, path string
		status             int
		cached             bool
	}{
		"the script":                             {"GET", "", file, 200, true},
		"the script that has not changed":        {"GET", "", file, 304, true},
		"the head of the script":                 {"HEAD", "", file, 200, true},
		"with a query":                           {"GET", "", file + "?v=1", 200, true},
		"of a Kratos below a path":               {"GET", "/base", file, 200, true},
		"no such script":                         {"GET", "", "/.well-known/ory/x.js", 404, false},
		"a script that moved":                    {"GET", "", file, 303, false},
		"a script of a Kratos that fails":        {"GET", "", file, 500, false},
		"a part of a script":                     {"GET", "", file, 206, false},
		"a script that is gone":                  {"GET", "", file, 410, false},
		"an empty script":                        {"GET", "", file, 204, false},
		"a session":                              {"GET", "", "/sessions/whoami", 200, false},
		"a session that has not changed":         {"GET", "", "/sessions/whoami", 304, false},
		"sessions of a Kratos below .well-known": {"GET", "/.well-known/ory", "/sessions/whoami", 200, false},
		"a flow":                                 {"GET", "", "/self-service/login/flows?id=/.well-known/ory/x.js", 200, false},
		"a flow with the name of a file":         {"GET", "", "/self-service/.well-known/ory", 200, false},
		"a callback of a provider named so":      {"GET", "", "/self-service/methods/oidc/callback/.well-known", 200, false},
		"a submission":                           {"POST", "", "/self-service/login", 200, false},
		"an unknown path":                        {"GET", "", "/.well-known/other/x.js", 200, false},
		"a method that the script does not have": {"POST", "", file, 200, false},
		"a question of another origin's":         {"OPTIONS", "", "/sessions/whoami", 204, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.Contains(r.URL.Path, "/ory/webauthn.js") && r.Header.Get("Cookie") != "" {
					t.Error("the script is requested with cookies")
				}
				reply{status: tc.status, header: http.Header{
					"Set-Cookie": {"csrf_token_0a=c; Path=/"}, "Vary": {"Cookie, Origin"}, "Cache-Control": {"public, max-age=3600"}, "Cdn-Cache-Control": {"max-age=3600"}, "Surrogate-Control": {"max-age=3600"},
					"Expires": {"Fri, 01 Jan 2100 00:00:00 GMT"}, "Etag": {`"a"`}, "Last-Modified": {"Fri, 01 Jan 2010 00:00:00 GMT"}, "Age": {"1"}, "Pragma": {"cache"}, "Content-Type": {"text/javascript"},
				}}.ServeHTTP(w, r)
			}))
			client, err := kratos.NewClient(url + tc.base)
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest(tc.method, "/auth"+tc.path, nil)
			r.Header.Set("Cookie", "csrf_token_0a=c; ory_kratos_session=s")
			h := ask(client.Proxy("/auth"), r).Header()
			if h.Get("Cdn-Cache-Control")+h.Get("Surrogate-Control")+h.Get("Pragma") != "" {
				t.Errorf("%v", h)
			}
			if tc.cached {
				switch {
				case h.Get("Cache-Control") != "public, max-age=3600":
					t.Errorf(`Cache-Control %q, want "public, max-age=3600"`, h.Get("Cache-Control"))
				case h.Get("Etag") == "":
					t.Error("no Etag")
				case h.Get("Expires") == "":
					t.Error("no Expires")
				case h.Get("Set-Cookie") != "":
					t.Errorf("Set-Cookie %q, want none", h.Get("Set-Cookie"))
				case h.Get("Vary") != "Origin":
					t.Errorf(`Vary %q, want "Origin"`, h.Get("Vary"))
				}
				return
			}
			if h.Get("Cache-Control") != "no-store" || h.Get("Expires")+h.Get("Etag")+h.Get("Last-Modified")+h.Get("Age") != "" {
				t.Errorf("can be cached: %v", h)
			}
		})
	}
}
