//go:build redis

package redisstore_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// fakeKratos is a transport that answers as Kratos does. The token of a person's session is
// "token-of-" and the id of the identity.
type fakeKratos struct {
	mu    sync.Mutex
	valid map[string]bool // identities
	calls map[string]int  // of whoami, by identity
}

func newFake(t *testing.T) (*fakeKratos, *kratos.Client) {
	t.Helper()
	f := &fakeKratos{valid: map[string]bool{}, calls: map[string]int{}}
	client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: f}), kratos.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	return f, client
}

func (f *fakeKratos) login(id string)  { f.set(id, true) }
func (f *fakeKratos) revoke(id string) { f.set(id, false) }

func (f *fakeKratos) set(id string, valid bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.valid[id] = valid
}

func (f *fakeKratos) count(id string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[id]
}

func (f *fakeKratos) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/health/ready" {
		return response(r, 200, map[string]any{"status": "ok"})
	}
	id := strings.TrimPrefix(r.Header.Get("X-Session-Token"), "token-of-")
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[id]++
	if !f.valid[id] {
		return response(r, 401, map[string]any{"error": map[string]any{"code": 401, "status": "Unauthorized", "message": "The request could not be authorized", "reason": "No valid session credentials found in the request."}})
	}
	return response(r, 200, map[string]any{
		"id": "session-of-" + id, "active": true, "expires_at": time.Now().Add(time.Hour), "authenticated_at": time.Now(),
		"authenticator_assurance_level": "aal1", "authentication_methods": []any{}, "devices": []any{},
		"identity": map[string]any{
			"id": id, "schema_id": "person", "schema_url": "http://kratos/schemas/person", "state": "active",
			"traits": map[string]any{"email": id + "@example.org"},
		},
	})
}

func response(r *http.Request, status int, body any) (*http.Response, error) {
	text, err := json.Marshal(body)
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(text))),
		Request: r, ProtoMajor: 1, ProtoMinor: 1,
	}, err
}
