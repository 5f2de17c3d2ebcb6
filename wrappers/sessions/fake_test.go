package sessions_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

const (
	unauthorized = `{"error":{"code":401,"status":"Unauthorized","message":"The request could not be authorized","reason":"No valid session credentials found in the request."}}`
	aal2Required = `{"error":{"id":"session_aal2_required","code":403,"message":"m"},"redirect_browser_to":"http://kratos/self-service/login/browser?aal=aal2"}`
)

// person is a session of the fake, by its token or cookie.
type person struct {
	id        string // of the identity
	aal       kratos.AAL
	loggedIn  time.Time
	expires   time.Time
	verified  bool
	status    int    // of whoami, if not 200
	cacheFor  string // Ory-Session-Cache-For
	setCookie string
}

// fakeKratos is a transport that answers as Kratos does.
type fakeKratos struct {
	mu       sync.Mutex
	sessions map[string]person
	calls    map[string]int // of whoami, by credential
	ready    int            // calls of isReady
	noData   bool           // the database is down
	failure  func(r *http.Request) (*http.Response, error)
	hold     chan struct{} // whoami waits for it
}

func newFake(t testing.TB, opts ...sessions.Option) (*fakeKratos, *sessions.Guard, *kratos.Client) {
	t.Helper()
	f := &fakeKratos{sessions: map[string]person{}, calls: map[string]int{}}
	client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: f}), kratos.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	guard := sessions.New(client, opts...)
	t.Cleanup(guard.Close)
	return f, guard, client
}

func (f *fakeKratos) set(credential string, p person) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sessions[credential] = p
}

func (f *fakeKratos) change(edit func(f *fakeKratos)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	edit(f)
}

func (f *fakeKratos) count(credential string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[credential]
}

func (f *fakeKratos) readyCalls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ready
}

func (f *fakeKratos) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	failure, hold := f.failure, f.hold
	f.mu.Unlock()
	if failure != nil {
		return failure(r)
	}
	w := httptest.NewRecorder()
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/sessions/whoami":
		credential := r.Header.Get("X-Session-Token")
		if cookie, err := r.Cookie("ory_kratos_session"); credential == "" && err == nil {
			credential = cookie.Value
		}
		f.change(func(f *fakeKratos) { f.calls[credential]++ })
		if hold != nil {
			select {
			case <-hold:
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
		}
		f.whoami(w, credential)
	case "/health/ready":
		f.change(func(f *fakeKratos) {
			f.ready++
			if f.noData {
				w.WriteHeader(503)
				fmt.Fprint(w, `{"errors":{"database":"down"}}`)
				return
			}
			fmt.Fprint(w, `{"status":"ok"}`)
		})
	default:
		w.WriteHeader(204)
	}
	resp := w.Result()
	resp.Request = r
	return resp, nil
}

func (f *fakeKratos) whoami(w http.ResponseWriter, credential string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, ok := f.sessions[credential]
	if !ok || f.noData {
		w.WriteHeader(401)
		fmt.Fprint(w, unauthorized)
		return
	}
	if p.setCookie != "" {
		w.Header().Set("Set-Cookie", p.setCookie)
	}
	switch p.status {
	case 0:
	case 403:
		w.WriteHeader(403)
		fmt.Fprint(w, aal2Required)
		return
	default:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(p.status)
		fmt.Fprint(w, `{"error":{"code":500,"message":"m"}}`)
		return
	}
	if p.cacheFor != "" {
		w.Header().Set("Ory-Session-Cache-For", p.cacheFor)
	}
	expires := p.expires
	if expires.IsZero() {
		expires = time.Now().Add(24 * time.Hour)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"id": "session-of-" + credential, "active": true, "expires_at": expires, "authenticated_at": p.loggedIn,
		"authenticator_assurance_level": cmp.Or(p.aal, kratos.AAL1),
		"authentication_methods":        []any{map[string]any{"method": "password", "aal": "aal1"}},
		"devices":                       []any{map[string]any{"id": "device", "location": "here"}},
		"identity": map[string]any{
			"id": p.id, "schema_id": "person", "schema_url": "http://kratos/schemas/person", "state": "active",
			"traits": map[string]any{"email": p.id + "@example.org"}, "metadata_public": map[string]any{"role": "member"},
			"verifiable_addresses": []any{map[string]any{"id": "a", "value": p.id + "@example.org", "verified": p.verified, "via": "email", "status": "sent"}},
		},
	})
}

// down is a failure of the connection.
func down(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }

// respond returns a failure that is a response.
func respond(status int, header http.Header, body string) func(r *http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		h := http.Header{"Content-Type": {"application/json"}}
		maps.Copy(h, header)
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body)), Request: r, ProtoMajor: 1, ProtoMinor: 1}, nil
	}
}

// delay makes the next request a slow one: Kratos decides at once, begun is closed, and the response
// arrives when proceed is closed.
func (f *fakeKratos) delay() (begun, proceed chan struct{}) {
	begun, proceed = make(chan struct{}), make(chan struct{})
	f.change(func(f *fakeKratos) {
		f.failure = func(r *http.Request) (*http.Response, error) {
			f.change(func(f *fakeKratos) { f.failure = nil })
			resp, err := f.RoundTrip(r)
			close(begun)
			<-proceed
			return resp, err
		}
	})
	return begun, proceed
}

// get sends a request with a credential, such as "X-Session-Token: t", through a handler.
func get(h http.Handler, lines ...string) *httptest.ResponseRecorder {
	return send(h, request("GET", "/account", lines...))
}

func request(method, target string, lines ...string) *http.Request {
	r := httptest.NewRequest(method, target, nil)
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Add(name, value)
	}
	return r
}

func send(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// hello is a handler that says who sent a request.
var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	who := "nobody"
	if s := kratos.SessionFromContext(r.Context()); s != nil {
		who = s.Identity.ID
	}
	if sessions.IsStale(r.Context()) {
		who += ", stale"
	}
	if sessions.Unchecked(r.Context()) != nil {
		who += ", unchecked"
	}
	fmt.Fprint(w, who)
})

// token checks a token, and returns the identity, or the error.
func token(ctx context.Context, g *sessions.Guard, token string, needs ...sessions.Need) (string, error) {
	check, err := g.CheckToken(ctx, token, needs...)
	if err != nil {
		return "", err
	}
	id := check.Session.Identity.ID
	if check.Stale {
		id += ", stale"
	}
	return id, nil
}
