package sessions_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

const acceptPage = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// refusals are requests that are refused.
var refusals = map[string]struct {
	credential string
	needs      []sessions.Need
	status     int
	code       string
	login      string // where a browser is redirected
	retry      string
	is         error
}{
	"no credential":       {"", nil, 401, "no_session", "/login?return_to=%2Faccount%3Ftab%3Da", "", kratos.ErrNoSession},
	"an unknown token":    {"unknown", nil, 401, "no_session", "/login?return_to=%2Faccount%3Ftab%3Da", "", kratos.ErrNoSession},
	"aal2, from Kratos":   {"first", nil, 403, "aal2_required", "http://kratos/self-service/login/browser?aal=aal2&return_to=%2Faccount%3Ftab%3Da", "", kratos.ErrAAL2Required},
	"aal2, of the guard":  {"ada", []sessions.Need{sessions.AAL2()}, 403, "aal2_required", "/login?aal=aal2&return_to=%2Faccount%3Ftab%3Da", "", kratos.ErrAAL2Required},
	"a login too old":     {"ada", []sessions.Need{sessions.Fresh(time.Minute)}, 403, "refresh_required", "/login?refresh=true&return_to=%2Faccount%3Ftab%3Da", "", kratos.ErrRefreshRequired},
	"no verified address": {"ada", []sessions.Need{sessions.VerifiedAddress()}, 403, "address_not_verified", "/verification?return_to=%2Faccount%3Ftab%3Da", "", kratos.ErrAddressNotVerified},
	"a need of the user":  {"ada", []sessions.Need{sessions.That("role", func(*kratos.Session) bool { return false })}, 403, "need_not_fulfilled", "", "", kratos.ErrForbidden},
	"a limit":             {"limited", nil, 429, "rate_limited", "", "7", kratos.ErrRateLimited},
	"a failure":           {"broken", nil, 503, "session_not_checked", "", "7", kratos.ErrServer},
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range refusals {
		for _, cached := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", cache ", cached), func(t *testing.T) {
				t.Parallel()
				var opts []sessions.Option
				if cached {
					opts = append(opts, sessions.Cache(10, time.Minute))
				}
				fake, guard, _ := newFake(t, opts...)
				fake.set("ada", person{id: "ada", loggedIn: time.Now().Add(-time.Hour)})
				fake.set("first", person{status: 403})
				fake.set("limited", person{status: 429})
				fake.set("broken", person{status: 500})
				h := guard.Require(tc.needs...)(hello)
				header := []string{"X-Session-Token: " + tc.credential}
				t.Run("as JSON", func(t *testing.T) { refusedAsJSON(t, h, tc.status, tc.code, tc.retry, header) })
				t.Run("in a browser", func(t *testing.T) {
					w := send(h, request("GET", "/account?tab=a", append(header, acceptPage)...))
					want := http.StatusSeeOther
					if tc.login == "" {
						want = tc.status
					}
					if w.Code != want || w.Header().Get("Location") != tc.login || w.Header().Get("Set-Cookie") != "" {
						t.Errorf("status %d, header %v, want %d to %q", w.Code, w.Header(), want, tc.login)
					}
				})
				if _, err := guard.CheckRequest(nil, request("GET", "/", header...), tc.needs...); !errors.Is(err, tc.is) || sessions.Status(err) != tc.status {
					t.Errorf("error %v, status %d, want %v, %d", err, sessions.Status(err), tc.is, tc.status)
				}
			})
		}
	}
}

func refusedAsJSON(t *testing.T, h http.Handler, status int, code, retry string, header []string) {
	for _, line := range []string{"Accept: */*", "Accept: application/json", "Accept: application/json, text/html", "Accept: "} {
		w := send(h, request("GET", "/account", append(header, line)...))
		var body struct {
			Type, Title, Code string
			Status            int
		}
		err := json.Unmarshal(w.Body.Bytes(), &body)
		switch {
		case w.Code != status, err != nil, body.Status != status, body.Code != code, body.Type != "about:blank", body.Title == "":
			t.Errorf("%s: status %d, %s, %v", line, w.Code, w.Body, err)
		case w.Header().Get("Content-Type") != "application/problem+json", w.Header().Get("Cache-Control") != "no-store":
			t.Errorf("%s: header %v", line, w.Header())
		case w.Header().Get("Retry-After") != retry, (w.Header().Get("WWW-Authenticate") != "") != (status == 401):
			t.Errorf("%s: header %v", line, w.Header())
		}
	}
}

// Only a browser that shows a page is redirected.
func TestWhoIsRedirected(t *testing.T) {
	t.Parallel()
	_, guard, _ := newFake(t)
	h := guard.Require()(hello)
	for name, tc := range map[string]struct {
		method string
		lines  []string
		want   int
	}{
		"a page":                     {"GET", []string{acceptPage}, 303},
		"its header":                 {"HEAD", []string{acceptPage}, 303},
		"a navigation":               {"GET", []string{acceptPage, "Sec-Fetch-Mode: navigate"}, 303},
		"a form":                     {"POST", []string{acceptPage, "Sec-Fetch-Mode: navigate"}, 401},
		"fetch":                      {"GET", []string{"Accept: */*", "Sec-Fetch-Mode: cors"}, 401},
		"fetch of a page":            {"GET", []string{acceptPage, "Sec-Fetch-Mode: cors"}, 401},
		"XMLHttpRequest":             {"GET", []string{acceptPage, "X-Requested-With: XMLHttpRequest"}, 401},
		"htmx":                       {"GET", []string{acceptPage, "HX-Request: true"}, 401},
		"a websocket":                {"GET", []string{acceptPage, "Upgrade: websocket"}, 401},
		"JSON":                       {"GET", []string{"Accept: application/json"}, 401},
		"no page at all":             {"GET", []string{"Accept: text/html;q=0, application/json"}, 401},
		"a page that is less wanted": {"GET", []string{"Accept: text/html;q=0.9"}, 303},
		"a page rather than JSON":    {"GET", []string{"Accept: application/json; q=0.1, text/html"}, 303},
		"JSON rather than a page":    {"GET", []string{"Accept: text/html;q=0.5, application/json"}, 401},
		"a page or JSON":             {"GET", []string{"Accept: text/html, application/json"}, 303},
		"JSON or a page":             {"GET", []string{"Accept: application/problem+json, text/html"}, 401},
		"a weight of 0.0":            {"GET", []string{"Accept: text/html;q=0.0"}, 401},
		"a weight that is not one":   {"GET", []string{"Accept: text/html;q=NaN"}, 401},
		"a level and a weight":       {"GET", []string{"Accept: text/html;level=1; Q=0.3, application/json;q=0.2"}, 303},
		"nothing":                    {"GET", nil, 401},
	} {
		if w := send(h, request(tc.method, "/account", tc.lines...)); w.Code != tc.want {
			t.Errorf("%s: status %d, want %d", name, w.Code, tc.want)
		}
	}
}

// A browser comes back to a page of this site only.
func TestReturnTo(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/account":                    "/login?return_to=%2Faccount",
		"/":                           "/login",
		"/a?b=c&d=e":                  "/login?return_to=%2Fa%3Fb%3Dc%26d%3De",
		"//evil.example/a":            "/login",
		"/%2F/evil.example":           "/login",
		"/\\evil.example":             "/login?return_to=%2F%255Cevil.example", // as a path
		"http://evil.example/account": "/login?return_to=%2Faccount",
	} {
		_, guard, _ := newFake(t)
		r := httptest.NewRequest("GET", "/x", nil)
		r.RequestURI = target
		r.Header.Set("Accept", "text/html")
		if w := send(guard.Require()(hello), r); w.Header().Get("Location") != want {
			t.Errorf("%s: to %s, want %s", target, w.Header().Get("Location"), want)
		}
	}
}

// The login is that of Kratos where its URL is known, or a page of the site.
func TestLoginPages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		prepare func(*kratos.Client)
		opts    []sessions.Option
		want    string
		fresh   string
	}{
		"unknown":  {nil, nil, "/login?return_to=%2Faccount", "/login?refresh=true&return_to=%2Faccount"},
		"a proxy":  {func(c *kratos.Client) { c.Proxy("/auth") }, nil, "/auth/self-service/login/browser?return_to=%2Faccount", "/auth/self-service/login/browser?refresh=true&return_to=%2Faccount"},
		"own page": {func(c *kratos.Client) { c.Proxy("/auth") }, []sessions.Option{sessions.LoginPage("/sign-in")}, "/sign-in?return_to=%2Faccount", "/sign-in?refresh=true&return_to=%2Faccount"},
	} {
		t.Run(name, func(t *testing.T) {
			fake, guard, client := newFake(t, tc.opts...)
			fake.set("t", person{id: "ada"})
			if tc.prepare != nil {
				tc.prepare(client)
			}
			if got := send(guard.Require()(hello), request("GET", "/account", acceptPage)).Header().Get("Location"); got != tc.want {
				t.Errorf("login %s, want %s", got, tc.want)
			}
			if got := send(guard.Require(sessions.Fresh(time.Minute))(hello), request("GET", "/account", acceptPage, "X-Session-Token: t")).Header().Get("Location"); got != tc.fresh {
				t.Errorf("login again %s, want %s", got, tc.fresh)
			}
		})
	}
}

// Optional passes on every request.
func TestOptional(t *testing.T) {
	t.Parallel()
	for _, cached := range []bool{false, true} {
		var opts []sessions.Option
		if cached {
			opts = append(opts, sessions.Cache(10, time.Minute))
		}
		fake, guard, _ := newFake(t, opts...)
		fake.set("ada", person{id: "ada"})
		fake.set("first", person{status: 403})
		fake.set("limited", person{status: 429})
		fake.set("broken", person{status: 500})
		for credential, want := range map[string]string{"": "nobody", "ada": "ada", "unknown": "nobody", "first": "nobody", "limited": "nobody, unchecked", "broken": "nobody, unchecked"} {
			if w := get(guard.Optional()(hello), "X-Session-Token: "+credential, acceptPage); w.Code != 200 || w.Body.String() != want {
				t.Errorf("%q: status %d, %s, want %s", credential, w.Code, w.Body, want)
			}
		}
	}
}

// Otherwise replaces the response, for each error.
func TestOtherwise(t *testing.T) {
	t.Parallel()
	_, guard, _ := newFake(t, sessions.Otherwise(func(w http.ResponseWriter, _ *http.Request, err error) {
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, sessions.Status(err), sessions.RedirectTo(err))
	}))
	if w := get(guard.Require()(hello)); w.Code != http.StatusTeapot || w.Body.String() != "401" {
		t.Errorf("status %d, %s", w.Code, w.Body)
	}
}

// No verb prints more of a guard than its type: with a store, it has keys.
func TestAGuardIsNotPrinted(t *testing.T) {
	t.Parallel()
	_, _, client := newFake(t)
	guard := sessions.New(client, sessions.Cache(10, time.Minute), sessions.SharedStore(newMemory(), secret))
	t.Cleanup(guard.Close)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%t"} {
		if text := fmt.Sprintf(verb, guard); text != "Guard" {
			t.Errorf("%s: %.200s", verb, text)
		}
	}
	if text, err := json.Marshal(guard); err != nil || string(text) != `"Guard"` {
		t.Errorf("JSON: %s, %v", text, err)
	}
}

// No text of a guard has a credential.
func TestTextsHaveNoSecret(t *testing.T) {
	t.Parallel()
	const secret = "ory_st_s3cret"
	fake, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
	fake.set("ada"+secret, person{id: "ada"})
	for _, credential := range []string{secret, "ada" + secret, secret + "\x00"} {
		check, err := guard.CheckRequest(nil, request("GET", "/?a="+secret, "X-Session-Token: "+credential), sessions.AAL2())
		w := get(guard.Require(sessions.AAL2())(hello), "X-Session-Token: "+credential)
		for _, text := range []string{fmt.Sprintf("%v %+v %#v", check, guard.Stats(), guard), fmt.Sprintf("%v %+v %#v", err, err, err), w.Body.String(), fmt.Sprint(w.Header())} {
			if strings.Contains(text, secret) {
				t.Errorf("%.200s has the secret", text)
			}
		}
	}
}

// Mistakes of the program are found when the guard is made.
func TestWrongOptions(t *testing.T) {
	t.Parallel()
	client := kratos.Must(kratos.NewClient("http://kratos"))
	for name, f := range map[string]func(){
		"no entries":            func() { sessions.Cache(0, time.Minute) },
		"no lifetime":           func() { sessions.Cache(1, 0) },
		"no grace":              func() { sessions.Stale(0) },
		"a grace without cache": func() { sessions.New(client, sessions.Stale(time.Minute)) },
		"a store without cache": func() { sessions.New(client, sessions.SharedStore(newMemory(), make([]byte, 32))) },
		"a short secret":        func() { sessions.SharedStore(newMemory(), make([]byte, 31)) },
		"no store":              func() { sessions.SharedStore(nil, make([]byte, 32)) },
		"a login elsewhere":     func() { sessions.LoginPage("https://evil.example/") },
		"a login with a query":  func() { sessions.LoginPage("/login?a=b") },
		"no function":           func() { sessions.Otherwise(nil) },
		"a timeout of nothing":  func() { sessions.Timeout(0) },
		"a login of no age":     func() { sessions.Fresh(0) },
		"a need without name":   func() { sessions.That("", func(*kratos.Session) bool { return true }) },
		"a need without test":   func() { sessions.That("role", nil) },
		"a timeout of an hour":  func() { sessions.Timeout(time.Hour) },
	} {
		func() {
			defer func() {
				if text := fmt.Sprint(recover()); !strings.HasPrefix(text, "sessions: ") {
					t.Errorf("%s: panic %q", name, text)
				}
			}()
			f()
		}()
	}
}
