package throttle_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

// discard is a writer without a cost of its own.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// The cost of a request without Kratos: of requests that are not limited, of logins, and of guesses
// that are refused.
func BenchmarkHandler(b *testing.B) {
	right := []byte(`{"session":{"id":"a"},"session_token":"ory_st_1"}`)
	kratos := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(right)
	})
	for name, request := range map[string]func(i int) *http.Request{
		"not limited": func(int) *http.Request { return httptest.NewRequest("GET", "/self-service/login/flows?id=a", nil) },
		"login":       func(i int) *http.Request { return password(fmt.Sprint(i%10_000), "right").request() },
		"refused":     func(int) *http.Request { return password("refused", "wrong").request() },
	} {
		b.Run(name, func(b *testing.B) {
			s := &site{handler: throttle.New(throttle.PerAddress(1<<30, time.Second)).Handler(kratos)}
			failing := &site{handler: throttle.New().Handler(&s.fakeKratos)}
			failing.fail("refused")
			if name == "refused" {
				s = failing
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				r, w := request(i), discard{http.Header{}}
				b.StartTimer()
				s.handler.ServeHTTP(w, r)
			}
		})
	}
}

// The cost of one operation of a shared store is added for each counter.
func BenchmarkStoreOperations(b *testing.B) {
	store := &countingStore{}
	s := newSite(throttle.SharedStore(store, secret), throttle.PerAddress(1<<30, time.Second))
	for i := 0; b.Loop(); i++ {
		s.send(password(fmt.Sprint(i), "right"))
	}
	b.ReportMetric(float64(store.calls)/float64(b.N), "operations/login")
}

type countingStore struct{ calls int }

func (c *countingStore) Add(context.Context, string, int64, time.Duration) (int64, error) {
	c.calls++
	return 0, nil
}
