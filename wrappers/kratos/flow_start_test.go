package kratos_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestParametersAreOfTheStartOnly(t *testing.T) {
	t.Parallel()
	var sent []string
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery)
		reply{status: 200, body: flowBody("f", "choose_method", "[]", "[]")}.ServeHTTP(w, r)
	}))
	login := client.Login.With(kratos.StartLogin{Refresh: true, ReturnTo: "https://example.org/"}).With(kratos.StartLogin{AAL: kratos.AAL2})
	if _, err := login.Do(t.Context(), kratos.LoginTOTP{TOTPCode: "1"}, kratos.SessionToken("t")); err != nil {
		t.Fatal(err)
	}
	if _, err := login.Get(t.Context(), "f"); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Login.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	browser := client.Browser(browserRequest(""))
	if _, err := browser.Login.With(kratos.StartLogin{LoginChallenge: "c"}).Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"GET /self-service/login/api?aal=aal2", "POST /self-service/login?flow=f", "GET /self-service/login/flows?id=f",
		"GET /self-service/login/api?", "GET /self-service/login/browser?login_challenge=c",
	}
	if !slices.Equal(sent, want) {
		t.Errorf("sent %q, want %q", sent, want)
	}
}

func TestNothingIsStartedWithParametersOfAnotherClient(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s?%s", r.URL.Path, r.URL.RawQuery) }))
	browser, ctx := client.Browser(browserRequest("")), t.Context()
	old := newFlow[kratos.LoginFlow]("old")
	for name, err := range map[string]error{
		"a native login with a challenge":              second(client.Login.With(kratos.StartLogin{LoginChallenge: "s3cret"}).Start(ctx)),
		"the same in one call":                         second(client.Login.With(kratos.StartLogin{LoginChallenge: "s3cret"}).Do(ctx, kratos.LoginPassword{})),
		"a native login that is restarted with one":    second(client.Login.With(kratos.StartLogin{LoginChallenge: "s3cret"}).Restart(ctx, old)),
		"a native registration with a challenge":       second(client.Registration.With(kratos.StartRegistration{LoginChallenge: "s3cret"}).Start(ctx)),
		"a native registration with a return by mail":  second(client.Registration.With(kratos.StartRegistration{AfterVerificationReturnTo: "https://s3cret"}).Start(ctx)),
		"a browser's login with an exchange code":      second(browser.Login.With(kratos.StartLogin{ReturnSessionTokenExchangeCode: true}).Start(ctx)),
		"a browser's registration with such a code":    second(browser.Registration.With(kratos.StartRegistration{ReturnSessionTokenExchangeCode: true}).Start(ctx)),
		"parameters for a flow that is not a client's": second(kratos.FlowClient[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin]{}.With(kratos.StartLogin{Refresh: true}).Start(ctx)),
	} {
		t.Run(name, func(t *testing.T) {
			if !errors.Is(err, kratos.ErrInvalidArgument) || shows(err.Error()) {
				t.Errorf("%v, want ErrInvalidArgument without the value", err)
			}
		})
	}
}

func TestHandlerStartsWithParameters(t *testing.T) {
	t.Parallel()
	failure := func(status int, id string) reply {
		return reply{status: status, body: `{"error":{"id":"` + id + `","code":400,"message":"m"},"redirect_browser_to":"http://kratos/aal2"}`}
	}
	login := kratos.StartLogin{ReturnTo: "/home", Refresh: true}
	for name, tc := range map[string]struct {
		start    kratos.StartLogin
		visit    string
		response reply
		query    string // of the flow that is started
		status   int
		location string
	}{
		"they are those of the flow":                 {login, "/login", reply{}, "refresh=true&return_to=%2Fhome", 303, "/login?flow=f"},
		"those of the query take precedence":         {login, "/login?return_to=%2Felsewhere&aal=aal1&utm=1", reply{}, "aal=aal1&refresh=true&return_to=%2Felsewhere", 303, "/login?aal=aal1&flow=f&return_to=%2Felsewhere&utm=1"},
		"a parameter of a newer Kratos is passed on": {login, "/login?identity_schema=person", reply{}, "identity_schema=person&refresh=true&return_to=%2Fhome", 303, "/login?flow=f&identity_schema=person"},
		"a person who is signed in goes on":          {login, "/login", failure(400, "session_already_available"), "refresh=true&return_to=%2Fhome", 303, "/home"},
		"or to the return_to of the query":           {login, "/login?return_to=%2Felsewhere", failure(400, "session_already_available"), "refresh=true&return_to=%2Felsewhere", 303, "/elsewhere"},
		"an OAuth 2.0 login has them at Kratos":      {login, "/login?login_challenge=c", reply{}, "", 303, "http://kratos/self-service/login/browser?login_challenge=c&refresh=true&return_to=%2Fhome"},
		"the first factor comes before the second":   {kratos.StartLogin{AAL: kratos.AAL2}, "/login", failure(401, "session_aal1_required"), "aal=aal2", 303, "/login?aal=aal1"},
		"it is requested once":                       {kratos.StartLogin{AAL: kratos.AAL2}, "/login?aal=aal1", failure(401, "session_aal1_required"), "aal=aal1", 503, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var query string
			client, _ := serve(t, routes{
				"GET /sessions/whoami": reply{status: 200, body: sessionBody},
				"GET /self-service/login/browser": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					query = r.URL.RawQuery
					if tc.response.status == 0 {
						tc.response = reply{status: 200, body: flowBody("f", "choose_method", "[]", "[]")}
					}
					tc.response.ServeHTTP(w, r)
				}),
			}, kratos.WithRetries(0), kratos.WithPublicURL("http://kratos"))
			page := client.Login.With(tc.start).Handler(func(http.ResponseWriter, *http.Request, *kratos.LoginFlow) { t.Error("a flow was shown") })
			w := ask(page, httptest.NewRequest("GET", tc.visit, nil))
			if w.Code != tc.status || w.Header().Get("Location") != tc.location {
				t.Errorf("status %d to %q, want %d to %q", w.Code, w.Header().Get("Location"), tc.status, tc.location)
			}
			if query != tc.query {
				t.Errorf("started with %q, want %q", query, tc.query)
			}
		})
	}
}

// A settings page keeps its parameters during the login.
func TestHandlerOfSettingsReturnsWithParameters(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"GET /self-service/settings/browser": reply{status: 401, body: noSession}}, kratos.WithPublicURL("http://kratos"))
	page := client.Settings.With(kratos.StartSettings{ReturnTo: "/home"}).Handler(func(http.ResponseWriter, *http.Request, *kratos.SettingsFlow) {})
	const want = "http://kratos/self-service/login/browser?return_to=http%3A%2F%2Fkratos%2Fself-service%2Fsettings%2Fbrowser%3Freturn_to%3D%252Fhome"
	if w := ask(page, httptest.NewRequest("GET", "/settings", nil)); w.Code != 303 || w.Header().Get("Location") != want {
		t.Errorf("status %d to %q, want 303 to %q", w.Code, w.Header().Get("Location"), want)
	}
}

func TestHandlerRefusesWhatNoBrowserHas(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{})
	for name, handler := range map[string]func() http.Handler{
		"a parameter for native clients": func() http.Handler {
			return client.Login.With(kratos.StartLogin{ReturnSessionTokenExchangeCode: true}).Handler(nil)
		},
		"the flow of one browser": func() http.Handler { return client.Browser(browserRequest("")).Login.Handler(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("there was no panic")
				}
			}()
			handler()
		})
	}
}
