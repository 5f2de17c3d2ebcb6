package kratos_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// If a session needs its second factor, all redirects lead to the page where a browser enters it.
func TestWhereTheSecondFactorIsGiven(t *testing.T) {
	t.Parallel()
	const login = "/self-service/login/browser?aal=aal2"
	public := kratos.WithPublicURL("https://auth.example.org/base")
	for name, tc := range map[string]struct {
		names string // what Kratos names; $ is its base URL
		proxy bool
		opts  []kratos.Option
		want  string
	}{
		"Kratos' own URL":                      {"$" + login, false, nil, "$" + login},
		"another URL of Kratos":                {"https://auth.example.org" + login, false, nil, "https://auth.example.org" + login},
		"the public URL":                       {"https://auth.example.org/base" + login, false, []kratos.Option{public}, "https://auth.example.org/base" + login},
		"another host than the public URL":     {"https://evil.example" + login, false, []kratos.Option{public}, "https://auth.example.org/base" + login},
		"a host that begins like it":           {"https://auth.example.org.evil.example" + login, false, []kratos.Option{public}, "https://auth.example.org/base" + login},
		"a path that begins like it":           {"https://auth.example.org/basement" + login, false, []kratos.Option{public}, "https://auth.example.org/base" + login},
		"below a proxy":                        {"$" + login, true, nil, "/auth" + login},
		"below a proxy, with a return_to":      {"$" + login + "&return_to=https%3A%2F%2Fapp.example.org%2F", true, nil, "/auth" + login + "&return_to=https%3A%2F%2Fapp.example.org%2F"},
		"the public URL, below a proxy":        {"https://auth.example.org/base" + login, true, []kratos.Option{public}, "/auth" + login},
		"another URL of Kratos, below a proxy": {"https://auth.internal" + login, true, nil, "/auth" + login},
		"another site, below a proxy":          {"//evil.example/", true, nil, "/auth" + login},
		"a path of the site, below a proxy":    {"/login?aal=aal2", true, nil, "/login?aal=aal2"},
		"nothing, below a proxy":               {"", true, nil, "/auth" + login},
		"nothing, with a public URL":           {"", false, []kratos.Option{public}, "https://auth.example.org/base" + login},
		"nothing":                              {"", false, nil, ""},
		"a script":                             {"javascript:alert(1)", false, nil, ""},
		"a script, below a proxy":              {"javascript:alert(1)", true, nil, "/auth" + login},
		"a URL with a password":                {"https://auth.example.org@evil.example/", false, nil, ""},
		"no URL":                               {"http://%zz", false, nil, ""},
		"a relative path":                      {"login", false, nil, ""},
		"without a scheme":                     {"//evil.example/", false, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuse := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body := `{"error":{"id":"session_aal2_required","code":403,"message":"m"},"redirect_browser_to":"` + strings.ReplaceAll(tc.names, "$", "http://"+r.Host) + `"}`
				reply{status: 403, body: body}.ServeHTTP(w, r)
			})
			url := newServer(t, routes{
				"GET /sessions/whoami":               refuse,
				"GET /self-service/settings/browser": refuse,
				"GET /self-service/login/browser":    reply{status: 400, body: kratosError(400, "session_already_available", "m", "r")},
			})
			client, err := kratos.NewClient(url, tc.opts...)
			if err != nil {
				t.Fatal(err)
			}
			if tc.proxy {
				client.Proxy("/auth")
			}
			want := strings.ReplaceAll(tc.want, "$", url)
			for credential, header := range requestCredentials {
				r := httptest.NewRequest("GET", "/account", nil)
				r.Header = header
				_, err := client.Browser(r).ActiveSession(t.Context())
				var e *kratos.Error
				switch {
				case !errors.Is(err, kratos.ErrAAL2Required):
					t.Errorf("%s: %v, want ErrAAL2Required", credential, err)
				case !errors.As(err, &e):
					t.Errorf("%s: %v is an error of another type", credential, err)
				case e.RedirectTo != want:
					t.Errorf("%s: e.RedirectTo = %v, want %v", credential, e.RedirectTo, want)
				}
				ask(sessions.New(client, sessions.Otherwise(func(_ http.ResponseWriter, _ *http.Request, err error) {
					if !errors.As(err, &e) || e.RedirectTo != want {
						t.Errorf("%s: the middleware leads to %q, want %q", credential, e.RedirectTo, want)
					}
				})).Require()(http.NotFoundHandler()), r)
			}
			status := 303
			if want == "" {
				status = 503
			}
			for path, page := range map[string]http.Handler{
				"/settings": client.Settings.Handler(func(http.ResponseWriter, *http.Request, *kratos.SettingsFlow) {}),
				"/login":    client.Login.Handler(func(http.ResponseWriter, *http.Request, *kratos.LoginFlow) {}),
			} {
				t.Run(path, func(t *testing.T) {
					r := httptest.NewRequest("GET", path, nil)
					r.Header = requestCredentials["cookie"]
					if w := ask(page, r); w.Code != status || w.Header().Get("Location") != want {
						t.Errorf("status %d to %q, want %d to %q", w.Code, w.Header().Get("Location"), status, want)
					}
				})
			}
		})
	}
}

// A page for people without a session redirects those with one to the second factor or to
// return_to, without a loop.
func TestSomebodySignedInVisitsALogin(t *testing.T) {
	t.Parallel()
	aal2 := reply{status: 403, body: `{"error":{"id":"session_aal2_required","code":403,"message":"m"},"redirect_browser_to":"http://kratos/self-service/login/browser?aal=aal2"}`}
	const login = "http://kratos/self-service/login/browser?aal=aal2"
	for name, tc := range map[string]struct {
		visit  string
		whoami reply
		status int
		want   string
	}{
		"signed in":                               {"/login", reply{status: 200, body: sessionBody}, 303, "/"},
		"signed in, with somewhere to go":         {"/login?return_to=%2Faccount", reply{status: 200, body: sessionBody}, 303, "/account"},
		"signed in, led to another site":          {"/login?return_to=%2F%2Fevil.example", reply{status: 200, body: sessionBody}, 303, "/"},
		"the second factor":                       {"/login", aal2, 303, login},
		"the second factor, with somewhere to go": {"/login?return_to=%2Faccount%3Fa%3Db", aal2, 303, login + "&return_to=%2Faccount%3Fa%3Db"},
		"the second factor, led to another site":  {"/login?return_to=https%3A%2F%2Fevil.example%2F", aal2, 303, login},
		"the second factor, to the front page":    {"/login?return_to=%2F", aal2, 303, login},
		"a Kratos that fails":                     {"/login?return_to=%2Faccount", reply{status: 500, body: kratosError(500, "", "m", "r")}, 303, "/account"},
		"a Kratos that contradicts itself":        {"/login", reply{status: 401, body: noSession}, 503, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for _, flow := range []string{"login", "registration", "recovery"} {
				t.Run(flow, func(t *testing.T) {
					set := reply{status: tc.whoami.status, body: tc.whoami.body, header: http.Header{"Set-Cookie": {"ory_kratos_session=new; Path=/"}}}
					client, _ := serve(t, routes{
						"GET /self-service/" + flow + "/browser": reply{status: 400, body: kratosError(400, "session_already_available", "m", "r")},
						"GET /sessions/whoami":                   set,
					}, kratos.WithRetries(0), kratos.WithPublicURL("http://kratos"))
					page := map[string]http.Handler{
						"login":        client.Login.Handler(func(http.ResponseWriter, *http.Request, *kratos.LoginFlow) {}),
						"registration": client.Registration.Handler(func(http.ResponseWriter, *http.Request, *kratos.RegistrationFlow) {}),
						"recovery":     client.Recovery.Handler(func(http.ResponseWriter, *http.Request, *kratos.RecoveryFlow) {}),
					}[flow]
					r := httptest.NewRequest("GET", strings.Replace(tc.visit, "login", flow, 1), nil)
					r.Header = requestCredentials["cookie"]
					w := ask(page, r)
					if w.Code != tc.status || w.Header().Get("Location") != tc.want {
						t.Errorf("%s, %s: status %d to %q, want %d to %q", flow, name, w.Code, w.Header().Get("Location"), tc.status, tc.want)
					}
					if w.Header().Get("Set-Cookie") == "" || w.Header().Get("Cache-Control") != "no-store" {
						t.Errorf("%s, %s: header %v", flow, name, w.Header())
					}
				})
			}
		})
	}
}
