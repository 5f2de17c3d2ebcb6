package server_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/server"
)

// newServer returns a server of a version with all methods.
func newServer(t testing.TB, version string) *server.Server {
	t.Helper()
	s, err := server.New(server.Config{
		Version: version, UIURL: "http://127.0.0.1/ui", ReturnURL: "http://127.0.0.1/", PasswordlessCode: true,
		Methods: []string{"password", "code", "totp", "lookup_secret", "profile", "link"}, RecoveryMethod: "code", VerificationMethod: "code",
		Schemas: []server.IdentitySchema{{ID: "default", JSON: `{"type":"object","properties":{"traits":{"type":"object","properties":{
			"email":{"type":"string","format":"email","ory.sh/kratos":{"credentials":{"password":{"identifier":true},"code":{"identifier":true,"via":"email"}},
			"verification":{"via":"email"},"recovery":{"via":"email"}}}}}}}`}},
		FlowLifespan: time.Hour, CodeLifespan: time.Hour, SessionLifespan: time.Hour, PrivilegedSessionMaxAge: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.SetURLs("http://127.0.0.1:4433", "http://127.0.0.1:4434")
	return s
}

// FuzzRequest sends two requests to a server: it must respond to both.
func FuzzRequest(f *testing.F) {
	for _, op := range server.Operations() {
		method, path, _ := strings.Cut(op.Pattern, " ")
		f.Add(op.Admin, method, path, "page=1&page_size=2", `{"traits":{"email":"ann@example.org"}}`, "")
	}
	for _, s := range [][3]string{
		{"PATCH", "/admin/identities", `{"identities":[{"create":{"traits":{"email":"ann@example.org"}}},{"create":{}},{}]}`},
		{"PATCH", "/admin/identities/{id}", `[{"op":"add","path":"/traits/a/b/0/-","value":[1]},{"op":"remove","path":"/verifiable_addresses/0"}]`},
		{"PATCH", "/admin/identities/{id}", `[{"op":"add","path":"","value":null}]`},
		{"PATCH", "/admin/identities/{id}", `[{"op":"add","path":"/verifiable_addresses/0","value":null}]`},
		{"PUT", "/admin/identities/{id}", `{"traits":null,"credentials":{"password":{"config":{"hashed_password":"$2a$"}}}}`},
		{"POST", "/admin/identities", `{"verifiable_addresses":[null],"recovery_addresses":[null]}`},
		{"GET", "/schemas/../%2e%2e//.", ""},
		{"GET", "/admin/sessions", "x"},
	} {
		f.Add(strings.HasPrefix(s[1], "/admin"), s[0], s[1], "page_token=eyJvZmZzZXQiOiI5OTk5OTk5OTk5OTk5OTk5OTk5In0&page=9223372036854775807", s[2], "text/html")
	}
	f.Fuzz(func(t *testing.T, admin bool, method, path, query, body, accept string) {
		for _, version := range server.Versions {
			s := newServer(t, version)
			create := serve(s, true, "POST", "/admin/identities", "", `{"traits":{"email":"bob@example.org"},"credentials":{"password":{"config":{"password":"x"}}}}`, "")
			id := create.Header().Get("Location")
			id = id[strings.LastIndexByte(id, '/')+1:]
			for range 2 {
				if w := serve(s, admin, method, strings.ReplaceAll(path, "{id}", id), query, body, accept); w != nil && w.Code < 200 {
					t.Errorf("status %d", w.Code)
				}
				serve(s, true, "GET", "/admin/identities", "", "", "")
			}
		}
	})
}

// serve sends a request to a port, and returns nil if the server ends the connection.
func serve(s *server.Server, admin bool, method, path, query, body, accept string) (w *httptest.ResponseRecorder) {
	w = httptest.NewRecorder()
	defer func() {
		if v := recover(); v != nil {
			err, ok := v.(error)
			if !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			w = nil
		}
	}()
	r := &http.Request{
		Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{"Accept": {accept}, "Content-Type": {"application/json"}},
		Body: httptest.NewRequest("POST", "/", bytes.NewReader([]byte(body))).Body, Host: "127.0.0.1", RemoteAddr: "127.0.0.1:1",
	}
	handler := s.Public()
	if admin {
		handler = s.Admin()
	}
	handler.ServeHTTP(w, r)
	return w
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		newServer(b, "v25.4.0")
	}
}

func TestFlowsAreBounded(t *testing.T) {
	s := newServer(t, "v1.3.1")
	first := serve(s, false, "GET", "/self-service/registration/api", "", "", "").Body.String()
	id := first[strings.Index(first, `"id":"`)+6:][:36]
	for range 4200 {
		serve(s, false, "GET", "/self-service/registration/api", "", "", "")
	}
	if w := serve(s, false, "GET", "/self-service/registration/flows", "id="+id, "", ""); w.Code != http.StatusNotFound {
		t.Errorf("the oldest of 4201 flows: status %d, want 404", w.Code)
	}
}
