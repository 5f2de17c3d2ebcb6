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
		"a valid request":               {login, asJSON, `{"method":"totp","totp_code":"1"}`, 200, "", ""},
		"a form":                        {login, asForm, `provider=google`, 200, "", ""},
		"a link from an email":          {"GET /self-service/verification?flow=f&code=1", "", "", 200, "", ""},
		"an invalid request":            {login, asJSON, `{"method":"totp"}`, 400, "", "updateLoginFlow: /totp_code is missing (required)"},
		"an unknown path":               {"GET /metrics", "", "", 404, "", "path is not part of the API (path)"},
		"path traversal in a callback":  {"POST /self-service/methods/oidc/callback/..%2f..%2fadmin%2fidentities", "", "", 404, "", "path is not part of the API (path)"},
		"path traversal in a schema id": {"GET /schemas/..%5cadmin", "", "", 400, "", "getIdentitySchema: path parameter id must not have a dot segment (traversal)"},
		"an unknown method":             {"PUT /sessions", "", "", 405, "DELETE, GET", "method must be one of DELETE, GET (method)"},
		"a large body":                  {create, asJSON, `{"traits":{"a":"` + strings.Repeat("x", 1000) + `"}}`, 413, "", "createIdentity: body must have at most 1000 bytes (size)"},
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
					t.Errorf("the body was changed: %s", w.Body)
				}
				return
			}
			// The error has the format of Kratos.
			if c.status == 400 {
				resp := newResponse(t, c.line, w.Code, asJSON, w.Body.String())
				if err := validate.Response(resp, validate.WithStrict()); err != nil {
					t.Error(err)
				}
			}
			var got struct {
				Error struct {
					Code    int
					Reason  string
					Details struct{ Violations []validate.Violation }
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if got.Error.Code != c.status || got.Error.Reason != c.reason || len(got.Error.Details.Violations) != 1 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// A client interprets the error of a gateway like one from Kratos.
func TestErrorOfGateway(t *testing.T) {
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

// A truncated body does not reach the next handler.
func TestTruncatedBody(t *testing.T) {
	t.Parallel()
	h := validate.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the next handler was called") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("POST", "/admin/identities", truncatedBody{}))
	if w.Code != 400 || !strings.Contains(w.Body.String(), `"reason":"The request body cannot be read."`) {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}
