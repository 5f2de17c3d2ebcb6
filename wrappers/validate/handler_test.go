package validate_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

func TestHandler(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line, headers, body string
		status              int
		allow, reason       string
	}{
		"a valid request":            {login, asJSON, `{"method":"totp","totp_code":"1"}`, 200, "", ""},
		"a form":                     {login, asForm, `provider=google`, 200, "", ""},
		"a link of a mail":           {"GET /self-service/verification?flow=f&code=1", "", "", 200, "", ""},
		"a problem":                  {login, asJSON, `{"method":"totp"}`, 400, "", "updateLoginFlow: /totp_code is missing (required)"},
		"a path that there is not":   {"GET /metrics", "", "", 404, "", "path must be one of the API's (path)"},
		"a path that can be another": {"POST /self-service/methods/oidc/callback/..%2f..%2fadmin%2fidentities", "", "", 404, "", "path must be one of the API's (path)"},
		"a schema that can be":       {"GET /schemas/..%5cadmin", "", "", 400, "", "getIdentitySchema: path.id must not be a dot or two, which lead to another path (path)"},
		"a method that there is not": {"PUT /sessions", "", "", 405, "DELETE, GET", "method must be one of DELETE, GET (method)"},
		"a large body":               {create, asJSON, `{"traits":{"a":"` + strings.Repeat("x", 1000) + `"}}`, 413, "", "createIdentity: body must have at most 1000 bytes (size)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := validate.Handler(echo, validate.WithMaxBody(1000))
			r := newRequest(t, c.line, c.headers, c.body)
			sent := httptest.NewRequest(r.Method, r.URL.String(), r.Body)
			sent.Header = r.Header
			w := httptest.NewRecorder()
			h.ServeHTTP(w, sent)
			if w.Code != c.status || w.Header().Get("Allow") != c.allow {
				t.Errorf("status %d, Allow %q: %s", w.Code, w.Header().Get("Allow"), w.Body)
			}
			if c.status == 200 {
				if w.Body.String() != c.body {
					t.Errorf("the body is another: %s", w.Body)
				}
				return
			}
			// What comes back is an error as Kratos writes them, for its own clients.
			if c.status == 400 {
				resp := answer(t, c.line, w.Code, asJSON, w.Body.String())
				if err := validate.Response(resp, validate.WithStrict()); err != nil {
					t.Error(err)
				}
			}
			var got struct {
				Error struct {
					Code    int
					Reason  string
					Details struct{ Problems []validate.Violation }
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if got.Error.Code != c.status || got.Error.Reason != c.reason || len(got.Error.Details.Problems) != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// The error that a client makes of a gateway's refusal is one like Kratos' own.
func TestAGatewaysRefusalIsUnderstood(t *testing.T) {
	t.Parallel()
	admin, err := kratos.NewAdmin(serve(t, validate.Handler(echo)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = admin.CreateIdentity(t.Context(), kratos.CreateIdentity{Traits: 5})
	if want := "kratos: createIdentity: status 400: " + kratos.ErrBadRequest.Error(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A body that breaks off never reaches the next handler.
func TestABodyThatBreaksOff(t *testing.T) {
	t.Parallel()
	h := validate.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was handed on") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/admin/identities", broken{}))
	if w.Code != 400 || !strings.Contains(w.Body.String(), `"reason":"The request cannot be read."`) {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}
