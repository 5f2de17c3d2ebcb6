package kratos_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// reply is a handler with a fixed response.
type reply struct {
	status int
	header http.Header
	body   string
}

func (a reply) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

// routes has handlers by "METHOD /path".
type routes map[string]http.Handler

func (m routes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := m[r.Method+" "+r.URL.Path]; h != nil {
		h.ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}

// counted counts the requests that h gets.
func counted(n *atomic.Int64, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		h.ServeHTTP(w, r)
	})
}

func serve(t *testing.T, h http.Handler, opts ...kratos.Option) (*kratos.Client, *kratos.Admin) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	client, err := kratos.NewClient(server.URL, opts...)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := kratos.NewAdmin(server.URL, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return client, admin
}

// newFlow is a flow of any kind with nothing but an id.
func newFlow[F any](id string) *F {
	flow := new(F)
	if err := json.Unmarshal([]byte(`{"id":"`+id+`"}`), flow); err != nil {
		panic(err)
	}
	return flow
}

const noSession = `{"error":{"code":401,"status":"Unauthorized","reason":"No valid session credentials found in the request.","message":"The request could not be authorized"}}`

// flowBody is a flow with the given state and messages.
func flowBody(id, state, messages, nodeMessages string) string {
	return strings.NewReplacer("$id", id, "$state", state, "$messages", messages, "$node", nodeMessages).Replace(`{
  "id":"$id","type":"api","state":"$state","expires_at":"2026-11-23T17:00:00Z","issued_at":"2026-11-23T16:00:00Z",
  "request_url":"http://127.0.0.1:4433/self-service/login/api","organization_id":null,
  "ui":{"action":"http://127.0.0.1:4433/self-service/login?flow=$id","method":"POST","messages":$messages,"nodes":[
    {"type":"input","group":"default","attributes":{"name":"csrf_token","type":"hidden","value":"","required":true,"disabled":false,"node_type":"input"},"messages":[],"meta":{}},
    {"type":"input","group":"password","attributes":{"name":"password","type":"password","required":true,"autocomplete":"current-password","disabled":false,"node_type":"input"},"messages":$node,"meta":{"label":{"id":1070001,"text":"Password","type":"info"}}}
  ]}}`)
}

const (
	sessionBody = `{"id":"5a2b","active":true,"expires_at":"2126-11-24T16:00:00Z","authenticator_assurance_level":"aal1","authentication_methods":[{"method":"password","aal":"aal1","completed_at":"2026-11-23T16:00:00Z"}],"identity":{"id":"77aa","schema_id":"person","schema_url":"http://127.0.0.1:4433/schemas/person","state":"active","traits":{"email":"ada@example.org"}},"devices":null}`
	wrong       = `[{"id":4000006,"text":"The provided credentials are invalid, check for spelling mistakes in your password or username, email address, or phone number.","type":"error"}]`
	sent        = `[{"id":1010014,"text":"A code was sent to the address you provided.","type":"info"}]`
)

func newServer(t *testing.T, h http.Handler) (url string) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}
