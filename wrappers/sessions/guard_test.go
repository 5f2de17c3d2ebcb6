package sessions_test

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// Handlers that change the session they got, at the same time, do not reach each other.
func TestHandlersChangeTheirSession(t *testing.T) {
	t.Parallel()
	fake, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
	fake.set("t", person{id: "ada", verified: true})
	h := guard.Require(sessions.VerifiedAddress())(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := kratos.SessionFromContext(r.Context())
		_, _ = w.Write([]byte(s.Identity.ID + string(s.Identity.RawTraits) + s.Identity.VerifiableAddresses[0].Value))
		s.Identity.ID, s.Active, s.AAL = "mallory", false, kratos.AAL2
		s.Identity.RawTraits[2] = 'X'
		s.Identity.VerifiableAddresses[0].Value = "mallory@example.org"
		s.AuthenticationMethods[0].AAL = kratos.AAL2
		s.Devices[0].Location = "elsewhere"
	}))
	const want = `ada{"email":"ada@example.org"}ada@example.org`
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			for range 10 {
				if w := get(h, "X-Session-Token: t"); w.Body.String() != want {
					t.Errorf("got %s", w.Body)
				}
			}
		})
	}
	wait.Wait()
	if n := fake.count("t"); n != 1 {
		t.Errorf("%d calls, want 1", n)
	}
}

// freshWriter is a response of net/http, whose header nothing has been written to.
type freshWriter struct{ header http.Header }

func (w *freshWriter) Header() http.Header {
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}
func (*freshWriter) Write(b []byte) (int, error) { return len(b), nil }
func (*freshWriter) WriteHeader(int)             {}

// A check from the cache allocates little more than the bare handler: the session, its texts, the
// context, the request, and the header of the response.
func TestAllocations(t *testing.T) {
	fake, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
	fake.set("t", person{id: "ada", verified: true})
	bare := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	h := guard.Require(sessions.VerifiedAddress())(bare)
	guard.ForgetIdentity(t.Context(), "bob")
	for name, line := range map[string]string{"a token": "X-Session-Token: t", "a cookie": "Cookie: csrf_token_0a=b; ory_kratos_session=t; theme=dark", "a bearer token": "Authorization: Bearer t"} {
		r := request("GET", "/", line)
		h.ServeHTTP(&freshWriter{}, r)
		if n := allocations(h, r) - allocations(bare, r); n > 6 && !raceEnabled {
			t.Errorf("%s: %v allocations more than the bare handler, want at most 6", name, n)
		}
	}
}

func allocations(h http.Handler, r *http.Request) float64 {
	return testing.AllocsPerRun(100, func() {
		w := new(freshWriter)
		h.ServeHTTP(w, r)
		runtime.KeepAlive(w)
	})
}

// Nothing is left of a guard after Close: not of its calls, and not of its cache.
func TestNothingIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 50 {
		client := kratos.Must(kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: roundTrip(hang)}), kratos.WithRetries(0)))
		guard := sessions.New(client, sessions.Cache(10, time.Minute), sessions.Timeout(time.Minute), sessions.SharedStore(newMemory(), secret))
		done := make(chan struct{})
		go func() {
			defer close(done)
			get(guard.Require()(hello), "X-Session-Token: t")
		}()
		for guard.Stats().Calls == 0 {
			runtime.Gosched()
		}
		guard.Close()
		<-done
	}
	deadline := time.Now().Add(time.Minute)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			stacks := make([]byte, 64<<10)
			t.Fatalf("%d goroutines, before %d\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		time.Sleep(time.Millisecond)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func BenchmarkCachedCheck(b *testing.B) {
	fake, guard, _ := newFake(b, sessions.Cache(10, time.Hour))
	fake.set("t", person{id: "ada"})
	bare := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	h := guard.Require()(bare)
	for name, line := range map[string]string{"token": "X-Session-Token: t", "cookie": "Cookie: csrf_token_0a=b; ory_kratos_session=t; theme=dark"} {
		b.Run(name, func(b *testing.B) {
			r := request("GET", "/", line)
			w := httptest.NewRecorder()
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(w, r)
			}
		})
	}
}
