//go:build redis

package rediscounter_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/throttle"
	"github.com/kratoskit/kratos-go/wrappers/throttle/redis"
)

// Concurrent additions are all counted, by prefix, and none renews the time to live.
func TestCountersInRedis(t *testing.T) {
	t.Parallel()
	ctx, client := t.Context(), startServer(t).client()
	one, other := rediscounter.New(client, "one:"), rediscounter.New(client, "other:")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 50 {
				if _, err := one.Add(ctx, "k", 3, time.Hour); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := one.Add(ctx, "k", -1, 2*time.Hour); n != 2999 || err != nil {
		t.Errorf("got %d, %v, want 2999", n, err)
	}
	if n, err := one.Add(ctx, "k", 0, time.Hour); n != 2999 || err != nil {
		t.Errorf("read: got %d, %v, want 2999", n, err)
	}
	if n, err := other.Add(ctx, "k", 0, time.Hour); n != 0 || err != nil {
		t.Errorf("another prefix: got %d, %v, want 0", n, err)
	}
	if ttl, err := client.PTTL(ctx, "one:k").Result(); err != nil || ttl <= 0 || ttl > time.Hour {
		t.Errorf("the ttl is %v, %v", ttl, err)
	}
	if keys, err := client.Keys(ctx, "*").Result(); err != nil || len(keys) != 1 {
		t.Errorf("keys %v, %v: reading creates none", keys, err)
	}
}

// Redis removes a counter after its ttl.
func TestTTLInRedis(t *testing.T) {
	t.Parallel()
	ctx, store := t.Context(), rediscounter.New(startServer(t).client(), prefix)
	for _, ttl := range []time.Duration{-time.Second, 0, time.Millisecond, 500 * time.Millisecond} {
		if _, err := store.Add(ctx, "k", 1, ttl); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(3 * patience); ; time.Sleep(10 * time.Millisecond) {
			if n, err := store.Add(ctx, "k", 0, ttl); n == 0 && err == nil {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("a counter with a ttl of %v is not removed", ttl)
			}
		}
	}
}

// Of concurrent guesses on two machines, the free one and one more reach Kratos.
func TestMachinesCountTogether(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	for i := range 5 {
		reached, most, late := guess(t, s, fmt.Sprint(prefix, i))
		if late { // this computer was busy, so that the machines counted by themselves
			continue
		}
		if reached < 2 || reached > most {
			t.Errorf("%d guesses reached Kratos, want 2 to %d", reached, most)
		}
		return
	}
	t.Error("Redis was late in each attempt")
}

// guess sends 100 guesses to two machines. It returns how many reached Kratos, how many may, and
// whether Redis was late.
func guess(t *testing.T, s *server, prefix string) (reached, most int64, late bool) {
	t.Helper()
	var count atomic.Int64
	kratos := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		count.Add(1)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"ui":{"messages":[{"id":4000006,"type":"error"}]}}`)
	})
	var machines [2]http.Handler
	var logs [2]bytes.Buffer
	for i := range machines {
		machines[i] = throttle.New(throttle.PerIdentifier(1, time.Hour), throttle.PerAddress(1, time.Hour),
			throttle.Logger(slog.New(slog.NewTextHandler(&logs[i], nil))),
			throttle.SharedStore(rediscounter.New(s.client(), prefix), bytes.Repeat([]byte("test"), 8))).Handler(kratos)
	}
	begin := time.Now()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for range 25 {
				r := httptest.NewRequest("POST", "/self-service/login?flow=a", strings.NewReader(`{"method":"password","identifier":"ada","password":"?"}`))
				machines[i%2].ServeHTTP(httptest.NewRecorder(), r)
			}
		})
	}
	wg.Wait()
	// The gate is closed for a second, then for two, and so on.
	return count.Load(), 2 + int64(time.Since(begin)/time.Second), logs[0].Len()+logs[1].Len() > 0
}
