package throttle_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

var secret = bytes.Repeat([]byte("SECRET"), 6)

// mapStore is a shared store, which can fail or not respond.
type mapStore struct {
	mu     sync.Mutex
	values map[string]int64
	ends   map[string]time.Time
	err    error
	hangs  bool
	slow   bool // others come first
	calls  int
}

func newMapStore() *mapStore {
	return &mapStore{values: map[string]int64{}, ends: map[string]time.Time{}}
}

func (s *mapStore) Add(ctx context.Context, key string, n int64, ttl time.Duration) (int64, error) {
	if s.slow {
		time.Sleep(time.Millisecond)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if s.hangs {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	if s.err != nil {
		return 0, s.err
	}
	if end := s.ends[key]; !time.Now().Before(end) {
		delete(s.values, key)
		s.ends[key] = time.Now().Add(ttl)
	}
	s.values[key] += n
	return s.values[key], nil
}

// Processes with one store count together.
func TestSharedStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMapStore()
		one, two := newSite(throttle.SharedStore(store, secret)), newSite(throttle.SharedStore(store, secret))
		for range 3 {
			one.expect(t, password("ada", "wrong"), 400)
			two.expect(t, password("ada", "wrong"), 400)
		}
		one.expect(t, password("ada", "wrong"), 429)
		two.expect(t, password("ada", "wrong"), 429)
		other := newSite(throttle.SharedStore(store, bytes.Repeat([]byte("other"), 7)))
		other.expect(t, password("ada", "wrong"), 400)
	})
}

// While the store fails, the process counts by itself, people log in, and nothing waits for long.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(s *mapStore){
		"it returns an error": func(s *mapStore) { s.err = errors.New("no connection") },
		"it does not respond": func(s *mapStore) { s.hangs = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store, log := newMapStore(), &bytes.Buffer{}
				s := newSite(throttle.SharedStore(store, secret), throttle.Logger(slog.New(slog.NewTextHandler(log, nil))))
				fail(store)
				begin := time.Now()
				s.expect(t, password("ada", "right"), 200)
				if waited := time.Since(begin); waited > 250*time.Millisecond {
					t.Errorf("the person waited for %v", waited)
				}
				for range 7 {
					s.send(password("bob", "wrong"))
				}
				s.expect(t, password("bob", "wrong"), 429)
				if store.calls != 1 {
					t.Errorf("%d calls within a second of a failure", store.calls)
				}
				time.Sleep(10 * time.Second)
				s.send(password("eve", "wrong"))
				if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "the store of the throttle fails") {
					t.Errorf("log: %s", log)
				}
				store.err, store.hangs = nil, false
				time.Sleep(time.Second)
				s.send(password("eve", "wrong"))
				if len(store.values) == 0 {
					t.Error("the store is not used again")
				}
			})
		})
	}
}

// A client that left has no influence on the store.
func TestStoreWithoutClient(t *testing.T) {
	t.Parallel()
	store, log := newMapStore(), &bytes.Buffer{}
	s := newSite(throttle.SharedStore(store, secret), throttle.Logger(slog.New(slog.NewTextHandler(log, nil))))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.serve(password("ada", "wrong").request().WithContext(ctx))
	if len(store.values) == 0 || log.Len() > 0 {
		t.Errorf("%d counters, log: %s", len(store.values), log)
	}
}

// Neither the names of counters nor what is printed of a throttle tell who logged in.
func TestNothingInClear(t *testing.T) {
	t.Parallel()
	store := newMapStore()
	limit := throttle.New(throttle.SharedStore(store, secret))
	s := &site{}
	s.handler = limit.Handler(&s.fakeKratos)
	for _, w := range []string{"right", "wrong"} {
		s.send(password("SECRET@example.org", w).from("192.0.2.1"))
		s.send(submission{token: "SECRET", fields: map[string]string{"method": "totp", "totp_code": "SECRET"}})
		s.send(submission{flow: "recovery", fields: map[string]string{"method": "code", "email": "SECRET@example.org"}})
	}
	if len(store.values) < 5 {
		t.Fatalf("only %d counters", len(store.values))
	}
	for key := range store.values {
		if len(key) != 22 || strings.ContainsAny(key, "@.") || strings.Contains(strings.ToUpper(key), "SECRET") {
			t.Errorf("the name of a counter is %q", key)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, limit); strings.Contains(text, "SECRET") || len(text) > 20 {
			t.Errorf("%s prints %s", verb, text)
		}
	}
}

func TestOptionsPanic(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]func(){
		"PerIdentifier without free failures":      func() { throttle.PerIdentifier(0, time.Minute) },
		"PerIdentifier that locks out":             func() { throttle.PerIdentifier(5, 2*time.Hour) },
		"PerAddress without time":                  func() { throttle.PerAddress(5, 0) },
		"TrustedProxies without networks":          func() { throttle.TrustedProxies("X-Forwarded-For") },
		"SharedStore without a store":              func() { throttle.SharedStore(nil, secret) },
		"SharedStore with a short secret":          func() { throttle.SharedStore(newMapStore(), secret[:31]) },
		"Entries without a number":                 func() { throttle.Entries(0) },
		"SessionCookie without a name":             func() { throttle.SessionCookie("") },
		"Refused without a function":               func() { throttle.Refused(nil) },
		"Logger without a logger":                  func() { throttle.Logger(nil) },
		"Flow with a flow that has nothing secret": func() { throttle.New().Flow("settings", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("it did not panic")
				}
			}()
			option()
		})
	}
}
