package sessions_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// memory is a store of the test.
type memory struct {
	mu     sync.Mutex
	values map[string][]byte
	ends   map[string]time.Time
	err    error
	hangs  bool
	slow   time.Duration
	calls  int
}

func newMemory() *memory { return &memory{values: map[string][]byte{}, ends: map[string]time.Time{}} }

func (m *memory) begin(ctx context.Context) error {
	m.mu.Lock()
	hangs, slow := m.hangs, m.slow
	m.calls++
	m.mu.Unlock()
	time.Sleep(slow)
	if hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	m.mu.Lock()
	return m.err
}

func (m *memory) Get(ctx context.Context, key string) ([]byte, error) {
	if err := m.begin(ctx); err != nil {
		if !m.hangs {
			m.mu.Unlock()
		}
		return nil, err
	}
	defer m.mu.Unlock()
	if time.Now().After(m.ends[key]) {
		return nil, nil
	}
	return m.values[key], nil
}

func (m *memory) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := m.begin(ctx); err != nil {
		if !m.hangs {
			m.mu.Unlock()
		}
		return err
	}
	defer m.mu.Unlock()
	m.values[key], m.ends[key] = value, time.Now().Add(ttl)
	return nil
}

func (m *memory) Delete(ctx context.Context, key string) error {
	if err := m.begin(ctx); err != nil {
		if !m.hangs {
			m.mu.Unlock()
		}
		return err
	}
	defer m.mu.Unlock()
	delete(m.values, key)
	return nil
}

func (m *memory) change(edit func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	edit()
}

var secret = bytes.Repeat([]byte("s"), 32)

// machines returns guards of several processes with one Kratos and one store.
func machines(t *testing.T, n int, store sessions.Store, lifetime time.Duration) (*fakeKratos, []*sessions.Guard) {
	fake, _, client := newFake(t)
	guards := make([]*sessions.Guard, n)
	for i := range guards {
		guards[i] = sessions.New(client, sessions.Cache(10, lifetime), sessions.SharedStore(store, secret))
		t.Cleanup(guards[i].Close)
	}
	return fake, guards
}

// Machines share the sessions: in a lifetime, one of them asks Kratos, and none uses a session for
// longer.
func TestSessionsAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, guards := machines(t, 3, newMemory(), 20*time.Second)
		fake.set("t", person{id: "ada"})
		for range 2000 { // 100 seconds
			for _, g := range guards {
				mustBe(t, g, "t", "ada")
			}
			time.Sleep(50 * time.Millisecond)
		}
		if n := fake.count("t"); n < 5 || n > 6 {
			t.Errorf("%d calls in five lifetimes, want 5 or 6", n)
		}
		fake.change(func(f *fakeKratos) { delete(f.sessions, "t") })
		time.Sleep(20 * time.Second)
		for i, g := range guards {
			if _, err := token(t.Context(), g, "t"); !errors.Is(err, kratos.ErrNoSession) {
				t.Errorf("machine %d: a session passes longer than its lifetime: %v", i, err)
			}
		}
	})
}

// What one machine forgets, no other uses for more than a second, and none stores it again.
func TestForgettingOnAnotherMachine(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(context.Context, *sessions.Guard){
		"the credential": func(ctx context.Context, g *sessions.Guard) { g.ForgetToken(ctx, "t") },
		"the identity":   func(ctx context.Context, g *sessions.Guard) { g.ForgetIdentity(ctx, "ada") },
	} {
		for _, broken := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", store down: ", broken), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					store := newMemory()
					fake, guards := machines(t, 2, store, time.Minute)
					fake.set("t", person{id: "ada"})
					mustBe(t, guards[0], "t", "ada")
					mustBe(t, guards[1], "t", "ada")
					time.Sleep(10 * time.Second)
					mustBe(t, guards[1], "t", "ada")
					fake.change(func(f *fakeKratos) { delete(f.sessions, "t") })
					if broken {
						store.change(func() { store.err = errors.New("down") })
					}
					forget(t.Context(), guards[0])
					if broken { // the mark is stored when the store is back
						time.Sleep(2 * time.Second)
						store.change(func() { store.err = nil })
						fake.set("u", person{id: "bob"})
						mustBe(t, guards[0], "u", "bob")
					}
					if _, err := token(t.Context(), guards[0], "t"); !errors.Is(err, kratos.ErrNoSession) {
						t.Errorf("on the machine that forgot it: %v", err)
					}
					time.Sleep(1001 * time.Millisecond)
					if _, err := token(t.Context(), guards[1], "t"); !errors.Is(err, kratos.ErrNoSession) {
						t.Errorf("on the other machine: %v", err)
					}
				})
			})
		}
	}
}

// Without its store, a guard goes on with its own cache, and waits for the store once a second at
// most.
func TestAStoreThatFails(t *testing.T) {
	t.Parallel()
	for name, hangs := range map[string]bool{"an error": false, "no response": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := newMemory()
				fake, guards := machines(t, 1, store, 10*time.Second)
				fake.set("t", person{id: "ada"})
				mustBe(t, guards[0], "t", "ada")
				store.change(func() {
					store.err, store.hangs, store.calls = errors.New("down"), hangs, 0
				})
				time.Sleep(10 * time.Second)
				before, start := fake.count("t"), time.Now()
				for range 1000 { // ten seconds
					mustBe(t, guards[0], "t", "ada")
					time.Sleep(10 * time.Millisecond)
				}
				if n := fake.count("t") - before; n > 2 {
					t.Errorf("%d calls of Kratos in ten seconds, want at most 2", n)
				}
				if store.calls > 12 {
					t.Errorf("%d calls of a store that is down, in ten seconds", store.calls)
				}
				if d := time.Since(start); d > 15*time.Second {
					t.Errorf("1000 requests took %v", d)
				}
				if guards[0].Stats().StoreErrors == 0 {
					t.Error("no error is counted")
				}
			})
		})
	}
}

// Who can write to the store can neither make a session, nor move one to another credential, nor
// read one.
func TestValuesInTheStoreAreSealed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		fake, guards := machines(t, 2, store, time.Minute)
		fake.set("t", person{id: "ada"})
		fake.set("u", person{id: "bob"})
		mustBe(t, guards[0], "t", "ada")
		mustBe(t, guards[0], "u", "bob")
		store.change(func() {
			var names []string
			for name, value := range store.values {
				if bytes.Contains(value, []byte("ada")) || bytes.Contains([]byte(name), []byte("ada")) {
					t.Errorf("%s is readable", name)
				}
				names = append(names, name)
			}
			if len(names) != 2 {
				t.Fatalf("%d values, want 2", len(names))
			}
			store.values[names[0]], store.values[names[1]] = store.values[names[1]], store.values[names[0]]
		})
		mustBe(t, guards[1], "t", "ada")
		mustBe(t, guards[1], "u", "bob")
		if fake.count("t") != 2 || fake.count("u") != 2 {
			t.Error("a value of another credential was used")
		}
		time.Sleep(2 * time.Second)
		store.change(func() {
			for name, value := range store.values {
				value = bytes.Clone(value)
				value[len(value)/2] ^= 1
				store.values[name] = value
			}
		})
		mustBe(t, guards[1], "t", "ada")
		if fake.count("t") != 3 {
			t.Error("a value that was changed was used")
		}
	})
}

// What one machine has forgotten is not used when it is stale by another. Nor is a session if the
// store is down too: nobody knows whether it was forgotten.
func TestStaleSessionsOnAnotherMachine(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do   func(context.Context, *sessions.Guard, *memory)
		want int
	}{
		"nothing happened":      {func(context.Context, *sessions.Guard, *memory) {}, 200},
		"ForgetToken":           {func(ctx context.Context, g *sessions.Guard, _ *memory) { g.ForgetToken(ctx, "t") }, 503},
		"ForgetIdentity":        {func(ctx context.Context, g *sessions.Guard, _ *memory) { g.ForgetIdentity(ctx, "ada") }, 503},
		"the store went down":   {func(_ context.Context, _ *sessions.Guard, m *memory) { m.change(func() { m.err = errors.New("down") }) }, 503},
		"another was forgotten": {func(ctx context.Context, g *sessions.Guard, _ *memory) { g.ForgetIdentity(ctx, "bob") }, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := newMemory()
				fake, _, client := newFake(t)
				fake.set("t", person{id: "ada"})
				var guards [2]*sessions.Guard
				for i := range guards {
					guards[i] = sessions.New(client, sessions.Cache(10, 20*time.Second), sessions.Stale(time.Minute), sessions.SharedStore(store, secret))
					t.Cleanup(guards[i].Close)
					mustBe(t, guards[i], "t", "ada")
				}
				time.Sleep(10 * time.Second)
				mustBe(t, guards[1], "t", "ada")
				fake.change(func(f *fakeKratos) { f.failure = down })
				tc.do(t.Context(), guards[0], store)
				time.Sleep(15 * time.Second) // the lifetime has ended
				if w := get(guards[1].Require()(hello), "X-Session-Token: t"); w.Code != tc.want {
					t.Errorf("status %d, want %d", w.Code, tc.want)
				}
			})
		})
	}
}
