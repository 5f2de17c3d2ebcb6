package kratos_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// locationOf returns the Location of a response, with 1 in place of the time of a restart.
func locationOf(w *httptest.ResponseRecorder) string {
	return regexp.MustCompile(`restarted=\d+`).ReplaceAllString(w.Header().Get("Location"), "restarted=1")
}

func TestHandler(t *testing.T) {
	t.Parallel()
	cookie := http.Header{"Set-Cookie": {"csrf_token_0a=new; Path=/; HttpOnly", "ory_kratos_continuity=c"}}
	flow := reply{status: 200, header: cookie, body: flowBody("f", "choose_method", "[]", "[]")}
	failure := func(status int, id string) reply {
		return reply{status: status, header: cookie, body: `{"error":{"id":"` + id + `","code":400,"message":"m"},"redirect_browser_to":"http://kratos/aal2"}`}
	}
	for name, tc := range map[string]struct {
		visit      string
		start, get reply
		status     int
		location   string
	}{
		"a first visit starts a flow":                {"/login", flow, reply{}, 303, "/login?flow=f"},
		"a first visit keeps its parameters":         {"/login?return_to=%2Fhome&refresh=true&utm=1", flow, reply{}, 303, "/login?flow=f&refresh=true&return_to=%2Fhome&utm=1"},
		"a visit to a flow shows it":                 {"/login?flow=f", reply{}, flow, 200, ""},
		"an unknown flow is restarted":               {"/login?flow=f&return_to=%2Fhome", reply{}, failure(404, ""), 303, "/login?restarted=1&return_to=%2Fhome"},
		"an expired flow is restarted":               {"/login?flow=f", reply{}, failure(410, "self_service_flow_expired"), 303, "/login?restarted=1"},
		"the flow of another browser is restarted":   {"/login?flow=f", reply{}, failure(403, "security_csrf_violation"), 303, "/login?restarted=1"},
		"a browser without cookies is not in a loop": {"/login?flow=f&restarted=NOW", reply{}, failure(403, "security_csrf_violation"), 503, ""},
		"a flow that has expired after a restart":    {"/login?flow=f&restarted=1600000000", reply{}, failure(410, "self_service_flow_expired"), 303, "/login?restarted=1"},
		"a second start remembers that it is one":    {"/login?restarted=1", flow, reply{}, 303, "/login?flow=f&restarted=1"},
		"a session redirects to return_to":           {"/login?return_to=%2Fhome%3Fa%3D1", failure(400, "session_already_available"), reply{}, 303, "/home?a=1"},
		"a session does not redirect to other sites": {"/login?return_to=https%3A%2F%2Fevil.example%2F", failure(400, "session_already_available"), reply{}, 303, "/"},
		"settings without a session need a login":    {"/settings?return_to=%2Fhome", failure(401, "session_inactive"), reply{}, 303, "http://kratos/self-service/login/browser?return_to=http%3A%2F%2Fkratos%2Fself-service%2Fsettings%2Fbrowser%3Freturn_to%3D%252Fhome"},
		"a second factor comes first":                {"/settings", failure(403, "session_aal2_required"), reply{}, 303, "http://kratos/aal2"},
		"a return_to that is not allowed":            {"/login?return_to=x", failure(400, "self_service_flow_return_to_forbidden"), reply{}, 400, ""},
		"a second factor without a session":          {"/login?aal=aal2&return_to=%2Fhome", failure(401, "session_aal1_required"), reply{}, 303, "/login?return_to=%2Fhome"},
		"a login that needs a session":               {"/login", failure(401, "session_inactive"), reply{}, 503, ""},
		"the same for a second factor":               {"/login", failure(401, "session_aal1_required"), reply{}, 503, ""},
		"a failure of Kratos":                        {"/login", failure(500, ""), reply{}, 503, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := serve(t, routes{"GET /self-service/login/browser": tc.start, "GET /self-service/settings/browser": tc.start, "GET /self-service/login/flows": tc.get}, kratos.WithRetries(0), kratos.WithPublicURL("http://kratos"))
			w := httptest.NewRecorder()
			// The time of the visit, not that at which the test was read: it may wait for others.
			visit := strings.Replace(tc.visit, "NOW", strconv.FormatInt(time.Now().Unix(), 10), 1)
			r := httptest.NewRequest("GET", visit, nil)
			page := client.Login.Handler(func(w http.ResponseWriter, _ *http.Request, flow *kratos.LoginFlow) { _, _ = w.Write([]byte(flow.ID)) })
			if strings.HasPrefix(tc.visit, "/settings") {
				page = client.Settings.Handler(func(http.ResponseWriter, *http.Request, *kratos.SettingsFlow) {})
			}
			page.ServeHTTP(w, r)
			if w.Code != tc.status || locationOf(w) != tc.location {
				t.Errorf("got %d to %q, want %d to %q", w.Code, w.Header().Get("Location"), tc.status, tc.location)
			}
			if len(w.Header().Values("Set-Cookie")) != 2 || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("header %v", w.Header())
			}
			if w.Code == 200 && w.Body.String() != "f" {
				t.Errorf("body %s", w.Body)
			}
		})
	}
}

func TestAHandlerRedirectsOAuth2LoginsToKratos(t *testing.T) {
	t.Parallel()
	show := func(http.ResponseWriter, *http.Request, *kratos.LoginFlow) { t.Error("a flow was shown") }
	const visit, path = "/login?login_challenge=c&utm=1", "/self-service/login/browser?login_challenge=c&utm=1"
	client, _ := serve(t, routes{}, kratos.WithPublicURL("https://auth.example.org/base"))
	if w := ask(client.Login.Handler(show), httptest.NewRequest("GET", visit, nil)); w.Code != 303 || w.Header().Get("Location") != "https://auth.example.org/base"+path {
		t.Errorf("status %d to %q", w.Code, w.Header().Get("Location"))
	}
	client.Proxy("/auth")
	switch w := ask(client.Login.Handler(show), httptest.NewRequest("GET", visit, nil)); {
	case w.Code != 303:
		t.Errorf("with a proxy: status %d, want 303", w.Code)
	case w.Header().Get("Location") != "/auth"+path:
		t.Errorf("with a proxy: Location %q, want %q", w.Header().Get("Location"), "/auth"+path)
	case w.Header().Get("Cache-Control") != "no-store":
		t.Errorf(`with a proxy: Cache-Control %q, want "no-store"`, w.Header().Get("Cache-Control"))
	}
}

func TestAHandlerRestoresTheParametersOfAnExpiredFlow(t *testing.T) {
	t.Parallel()
	expired := reply{status: 410, body: `{"error":{"id":"self_service_flow_expired","code":410,"details":{"redirect_to":"http://kratos/self-service/login/browser?return_to=%2Fhome&refresh=true"}}}`}
	client, _ := serve(t, routes{"GET /self-service/login/flows": expired})
	page := client.Login.Handler(func(http.ResponseWriter, *http.Request, *kratos.LoginFlow) { t.Error("a flow was shown") })
	for visit, want := range map[string]string{
		"/login?flow=f":                        "/login?refresh=true&restarted=1&return_to=%2Fhome",
		"/login?flow=f&return_to=%2Felsewhere": "/login?refresh=true&restarted=1&return_to=%2Felsewhere",
	} {
		t.Run(visit, func(t *testing.T) {
			if w := ask(page, httptest.NewRequest("GET", visit, nil)); locationOf(w) != want {
				t.Errorf("to %q, want %q", locationOf(w), want)
			}
		})
	}
}

func TestSettingsWithoutAnURLOfKratos(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"GET /self-service/settings/browser": reply{status: 401, body: noSession}})
	w := ask(client.Settings.Handler(func(http.ResponseWriter, *http.Request, *kratos.SettingsFlow) {}), httptest.NewRequest("GET", "/settings", nil))
	if w.Code != 303 || w.Header().Get("Location") != "/login" {
		t.Errorf("status %d to %q", w.Code, w.Header().Get("Location"))
	}
}

func TestErrorHandler(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		visit    string
		response reply
		status   int
	}{
		"an error is shown":           {"/error?id=e", reply{status: 200, body: `{"id":"e","error":{"code":403,"message":"m"}}`}, 200},
		"no id":                       {"/error", reply{status: 200, body: `{"id":"e"}`}, 404},
		"an error that is unknown":    {"/error?id=e", reply{status: 404, body: `{"error":{"code":404,"message":"m"}}`}, 404},
		"a failure of Kratos":         {"/error?id=e", reply{status: 500, body: `{"error":{"code":500,"message":"m"}}`}, 503},
		"a server that is not Kratos": {"/error?id=e", reply{status: 200, body: `{}`}, 503},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := serve(t, routes{"GET /self-service/errors": tc.response})
			w := ask(client.ErrorHandler(func(w http.ResponseWriter, _ *http.Request, e *kratos.FlowError) { _, _ = w.Write([]byte(e.ID)) }), httptest.NewRequest("GET", tc.visit, nil))
			switch {
			case w.Code != tc.status:
				t.Errorf("status %d, want %d", w.Code, tc.status)
			case w.Header().Get("Cache-Control") != "no-store":
				t.Errorf(`Cache-Control %q, want "no-store"`, w.Header().Get("Cache-Control"))
			case w.Code == 200 && w.Body.String() != "e":
				t.Errorf("body %q", w.Body)
			}
		})
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"/", "/home", "/home?a=b&c=%2F%2Fd", "/a/b#c", "/%2e%2e/x"} {
		t.Run(target, func(t *testing.T) {
			if got := kratos.LocalPath(target); got != target {
				t.Errorf("%q became %q", target, got)
			}
		})
	}
	for _, target := range []string{
		"", "home", "?a", "#a", "//evil.example", "///evil.example", `/\evil.example`, `\/evil.example`, "https://evil.example", "https:/evil.example", "https:evil.example",
		"javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", " /home", "/%zz", "//user@evil.example", "/a\x00", "data:text/html,x", "/%2F/../..\\x", "/%2f%2fevil.example/..//",
	} {
		t.Run(target, func(t *testing.T) {
			if got := kratos.LocalPath(target); got != "/" && (strings.HasPrefix(got, "//") || !strings.HasPrefix(got, "/") || strings.Contains(got, `\`)) {
				t.Errorf("%q became %q", target, got)
			}
		})
	}
}

// FuzzLocalPath resolves accepted paths as a browser does: they have to stay on the site.
func FuzzLocalPath(f *testing.F) {
	for _, target := range []string{"/home", "//evil.example", `/\evil.example`, "/%5cevil.example", "https://evil.example/", "/a?b=//c"} {
		f.Add(target)
	}
	base, err := url.Parse("https://app.example.org/login")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, target string) {
		got := kratos.LocalPath(target)
		// Browsers take backslashes for slashes, and drop tabs and line breaks.
		got = strings.NewReplacer(`\`, "/", "\t", "", "\n", "", "\r", "").Replace(strings.TrimLeft(got, "\x00\x01 "))
		u, err := base.Parse(got)
		if err != nil {
			t.Fatalf("%q became %q: %v", target, got, err)
		}
		switch {
		case u.Scheme != "https":
			t.Errorf(`u.Scheme = %q, want "https"`, u.Scheme)
		case u.Host != "app.example.org":
			t.Errorf(`u.Host = %q, want "app.example.org"`, u.Host)
		case strings.HasPrefix(got, "//"):
			t.Errorf(`%q begins with "//"`, got)
		}
	})
}
