package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// A database that fails makes Kratos respond with 401. Whether Kratos is ready is asked anew for a
// session that was valid, and once a second for others.
func TestDoubtful401(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, guard, _ := newFake(t, sessions.Cache(100, 10*time.Second))
		fake.set("t", person{id: "ada"})
		mustBe(t, guard, "t", "ada")
		time.Sleep(10 * time.Second)
		mustFail(t, guard, "unknown", kratos.ErrNoSession) // Kratos is ready
		fake.change(func(f *fakeKratos) { f.noData = true })
		if _, err := token(t.Context(), guard, "t"); sessions.Status(err) != 503 {
			t.Errorf("a valid session while the database fails: %v", err)
		}
		if n := guard.Stats().Doubtful; n != 1 {
			t.Errorf("%d sessions were doubtful, want 1", n)
		}
		before := fake.readyCalls()
		for range 50 {
			if _, err := token(t.Context(), guard, "t"); sessions.Status(err) != 503 {
				t.Errorf("a valid session while the database fails: %v", err)
			}
		}
		if n := fake.readyCalls() - before; n > 1 {
			t.Errorf("%d calls of isReady within a second", n)
		}
		fake.change(func(f *fakeKratos) { f.noData = false })
		time.Sleep(time.Second)
		mustBe(t, guard, "t", "ada")
	})
}

// slowReadiness is a Kratos that knows no session, and takes a second to say that it is ready.
func slowReadiness(calls *atomic.Int64) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		if r.URL.Path != "/health/ready" {
			return respond(401, nil, unauthorized)(r)
		}
		calls.Add(1)
		select {
		case <-time.After(time.Second):
			return respond(200, nil, `{"status":"ok"}`)(r)
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
}

// Many requests wait for one call of isReady, or for the one after it, and each can leave.
func TestReadinessIsMerged(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]sessions.Option{"without a cache": nil, "with a cache": {sessions.Cache(1000, time.Minute)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, guard, _ := newFake(t, opts...)
				var calls atomic.Int64
				fake.failure = slowReadiness(&calls)
				leader, leave := context.WithCancel(t.Context())
				var wait sync.WaitGroup
				wait.Go(func() {
					if _, err := token(leader, guard, "leader"); sessions.Status(err) != 503 {
						t.Errorf("the request that left: %v", err)
					}
				})
				synctest.Wait()
				for i := range 100 {
					wait.Go(func() {
						if _, err := token(t.Context(), guard, fmt.Sprint("t", i)); !errors.Is(err, kratos.ErrNoSession) {
							t.Errorf("a request that waited: %v", err)
						}
					})
				}
				synctest.Wait()
				leave()
				wait.Wait()
				if n := calls.Load(); n > 2 {
					t.Errorf("%d calls of isReady for 101 requests, want at most 2", n)
				}
			})
		})
	}
}

// Sessions that were valid share the call of isReady that begins after they were refused.
func TestReadinessOfValidSessions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, guard, _ := newFake(t, sessions.Cache(1000, 10*time.Second))
		for i := range 100 {
			fake.set(fmt.Sprint("t", i), person{id: "ada"})
			mustBe(t, guard, fmt.Sprint("t", i), "ada")
		}
		time.Sleep(11 * time.Second)
		var calls atomic.Int64
		fake.change(func(f *fakeKratos) { f.failure = slowReadiness(&calls) })
		var wait sync.WaitGroup
		for i := range 100 {
			wait.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				if _, err := token(t.Context(), guard, fmt.Sprint("t", i)); !errors.Is(err, kratos.ErrNoSession) {
					t.Errorf("a session that has ended: %v", err)
				}
			})
		}
		wait.Wait()
		if n := calls.Load(); n != 2 {
			t.Errorf("%d calls of isReady for 100 sessions, want 2", n)
		}
	})
}

// A guard that is closed while it asks whether Kratos is ready does not believe that there is no
// session.
func TestClosingDuringReadiness(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]sessions.Option{"without a cache": nil, "with a cache": {sessions.Cache(10, time.Minute)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, guard, _ := newFake(t, opts...)
				var calls atomic.Int64
				fake.failure = slowReadiness(&calls)
				var wait sync.WaitGroup
				for i := range 3 {
					wait.Go(func() {
						if _, err := token(t.Context(), guard, fmt.Sprint("t", i)); sessions.Status(err) != 503 {
							t.Errorf("%v, want status 503", err)
						}
					})
				}
				synctest.Wait()
				guard.Close()
				wait.Wait()
			})
		})
	}
}
