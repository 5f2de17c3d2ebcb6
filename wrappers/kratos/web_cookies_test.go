package kratos_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// asked is the request that a server with cookies received.
type asked struct{ cookie, agent, address, authorization, token string }

// servesCookies responds to whoami with a session and the cookies of set.
func servesCookies(t *testing.T, got *asked, set []string, opts ...kratos.Option) *kratos.Client {
	t.Helper()
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*got = asked{r.Header.Get("Cookie"), r.UserAgent(), r.Header.Get("X-Forwarded-For"), r.Header.Get("Authorization"), r.Header.Get("X-Session-Token")}
		reply{status: 200, header: http.Header{"Set-Cookie": set}, body: sessionBody}.ServeHTTP(w, r)
	}), opts...)
	return client
}

func TestCookiesAsValues(t *testing.T) {
	t.Parallel()
	parsed := func(line string) []*http.Cookie {
		cookies, err := http.ParseCookie(line)
		if err != nil {
			t.Fatal(err)
		}
		return cookies
	}
	for name, tc := range map[string]struct {
		cookies []*http.Cookie
		opts    []kratos.RequestOption
		sent    string // "" if nothing is
		want    asked
	}{
		"no cookies":                    {nil, nil, "", asked{}},
		"a nil cookie":                  {[]*http.Cookie{nil}, nil, "", asked{}},
		"cookies of the site":           {parsed("a=b; session=c"), nil, "", asked{}},
		"a CSRF cookie alone":           {parsed("csrf_token_0a=c"), nil, "", asked{}},
		"a session":                     {parsed("ory_kratos_session=s"), nil, "ory_kratos_session=s", asked{agent: "kratos-go"}},
		"a session of Ory Network":      {parsed("ory_session_project=s"), nil, "ory_session_project=s", asked{agent: "kratos-go"}},
		"Kratos' cookies among others":  {parsed("a=b; ory_kratos_session=s; csrf_token_0a=c"), nil, "csrf_token_0a=c; ory_kratos_session=s", asked{agent: "kratos-go"}},
		"a value with an equals sign":   {parsed("ory_kratos_session=MTI=="), nil, "ory_kratos_session=MTI==", asked{agent: "kratos-go"}},
		"two with one name":             {parsed("ory_kratos_session=first; ory_kratos_session=second"), nil, "ory_kratos_session=first", asked{agent: "kratos-go"}},
		"one that was deleted":          {[]*http.Cookie{{Name: "ory_kratos_session", Value: "s", MaxAge: -1}}, nil, "", asked{}},
		"one that was deleted, and old": {append([]*http.Cookie{{Name: "ory_kratos_session", MaxAge: -1}}, parsed("ory_kratos_session=s")...), nil, "", asked{}},
		"one that was renewed, and old": {append([]*http.Cookie{{Name: "ory_kratos_session", Value: "new", Path: "/", MaxAge: 60}}, parsed("ory_kratos_session=s")...), nil, "ory_kratos_session=new", asked{agent: "kratos-go"}},
		"the browser's agent and address": {parsed("ory_kratos_session=s"), []kratos.RequestOption{kratos.Header("User-Agent", "Browser/1"), kratos.Header("X-Forwarded-For", "203.0.113.7")}, "ory_kratos_session=s",
			asked{agent: "Browser/1", address: "203.0.113.7"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got asked
			client := servesCookies(t, &got, []string{"ory_kratos_session=new; Path=/; Max-Age=60; HttpOnly"})
			browser := client.BrowserWithCookies(tc.cookies)
			for _, call := range []func() (*kratos.Session, error){
				func() (*kratos.Session, error) { return browser.ActiveSession(t.Context(), tc.opts...) },
				func() (*kratos.Session, error) {
					return client.BrowserWithCookies(tc.cookies).Whoami(t.Context(), tc.opts...)
				},
			} {
				session, err := call()
				tc.want.cookie = tc.sent
				if got != tc.want {
					t.Errorf("sent %+v, want %+v", got, tc.want)
				}
				switch {
				case tc.sent == "" && !errors.Is(err, kratos.ErrNoSession):
					t.Errorf("%v, want ErrNoSession", err)
				case tc.sent == "" && session != nil:
					t.Errorf("session %v", session)
				case tc.sent != "" && err != nil:
					t.Error(err)
				case tc.sent != "" && session.ID != "5a2b":
					t.Errorf("session %q", session.ID)
				}
			}
			switch set := browser.Cookies(); {
			case tc.sent == "":
				if len(set) != 0 {
					t.Errorf("set %v", set)
				}
			case len(set) != 1:
				t.Errorf("%d cookies: %v", len(set), set)
			case set[0].Value != "new", set[0].MaxAge != 60, !set[0].HttpOnly:
				t.Errorf("value %q, Max-Age %d, HttpOnly %v", set[0].Value, set[0].MaxAge, set[0].HttpOnly)
			}
		})
	}
}

func TestWhatKratosSetAsCookies(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ set, want []string }{
		"nothing":                   {nil, nil},
		"a cookie":                  {[]string{"ory_kratos_session=s; Path=/; Domain=example.org; Max-Age=60; HttpOnly; Secure; SameSite=Lax"}, []string{"ory_kratos_session=s; Path=/; Domain=example.org; Max-Age=60; HttpOnly; Secure; SameSite=Lax"}},
		"a deletion":                {[]string{"ory_kratos_session=; Path=/; Max-Age=0"}, []string{"ory_kratos_session=; Path=/; Max-Age=0"}},
		"one that is set twice":     {[]string{"a=1; Path=/", "b=2; Path=/", "a=3; Path=/"}, []string{"b=2; Path=/", "a=3; Path=/"}},
		"deleted and set again":     {[]string{"a=; Path=/; Max-Age=0", "a=3; Path=/"}, []string{"a=3; Path=/"}},
		"two paths of one name":     {[]string{"a=1; Path=/", "a=2; Path=/x"}, []string{"a=1; Path=/", "a=2; Path=/x"}},
		"one that is not a cookie":  {[]string{"=", "a=1; Path=/"}, []string{"a=1; Path=/"}},
		"a domain that is given up": {[]string{"a=; Path=/; Domain=old.example; Max-Age=0", "a=2; Path=/"}, []string{"a=; Path=/; Domain=old.example; Max-Age=0", "a=2; Path=/"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got asked
			client := servesCookies(t, &got, tc.set)
			browser := client.BrowserWithCookies([]*http.Cookie{{Name: "ory_kratos_session", Value: "s"}})
			if _, err := browser.Whoami(t.Context()); err != nil {
				t.Fatal(err)
			}
			for range 2 { // nothing is taken out
				var lines []string
				for _, cookie := range browser.Cookies() {
					lines = append(lines, cookie.String())
				}
				if !slices.Equal(lines, tc.want) {
					t.Errorf("%q, want %q", lines, tc.want)
				}
			}
			w := httptest.NewRecorder()
			browser.SetCookies(w)
			if set := w.Header().Values("Set-Cookie"); !slices.Equal(set, tc.set) {
				t.Errorf("relayed %q, want %q", set, tc.set)
			}
			if rest := browser.Cookies(); len(rest) != 0 {
				t.Errorf("%v after Relay", rest)
			}
		})
	}
}

func TestABrowserOfNoRequest(t *testing.T) {
	t.Parallel()
	var got asked
	client := servesCookies(t, &got, nil)
	for name, r := range map[string]*http.Request{"nil": nil, "empty": {}, "without a cookie": {Header: http.Header{"Cookie": {""}}}} {
		t.Run(name, func(t *testing.T) {
			browser := client.Browser(r)
			switch session, err := browser.ActiveSession(t.Context()); {
			case !errors.Is(err, kratos.ErrNoSession):
				t.Errorf("%v, want ErrNoSession", err)
			case session != nil:
				t.Errorf("session = %v, want none", session)
			case got != (asked{}):
				t.Errorf("got = %v, want %v", got, (asked{}))
			}
			if cookies := browser.Cookies(); len(cookies) != 0 {
				t.Error(cookies)
			}
		})
	}
	if _, err := client.Browser(&http.Request{Header: http.Header{"Cookie": {"ory_kratos_session=s"}}}).Whoami(t.Context()); err != nil || got.cookie != "ory_kratos_session=s" {
		t.Errorf("a request of nothing but cookies: %v, sent %+v", err, got)
	}
}

// Of several credentials the first counts, valid or not.
func TestWhichCredentialCounts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		header http.Header
		opts   []kratos.Option
		want   asked
	}{
		"a token before a cookie of another person": {http.Header{"X-Session-Token": {"a"}, "Cookie": {"ory_kratos_session=b"}}, nil, asked{token: "a"}},
		"a token before a bearer token":             {http.Header{"X-Session-Token": {"a"}, "Authorization": {"Bearer b"}}, nil, asked{token: "a"}},
		"a cookie before a bearer token":            {http.Header{"Cookie": {"ory_kratos_session=a"}, "Authorization": {"Bearer b"}}, nil, asked{cookie: "ory_kratos_session=a"}},
		"all three":                                 {http.Header{"X-Session-Token": {"a"}, "Cookie": {"ory_kratos_session=b"}, "Authorization": {"Bearer c"}}, nil, asked{token: "a"}},
		"a bearer token":                            {http.Header{"Authorization": {"Bearer  a"}}, nil, asked{token: "a"}},
		"a bearer token with a CSRF cookie":         {http.Header{"Authorization": {"bearer a"}, "Cookie": {"csrf_token_0a=c"}}, nil, asked{token: "a"}},
		"a bearer token beside the API key":         {http.Header{"Authorization": {"Bearer a"}}, []kratos.Option{kratos.WithBearerToken("key")}, asked{token: "a", authorization: "Bearer key"}},
		"a cookie beside the API key":               {http.Header{"Cookie": {"ory_kratos_session=a"}}, []kratos.Option{kratos.WithBearerToken("key")}, asked{cookie: "ory_kratos_session=a", authorization: "Bearer key"}},
		"another project's cookie":                  {http.Header{"Authorization": {"Bearer a"}, "Cookie": {"ory_session_x=b"}}, nil, asked{cookie: "ory_session_x=b"}},
		"another project's, where it is known":      {http.Header{"Authorization": {"Bearer a"}, "Cookie": {"ory_session_x=b"}}, []kratos.Option{kratos.WithSessionCookie("ory_kratos_session")}, asked{token: "a"}},
		"our own, where it is known":                {http.Header{"Authorization": {"Bearer a"}, "Cookie": {"ory_session_x=b; ory_session_y=c"}}, []kratos.Option{kratos.WithSessionCookie("ory_session_y")}, asked{cookie: "ory_session_y=c"}},
		"another name of the cookie":                {http.Header{"Authorization": {"Bearer a"}, "Cookie": {"sid=b"}}, []kratos.Option{kratos.WithSessionCookie("sid")}, asked{cookie: "sid=b"}},
		"an empty token and a cookie":               {http.Header{"X-Session-Token": {""}, "Cookie": {"ory_kratos_session=a"}}, nil, asked{cookie: "ory_kratos_session=a"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got asked
			client := servesCookies(t, &got, nil, tc.opts...)
			r := httptest.NewRequest("GET", "/", nil)
			r.Header = tc.header
			if _, err := client.Browser(r).ActiveSession(t.Context()); err != nil {
				t.Error(err)
			}
			got.agent, got.address = "", ""
			if got != tc.want {
				t.Errorf("sent %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestACookieIsNoOption(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s", r.URL.Path) }))
	cookie, browser := kratos.Header("Cookie", "ory_kratos_session=s3cret"), client.BrowserWithCookies([]*http.Cookie{{Name: "ory_kratos_session", Value: "s"}})
	for name, err := range map[string]error{
		"whoami":                  second(client.Whoami(t.Context(), cookie)),
		"the active session":      second(client.ActiveSession(t.Context(), cookie)),
		"with a token as well":    second(client.Whoami(t.Context(), cookie, kratos.SessionToken("t"))),
		"sessions":                first(client.MySessions(t.Context(), kratos.ListMySessions{}, cookie)),
		"the end of a session":    client.DisableMySession(t.Context(), idA, cookie),
		"the end of all sessions": second(client.DisableMyOtherSessions(t.Context(), cookie)),
		"a JWT":                   second(client.Tokenize(t.Context(), "jwt", cookie)),
		"a flow":                  second(client.Settings.Start(t.Context(), cookie)),
		"a logout":                client.Logout(t.Context(), "t", cookie),
		"a browser's whoami":      second(browser.Whoami(t.Context(), cookie)),
		"a browser's flow":        second(browser.Login.Start(t.Context(), cookie)),
		"a browser's logout":      second(browser.CreateLogoutFlow(t.Context(), "", cookie)),
	} {
		t.Run(name, func(t *testing.T) {
			switch {
			case !errors.Is(err, kratos.ErrInvalidArgument):
				t.Errorf("%v, want ErrInvalidArgument", err)
			case !strings.Contains(err.Error(), "BrowserWithCookies"):
				t.Errorf(`%v, want one with "BrowserWithCookies"`, err)
			case strings.Contains(err.Error(), "s3cret"):
				t.Errorf(`%v has "s3cret"`, err)
			}
		})
	}
}

func TestContextWithSession(t *testing.T) {
	t.Parallel()
	session := &kratos.Session{ID: "5a2b"}
	ctx := kratos.ContextWithSession(t.Context(), session)
	switch {
	case kratos.SessionFromContext(ctx) != session:
		t.Error("SessionOf finds another session")
	case kratos.SessionFromContext(t.Context()) != nil:
		t.Error("SessionOf finds another session")
	case kratos.SessionFromContext(kratos.ContextWithSession(ctx, nil)) != nil:
		t.Error("SessionOf finds another session")
	}
}
