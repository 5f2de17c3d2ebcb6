package hooks_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// A store of package sessions, such as Redis, is one for hooks.
var _ hooks.Store = sessions.Store(nil)

func TestOnce(t *testing.T) {
	t.Parallel()
	with, without := newCall(), newCall()
	without.TriggerID = ""
	refuse := hooks.Refuse(hooks.Message{Field: "traits.email", ID: 7, Text: "No."})
	change := hooks.Change(hooks.IdentityChange{SchemaID: "b"})
	for name, c := range map[string]struct {
		call     *hooks.Call
		response hooks.Response
		calls    int64
		check    func(first, second string) bool
	}{
		"an allowed call is kept":        {with, hooks.Allow(), 1, nil},
		"a refusal is kept":              {with, refuse, 1, nil},
		"a change is kept":               {with, change, 1, nil},
		"a failure runs again":           {with, hooks.Fail(errors.New("x")), 2, nil},
		"a retry runs again":             {with, hooks.Retry(errors.New("x")), 2, nil},
		"an invalid response runs again": {with, hooks.Refuse(), 2, nil},
		"without a trigger, it runs":     {without, hooks.Allow(), 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			f := hooks.Once(hooks.NewMemory(10), func(context.Context, *hooks.Call) hooks.Response { calls.Add(1); return c.response })
			h := hooks.Handler(caller, f, new(errorList).option())
			first, second := decide(t, h, c.call), decide(t, h, c.call)
			if calls.Load() != c.calls {
				t.Errorf("%d calls, want %d", calls.Load(), c.calls)
			}
			if fmt.Sprintf("%+v", first) != fmt.Sprintf("%+v", second) || len(first.Identity) != len(second.Identity) || len(first.Messages) != len(second.Messages) {
				t.Errorf("%+v, then %+v", first, second)
			}
		})
	}
}

// An attempt that comes while the one before runs waits for its response.
func TestOnceWithSimultaneousAttempts(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	release := make(chan struct{})
	f := hooks.Once(hooks.NewMemory(10), func(context.Context, *hooks.Call) hooks.Response {
		calls.Add(1)
		<-release
		return hooks.Allow()
	})
	h := hooks.Handler(caller, f)
	var attempts sync.WaitGroup
	for range 10 {
		attempts.Go(func() { decide(t, h, newCall()) })
	}
	for calls.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	close(release)
	attempts.Wait()
	if calls.Load() != 1 {
		t.Errorf("%d calls", calls.Load())
	}
}

// An attempt does not wait for longer than a handler may take.
func TestOnceEndsWithTheTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	f := hooks.Once(hooks.NewMemory(10), func(context.Context, *hooks.Call) hooks.Response { <-release; return hooks.Allow() })
	var errs errorList
	h := hooks.Handler(caller, f, hooks.Timeout(10*time.Millisecond), errs.option())
	decide(t, h, newCall())
	decide(t, h, newCall())
	close(release)
	if got := errs.all(); len(got) != 2 {
		t.Errorf("reported %v", got)
	}
}

// brokenStore is a store that is down, or has values of something else.
type brokenStore struct{ value []byte }

func (s brokenStore) Get(context.Context, string) ([]byte, error) {
	if s.value != nil {
		return s.value, nil
	}
	return nil, errors.New("down")
}

func (brokenStore) Set(context.Context, string, []byte, time.Duration) error {
	return errors.New("down")
}

func TestOnceWithABrokenStore(t *testing.T) {
	t.Parallel()
	for name, value := range map[string][]byte{"the store is down": nil, "the value is not JSON": []byte("{"), "the value is not a response": []byte(`{"status":500}`)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := hooks.Handler(caller, hooks.Once(brokenStore{value}, respond(hooks.Refuse(hooks.Message{ID: 7, Text: "No."}))))
			if outcome := decide(t, h, newCall()); !outcome.Refused || outcome.Messages[""][0].ID != 7 {
				t.Errorf("%+v", outcome)
			}
		})
	}
}

func TestMemoryKeepsTheNewestValues(t *testing.T) {
	t.Parallel()
	m := hooks.NewMemory(2)
	ctx := t.Context()
	set := func(key string, ttl time.Duration) {
		if err := m.Set(ctx, key, []byte(key), ttl); err != nil {
			t.Fatal(err)
		}
	}
	set("a", time.Hour)
	set("b", time.Hour)
	set("b", time.Hour)
	set("c", time.Hour)
	for key, want := range map[string]string{"a": "", "b": "b", "c": "c"} {
		if got, err := m.Get(ctx, key); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v, want %q", key, got, err, want)
		}
	}
	set("d", -time.Second)
	if got, _ := m.Get(ctx, "d"); got != nil {
		t.Errorf("an expired value is %q", got)
	}
}
