package throttle_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

// However an identifier is written, its failures count.
func TestIdentifierIsRecognized(t *testing.T) {
	t.Parallel()
	form := func(contentType, body string) *http.Request {
		r := httptest.NewRequest("POST", "/self-service/login?flow="+flowID, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		return r
	}
	for name, tc := range map[string]*http.Request{
		"in another case":                       form("application/json", `{"method":"password","identifier":"Ada@Example.org","password":"x"}`),
		"with space around it":                  form("application/json", `{"method":"password","identifier":" ada@example.org\t","password":"x"}`),
		"as a member in another case":           form("application/json", `{"method":"password","IDENTIFIER":"ada@example.org","password":"x"}`),
		"as the former name of the member":      form("application/json", `{"method":"password","password_identifier":"ada@example.org","password":"x"}`),
		"as a name with a long s":               form("application/json", `{"method":"password","pa\u017f\u017fword_identifier":"ada@example.org","password":"x"}`),
		"after the same identifier":             form("application/json", `{"identifier":"ada@example.org","identifier":"ADA@example.org","method":"password","password":"x"}`),
		"before what follows the object":        form("application/json; charset=utf-8", `{"identifier":"ada@example.org","method":"password","password":"x"} {}`),
		"in a form":                             form("application/x-www-form-urlencoded", "method=password&password=x&identifier=ada%40example.org"),
		"in a form with parameters":             form("application/x-www-form-urlencoded; charset=utf-8", "method=password&password=x&identifier=ada%40example.org"),
		"in a form of an invalid type":          form("application/x-www-form-urlencoded; a=1; a=2", "method=password&password=x&identifier=ada%40example.org"),
		"in JSON without a type":                form("", `{"identifier":"ada@example.org","method":"password","password":"x"}`),
		"behind two types":                      typed("multipart/form-data; boundary=x, application/json", "&method=passkey"),
		"behind a type with a comma":            typed(`application/x-www-form-urlencoded; a="b, application/json"`, "&method=oidc"),
		"behind two headers":                    twoTypes(typed("multipart/form-data; boundary=x", "&method=passkey")),
		"in a multipart form":                   multipartForm(t),
		"in the query":                          httptest.NewRequest("POST", "/self-service/login?flow="+flowID+"&identifier=ada@example.org&method=password&password=x", nil),
		"beside a method of a second factor":    withSession(form("application/json", `{"identifier":"ada@example.org","method":"totp","code":"000000"}`)),
		"at a path in another case":             httptest.NewRequest("POST", "/auth//Self-Service/Login/?identifier=ada@example.org&password=x", nil),
		"with a second factor, without session": form("application/json", `{"method":"totp","totp_code":"000000","identifier":"ada@example.org"}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite()
				s.fail("ada@example.org")
				tc.RemoteAddr = "192.0.2.1:6000"
				if w := s.serve(tc); w.Code != 429 {
					t.Errorf("status %d, want 429", w.Code)
				}
			})
		})
	}
}

// typed returns a JSON submission with another type.
func typed(contentType, query string) *http.Request {
	r := httptest.NewRequest("POST", "/self-service/login?flow="+flowID+query, strings.NewReader(`{"method":"password","identifier":"ada@example.org","password":"x"}`))
	r.Header.Set("Content-Type", contentType)
	return r
}

func twoTypes(r *http.Request) *http.Request {
	r.Header.Add("Content-Type", "application/json")
	return r
}

// withSession adds a session that Kratos does not know.
func withSession(r *http.Request) *http.Request {
	r.Header.Set("X-Session-Token", "ory_st_unknown")
	return r
}

func multipartForm(t *testing.T) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{"method": "password", "identifier": "ada@example.org", "password": "x"} {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	form.Close()
	r := httptest.NewRequest("POST", "/self-service/login?flow="+flowID, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

// A flow is the same in each form of its id that Kratos accepts.
func TestFlowIsRecognized(t *testing.T) {
	t.Parallel()
	for _, id := range []string{flowID, strings.ToUpper(flowID), "urn:uuid:" + flowID, "{" + flowID + "}", strings.ReplaceAll(flowID, "-", "")} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite()
				guess := submission{flow: "verification", fields: map[string]string{"method": "code", "code": "000000"}}
				for range 10 {
					s.send(guess)
				}
				guess.id = id
				s.expect(t, guess, 429)
			})
		})
	}
}

// What is not a guess passes, also while guesses are refused.
func TestPassesUnlimited(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ method, path, body string }{
		"a login with a passkey":         {"POST", "/self-service/login", `{"method":"passkey","passkey_login":"{}"}`},
		"a login with a provider":        {"POST", "/self-service/login", `{"method":"oidc","provider":"github"}`},
		"a login with a security key":    {"POST", "/self-service/login", `{"method":"webauthn","identifier":"ada","webauthn_login":"{}"}`},
		"the first step of a login":      {"POST", "/self-service/login", `{"method":"identifier_first","identifier":"ada"}`},
		"another flow":                   {"POST", "/self-service/settings", `{"method":"password","password":"x"}`},
		"reading a flow":                 {"GET", "/self-service/login/flows?id=" + flowID, ""},
		"starting a flow":                {"GET", "/self-service/login/browser", ""},
		"a path that ends in the same":   {"POST", "/login", `{"method":"password","identifier":"ada","password":"x"}`},
		"the link of a verification":     {"GET", "/self-service/verification?flow=" + flowID + "&code=123456", ""},
		"a preflight request":            {"OPTIONS", "/self-service/login", ""},
		"the link of a recovery by mail": {"GET", "/self-service/recovery?flow=" + flowID + "&token=abc", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite(throttle.PerAddress(1, time.Minute))
				s.fail("ada")
				reached := s.count()
				for range 20 {
					r := httptest.NewRequest(tc.method, tc.path, strings.NewReader(tc.body))
					r.Header.Set("Content-Type", "application/json")
					s.serve(r)
				}
				if n := s.count() - reached; n != 20 {
					t.Errorf("%d of 20 requests passed", n)
				}
			})
		})
	}
}

// Bodies are passed on as they are, or not at all.
func TestBody(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		contentType, body string
		want              int
	}{
		"JSON":                      {"application/json", " {\"identifier\": \"ada\",\r\n\"password\":\"x\", \"other\":[1,{}]} ", 400},
		"malformed JSON":            {"application/json", `{"identifier":"ada`, 400},
		"a form":                    {"application/x-www-form-urlencoded", "identifier=ada&password=%zz&&a=b+c", 303},
		"bytes":                     {"application/octet-stream", "\x00\xff", 400},
		"nothing":                   {"application/json", "", 400},
		"as much as is allowed":     {"application/json", strings.Repeat(" ", 1<<20), 400},
		"too much":                  {"application/json", strings.Repeat(" ", 1<<20+1), 413},
		"two identifiers":           {"application/json", `{"identifier":"ada","identifier":"bob","password":"x"}`, 400},
		"two names for identifiers": {"application/json", `{"identifier":"ada","password_identifier":"bob","password":"x"}`, 400},
	} {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", chunked: ", chunked), func(t *testing.T) {
				t.Parallel()
				s := newSite()
				r := httptest.NewRequest("POST", "/self-service/login", strings.NewReader(tc.body))
				r.Header.Set("Content-Type", tc.contentType)
				if chunked {
					r.ContentLength, r.Body = -1, io.NopCloser(strings.NewReader(tc.body))
				}
				if w := s.serve(r); w.Code != tc.want {
					t.Errorf("status %d, want %d", w.Code, tc.want)
				}
				refused := tc.want == 413 || strings.HasPrefix(name, "two")
				if refused != (s.count() == 0) || !refused && s.last != tc.body {
					t.Errorf("%d requests reached Kratos, with %q", s.count(), s.last[:min(len(s.last), 100)])
				}
			})
		}
	}
}

// A handler of the site that submits flows itself shows a page again after a failure.
func TestFlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.PostFormValue("password") == "right" {
				http.SetCookie(w, &http.Cookie{Name: "ory_kratos_session", Value: "s"})
				http.Redirect(w, r, "/", http.StatusSeeOther)
				return
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<form>")
		})
		s := &site{handler: throttle.New().Flow("login", page)}
		post := func(password string) int {
			r := httptest.NewRequest("POST", "/login?flow="+flowID, strings.NewReader("method=password&identifier=ada&password="+password))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return s.serve(r).Code
		}
		for range 10 {
			if got := post("right"); got != http.StatusSeeOther {
				t.Fatalf("status %d after successes only", got)
			}
		}
		for range 10 {
			post("wrong")
		}
		if got := post("wrong"); got != http.StatusTooManyRequests {
			t.Errorf("status %d after failures, want 429", got)
		}
		if got := s.serve(httptest.NewRequest("GET", "/login", nil)).Code; got != 200 {
			t.Errorf("status %d of the page, want 200", got)
		}
	})
}

// A client that leaves before the response has used up its attempt; an outage of Kratos uses up
// none.
func TestNoResponse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		leaves bool
		want   int
	}{
		"the client leaves": {true, 429},
		"Kratos is down":    {false, 502},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				down := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if tc.leaves {
						cancel()
					}
					http.Error(w, "", http.StatusBadGateway)
				})
				s := &site{handler: throttle.New().Handler(down)}
				for range 10 {
					s.serve(password("ada", "x").request().WithContext(ctx))
				}
				s.expect(t, password("ada", "x"), tc.want)
			})
		})
	}
}
