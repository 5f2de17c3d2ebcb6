package sessions_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// A login that adds a factor keeps the credential: before a need is refused, Kratos is asked again,
// once a second.
func TestNeedsAreCheckedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
		fake.set("t", person{id: "ada"})
		mustBe(t, guard, "t", "ada")
		time.Sleep(time.Second)
		for range 100 { // ten seconds
			mustFail(t, guard, "t", kratos.ErrAAL2Required, sessions.AAL2())
			mustBe(t, guard, "t", "ada")
			time.Sleep(100 * time.Millisecond)
		}
		if n := fake.count("t"); n < 10 || n > 12 {
			t.Errorf("%d calls, want about one a second in eleven seconds", n)
		}
		fake.set("t", person{id: "ada", aal: kratos.AAL2})
		time.Sleep(time.Second)
		mustBe(t, guard, "t", "ada", sessions.AAL2())
		before := fake.count("t")
		mustBe(t, guard, "t", "ada", sessions.AAL2())
		if fake.count("t") != before {
			t.Error("a session that fulfils the need is not in the cache")
		}
	})
}

// A need that is unmet for the first time is checked again at once, however young the session is.
func TestAStepUpRightAfterTheFirstCheck(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
		fake.set("t", person{id: "ada"})
		mustBe(t, guard, "t", "ada")
		time.Sleep(time.Millisecond)
		fake.set("t", person{id: "ada", aal: kratos.AAL2})
		mustBe(t, guard, "t", "ada", sessions.AAL2())
	})
}

// A need is not refused because of a session that another process asked about before the login that
// fulfils the need.
func TestANeedAndASessionFromTheStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake, guards := machines(t, 2, newMemory(), time.Minute)
		fake.set("t", person{id: "ada"})
		mustBe(t, guards[0], "t", "ada")
		time.Sleep(5 * time.Second)
		fake.set("t", person{id: "ada", aal: kratos.AAL2})
		for _, g := range guards {
			mustBe(t, g, "t", "ada", sessions.AAL2())
		}
		if n := fake.count("t"); n != 2 {
			t.Errorf("%d calls, want 2: the first, and one for the need", n)
		}
	})
}

// A need is not refused because of a call that another request began before the login.
func TestANeedAndACallFromBefore(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]person{"that returns a session": {id: "ada"}, "that refuses it": {status: 403}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				fake, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
				fake.set("t", before)
				begun, proceed := fake.delay()
				go func() { _, _ = token(t.Context(), guard, "t") }()
				<-begun
				time.Sleep(3 * time.Second)
				fake.set("t", person{id: "ada", aal: kratos.AAL2})
				go func() {
					time.Sleep(time.Millisecond)
					close(proceed)
				}()
				mustBe(t, guard, "t", "ada", sessions.AAL2())
				if n := fake.count("t"); n != 2 {
					t.Errorf("%d calls, want 2", n)
				}
			})
		})
	}
}

// The zero Need protects: nobody fulfils it.
func TestTheZeroNeed(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]sessions.Option{nil, {sessions.Cache(10, time.Minute)}} {
		fake, guard, _ := newFake(t, opts...)
		fake.set("t", person{id: "ada"})
		if w := get(guard.Require(sessions.Need{})(hello), "X-Session-Token: t"); w.Code != 403 {
			t.Errorf("status %d, want 403", w.Code)
		}
		if n := guard.Stats().Unmet; n != 1 {
			t.Errorf("%d unmet needs are counted, want 1", n)
		}
	}
}
