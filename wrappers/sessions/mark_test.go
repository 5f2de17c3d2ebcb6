package sessions_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// A process with a shorter lifetime does not use a session for that of another process.
func TestALifetimeOfAnotherProcess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		fake, _, client := newFake(t)
		long := sessions.New(client, sessions.Cache(10, time.Hour), sessions.SharedStore(store, secret))
		t.Cleanup(long.Close)
		short := sessions.New(client, sessions.Cache(10, 10*time.Second), sessions.SharedStore(store, secret))
		t.Cleanup(short.Close)
		fake.set("t", person{id: "ada"})
		mustBe(t, long, "t", "ada")
		fake.change(func(f *fakeKratos) { delete(f.sessions, "t") })
		time.Sleep(9 * time.Second)
		mustBe(t, short, "t", "ada")
		time.Sleep(time.Second)
		mustFail(t, short, "t", kratos.ErrNoSession)
	})
}

// No request waits while the marks of an outage are stored, and all of them are.
func TestMarksAreStoredInTheBackground(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		fake, guards := machines(t, 2, store, time.Minute)
		fake.set("t", person{id: "ada"})
		const n = 500
		for i := range n {
			credential := fmt.Sprint("old", i)
			fake.set(credential, person{id: credential})
		}
		mustBe(t, guards[1], "old7", "old7")
		time.Sleep(2 * time.Second)
		store.change(func() { store.err = errors.New("down") })
		for i := range n {
			guards[0].ForgetIdentity(t.Context(), fmt.Sprint("old", i))
		}
		time.Sleep(2 * time.Second)
		store.change(func() { store.err, store.slow, store.calls = nil, 10*time.Millisecond, 0 })
		start := time.Now()
		mustBe(t, guards[0], "t", "ada")
		if d := time.Since(start); d > 100*time.Millisecond {
			t.Errorf("the request waited %v for the store", d)
		}
		time.Sleep(n * 20 * time.Millisecond)
		marks := 0
		store.change(func() {
			for name := range store.values {
				if name[:len("forgot-identity:")] == "forgot-identity:" {
					marks++
				}
			}
		})
		if marks != n {
			t.Errorf("%d marks are stored, want %d", marks, n)
		}
		fake.change(func(f *fakeKratos) { delete(f.sessions, "old7") })
		mustFail(t, guards[1], "old7", kratos.ErrNoSession)
	})
}

// While the store works, forgetting writes each mark once.
func TestAMarkIsStoredOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		_, guards := machines(t, 1, store, time.Minute)
		for i := range 10 {
			guards[0].ForgetIdentity(t.Context(), fmt.Sprint("id", i))
		}
		synctest.Wait()
		if store.calls != 10 {
			t.Errorf("%d calls of the store for 10 marks, want 10", store.calls)
		}
	})
}

// A mark that could not be stored does not replace a later one.
func TestTheLastMarkCounts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		fake, guards := machines(t, 2, store, time.Minute)
		fake.set("t", person{id: "ada"})
		store.change(func() { store.err = errors.New("down") })
		guards[0].ForgetIdentity(t.Context(), "ada")
		store.change(func() { store.err = nil })
		time.Sleep(10 * time.Second)
		mustBe(t, guards[1], "t", "ada")
		time.Sleep(10 * time.Second)
		fake.change(func(f *fakeKratos) { delete(f.sessions, "t") })
		guards[0].ForgetIdentity(t.Context(), "ada")
		synctest.Wait()
		mustFail(t, guards[1], "t", kratos.ErrNoSession)
	})
}
