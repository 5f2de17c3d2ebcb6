package validate_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// newResponse returns the response to a request with the line "METHOD target".
func newResponse(t testing.TB, line string, status int, headers, body string) *http.Response {
	t.Helper()
	h := newRequest(t, "GET /", headers, "").Header
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: newRequest(t, line, "", "")}
}

const (
	session     = `{"id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01"}`
	kratosError = `{"error":{"code":404,"status":"Not Found","message":"Unable to locate the resource"}}`
	html        = "Content-Type: text/html; charset=utf-8"
)

func TestResponse(t *testing.T) {
	t.Parallel()
	const whoami, flow, submit = "GET /sessions/whoami", "GET /self-service/login/flows?id=f", "POST /self-service/login?flow=f"
	node := func(attributes string) string {
		return `{"id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01","type":"api","state":"choose_method","expires_at":"2026-11-23T17:00:00Z","issued_at":"2026-11-23T16:00:00Z","request_url":"http://127.0.0.1/","ui":{"action":"http://127.0.0.1/","method":"POST","nodes":[{"type":"input","group":"default","attributes":` +
			attributes + `,"messages":[],"meta":{}}]}}`
	}
	for name, c := range map[string]struct {
		line          string
		status        int
		headers, body string
		want, strict  string // strict is "" if it is the same
	}{
		"a session":                       {whoami, 200, asJSON + "; charset=utf-8", session, "", ""},
		"an error":                        {whoami, 401, asJSON, kratosError, "", ""},
		"a status described by its class": {whoami, 502, asJSON, kratosError, "", ""},
		"a status that is not described":  {"GET /self-service/logout/browser", 418, asJSON, kratosError, "createBrowserLogoutFlow: status 418: status must be one of 200, 303, 400, 401, 500 (status)", ""},
		"an HTML page":                    {whoami, 502, html, "<html>", "toSession: status 502: header Content-Type must be one of application/json (media-type)", ""},
		"a missing body":                  {whoami, 200, asJSON, "", "toSession: status 200: body is missing (required)", ""},
		"a body that is not described":    {"DELETE /sessions/f", 204, asJSON, "{}", "disableMySession: status 204: body must be empty (no-body)", ""},
		"an error without its object":     {whoami, 401, asJSON, "{}", "toSession: status 401: /error is missing (required)", ""},
		"a missing id":                    {whoami, 200, asJSON, `{"active":true}`, "toSession: status 200: /id is missing (required)", ""},
		"a string that is not a time":     {whoami, 200, asJSON, `{"id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01","expires_at":"later"}`, "toSession: status 200: /expires_at must be a time such as 2006-01-02T15:04:05Z (format)", ""},
		"a list with a number":            {"GET /admin/sessions", 200, asJSON, `[` + session + `,5]`, "listSessions: status 200: /1 must be an object (type)", ""},
		"a redirect":                      {"GET /self-service/login/browser", 303, "Location: /ui\n" + html, "<a>", "", ""},
		"a redirect without Location":     {"GET /self-service/login/browser", 303, html, "<a>", "createBrowserLoginFlow: status 303: header Location is missing (required)", ""},
		"a script":                        {"GET /.well-known/ory/webauthn.js", 200, "Content-Type: text/javascript", "var x", "", ""},
		"attributes of a node":            {flow, 200, asJSON, node(`{"node_type":"input","name":"a","type":"text","disabled":false}`), "", ""},
		"attributes without a name":       {flow, 200, asJSON, node(`{"node_type":"input","type":"text","disabled":false}`), "getLoginFlow: status 200: /ui/nodes/0/attributes/name is missing (required)", ""},
		"attributes of an unknown type":   {flow, 200, asJSON, node(`{"node_type":"hologram"}`), "", "getLoginFlow: status 200: /ui/nodes/0/attributes/node_type must be one of " + nodeTypes + " (discriminator)"},
		"a value outside an enum":         {flow, 200, asJSON, node(`{"node_type":"input","name":"a","type":"hologram","disabled":false}`), "", "getLoginFlow: status 200: /ui/nodes/0/attributes/type must be one of " + inputTypes + " (enum)"},
		"an unknown property":             {whoami, 200, asJSON, `{"id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01","colour":"red"}`, "", "toSession: status 200: body has an unknown property (number 2); known are " + ofSession + " (additionalProperties)"},
		"a flow with status 400":          {submit, 400, asJSON, node(`{"node_type":"input","type":"text","disabled":false}`), "updateLoginFlow: status 400: /ui/nodes/0/attributes/name is missing (required)", ""},
		"a login flow for a registration": {"POST /self-service/registration?flow=f", 400, asJSON, strings.Replace(node(`{"node_type":"input","type":"text","disabled":false}`), `{"id"`, `{"requested_aal":"aal1","refresh":false,"id"`, 1), "updateRegistrationFlow: status 400: /ui/nodes/0/attributes/name is missing (required)", ""},
		"an error with status 400":        {submit, 400, asJSON, `{"error":{"code":400}}`, "updateLoginFlow: status 400: /error/message is missing (required)", ""},
		"an array for an object":          {submit, 400, asJSON, `[]`, "updateLoginFlow: status 400: body must be an object (type)", ""},
		"credentials by type":             {"GET " + identity, 200, asJSON, `{"id":"7c3a1a0e-52c5-4a0c-9d3c-6d1f2f1f6a01","schema_id":"d","schema_url":"","traits":{},"credentials":{"ada@example.org":{"identifiers":[5]}}}`, "getIdentity: status 200: /credentials/*/identifiers/0 must be a string (type)", ""},
		"truncated JSON":                  {whoami, 200, asJSON, `{"id":`, "toSession: status 200: body must be JSON, but is truncated (byte 6) (syntax)", ""},
		"an unknown path":                 {"GET /no", 200, asJSON, `{}`, "status 200: path is not part of the API (path)", ""},
		"an undocumented path":            {"GET /self-service/recovery", 200, html, `<html>`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resp := newResponse(t, c.line, c.status, c.headers, c.body)
			err := validate.Response(resp)
			if got := errorText(err); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if err != nil && (!errors.Is(err, kratos.ErrUnexpectedResponse) || errors.Is(err, kratos.ErrInvalidArgument)) {
				t.Errorf("%v is not only an ErrUnexpectedResponse", err)
			}
			if again := readAll(t, resp.Body); again != c.body {
				t.Errorf("the body was changed: %.100q", again)
			}
			want := c.strict
			if want == "" {
				want = c.want
			}
			if got := errorText(validate.Response(newResponse(t, c.line, c.status, c.headers, c.body), validate.WithStrict())); got != want {
				t.Errorf("strict: got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestResponseThatIsTooLargeOrHasNoRequest(t *testing.T) {
	t.Parallel()
	err := validate.Response(newResponse(t, "GET /sessions/whoami", 200, asJSON, session), validate.WithMaxBody(5))
	if !errors.Is(err, validate.ErrBodyTooLarge) || errorText(err) != "toSession: status 200: body must have at most 5 bytes (size)" {
		t.Error(err)
	}
	if err := validate.Response(&http.Response{StatusCode: 200}); !errors.Is(err, validate.ErrPathNotFound) {
		t.Error(err)
	}
}
