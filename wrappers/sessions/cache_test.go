package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// A session is kept for the least of the guard's lifetime, Kratos' header and its own expiry, and
// for no longer.
func TestLifetime(t *testing.T) {
	t.Parallel()
	const longest = time.Minute
	for name, tc := range map[string]struct {
		cacheFor string
		expires  time.Duration // from now; 0 for a day
		want     time.Duration
	}{
		"the guard's":                   {"", 0, longest},
		"that of the header":            {"20", 0, 20 * time.Second},
		"a header with a longer one":    {"3600", 0, longest},
		"the end of the session":        {"", 30 * time.Second, 30 * time.Second},
		"the end before the header":     {"20", 10 * time.Second, 10 * time.Second},
		"a header of zero":              {"0", 0, 0},
		"a header that is negative":     {"-5", 0, 0},
		"a header that is not a number": {"soon", 0, longest},
		"a header that is too large":    {"99999999999999999999", 0, longest},
		"a header that overflows":       {"9223372036854775807", 0, longest},
		"a session that has just ended": {"", -time.Second, 0}, // clocks differ
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				kratos, guard, _ := newFake(t, sessions.Cache(10, longest))
				p := person{id: "ada", cacheFor: tc.cacheFor}
				if tc.expires != 0 {
					p.expires = time.Now().Add(tc.expires)
				}
				kratos.set("t", p)
				mustBe(t, guard, "t", "ada")
				if tc.want > 0 {
					time.Sleep(tc.want - time.Millisecond)
					mustBe(t, guard, "t", "ada")
					if n := kratos.count("t"); n != 1 {
						t.Errorf("%d calls before the end of the lifetime, want 1", n)
					}
					time.Sleep(time.Millisecond)
				}
				kratos.set("t", person{id: "ada"})
				mustBe(t, guard, "t", "ada")
				if n := kratos.count("t"); n != 2 {
					t.Errorf("%d calls after the lifetime, want 2", n)
				}
			})
		})
	}
}

func mustBe(t *testing.T, g *sessions.Guard, credential, want string, needs ...sessions.Need) {
	t.Helper()
	if got, err := token(t.Context(), g, credential, needs...); got != want {
		t.Fatalf("%s: got %q, %v, want %q", credential, got, err, want)
	}
}

func mustFail(t *testing.T, g *sessions.Guard, credential string, want error, needs ...sessions.Need) {
	t.Helper()
	if got, err := token(t.Context(), g, credential, needs...); !errors.Is(err, want) {
		t.Fatalf("%s: got %q, %v, want %v", credential, got, err, want)
	}
}

// Requests at the same time cause one call. Each can leave; the others get the session.
func TestRequestsAtTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		kratos, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
		kratos.set("t", person{id: "ada", setCookie: "ory_kratos_session=renewed"})
		kratos.hold = make(chan struct{})
		h := guard.Require()(hello)
		leader, leave := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() {
			if w := send(h, request("GET", "/", "X-Session-Token: t").WithContext(leader)); w.Code != 503 {
				t.Errorf("the request that left: status %d", w.Code)
			}
		})
		synctest.Wait()
		cookies := make(chan string, 100)
		for range 100 {
			wait.Go(func() {
				w := get(h, "X-Session-Token: t")
				if w.Code != 200 || w.Body.String() != "ada" {
					t.Errorf("status %d, %s", w.Code, w.Body)
				}
				cookies <- w.Header().Get("Set-Cookie")
			})
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(kratos.hold)
		wait.Wait()
		if n := kratos.count("t"); n != 1 {
			t.Errorf("%d calls for 101 requests, want 1", n)
		}
		close(cookies)
		for cookie := range cookies {
			if cookie != "" {
				t.Errorf("a request got the cookie of another: %s", cookie)
			}
		}
		if s := guard.Stats(); s.Calls != 1 || s.Merged != 100 {
			t.Errorf("stats: %+v", s)
		}
	})
}

// The cookies of a call go to the request that caused it.
func TestCookiesOfKratos(t *testing.T) {
	t.Parallel()
	kratos, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
	kratos.set("c", person{id: "ada", setCookie: "ory_kratos_session=renewed; Path=/"})
	h := guard.Require()(hello)
	for i, want := range []string{"ory_kratos_session=renewed; Path=/", "", ""} {
		if got := get(h, "Cookie: ory_kratos_session=c").Header().Get("Set-Cookie"); got != want {
			t.Errorf("request %d: Set-Cookie %q, want %q", i, got, want)
		}
	}
}

// What is refused costs one call a second.
func TestRefusalsAreKeptForASecond(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"an unknown token": 401, "the second factor is missing": 403} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				kratos, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
				if status == 403 {
					kratos.set("t", person{status: 403})
				}
				h := guard.Require()(hello)
				for range 100 { // ten seconds
					if w := get(h, "X-Session-Token: t"); w.Code != status {
						t.Fatalf("status %d, want %d", w.Code, status)
					}
					time.Sleep(100 * time.Millisecond)
				}
				if n := kratos.count("t"); n != 10 {
					t.Errorf("%d calls in ten seconds, want 10", n)
				}
				if n := kratos.readyCalls(); n > 10 {
					t.Errorf("%d calls of isReady in ten seconds, want at most 10", n)
				}
			})
		})
	}
}

// Credentials that look alike have sessions of their own.
func TestKeysDoNotCollide(t *testing.T) {
	t.Parallel()
	fake, guard, _ := newFake(t, sessions.Cache(100, time.Minute))
	fake.set("ory_kratos_session", person{id: "of a token that is the name of the cookie"})
	fake.set("a", person{id: "of a"})
	fake.set("aa", person{id: "of aa"})
	h := guard.Require()(hello)
	for _, tc := range []struct{ line, want string }{
		{"X-Session-Token: a", "of a"},
		{"Cookie: ory_kratos_session=a", "of a"},
		{"Authorization: Bearer a", "of a"},
		{"X-Session-Token: aa", "of aa"},
		{"Cookie: ory_kratos_session=aa", "of aa"},
		{"X-Session-Token: ory_kratos_session", "of a token that is the name of the cookie"},
		{"Cookie: ory_kratos_session=ory_kratos_sessiona", ""},
		{"X-Session-Token: ory_kratos_sessiona", ""},
		{"X-Session-Token: ory_kratos_session=a", ""},
		{"Cookie: ory_kratos_sessiona=a", ""},
		{"Cookie: aory_kratos_session=a", ""},
		{"Cookie: x=ory_kratos_session=a", ""},
		{"Cookie: x=y; ory_kratos_session=a; z=1", "of a"},
		{"Cookie: csrf_token_0=a; ory_kratos_session=aa", "of aa"},
		{"Cookie: ory_kratos_session=a; ory_kratos_session=aa", "of a"}, // the first counts
		{"Cookie: ory_kratos_session=; ory_kratos_session=aa", ""},
		{`Cookie: ory_kratos_session="a"`, "of a"},
		{"X-Session-Token: " + strings.Repeat("a", 1<<20), ""},
	} {
		for range 2 { // from Kratos, and from the cache
			if w := get(h, tc.line); (w.Code == 200) != (tc.want != "") || w.Code == 200 && w.Body.String() != tc.want {
				t.Errorf("%.60s: status %d, %s, want %q", tc.line, w.Code, w.Body, tc.want)
			}
		}
	}
}

// The cache is bounded, and a flood of unknown tokens does not remove the sessions in it.
func TestTheCacheIsBounded(t *testing.T) {
	t.Parallel()
	fake, guard, _ := newFake(t, sessions.Cache(100, time.Minute))
	fake.set("t", person{id: "ada"})
	mustBe(t, guard, "t", "ada")
	for i := range 3000 {
		mustFail(t, guard, fmt.Sprint("unknown", i), kratos.ErrNoSession)
	}
	mustBe(t, guard, "t", "ada")
	if n := fake.count("t"); n != 1 {
		t.Errorf("the session was removed from the cache: %d calls", n)
	}
	for i := range 1000 {
		credential := fmt.Sprint("known", i)
		fake.set(credential, person{id: credential})
		mustBe(t, guard, credential, credential)
	}
	deadline := time.Now().Add(time.Minute)
	for guard.Stats().Entries > 100 { // the cache evicts in the background
		if time.Now().After(deadline) {
			t.Fatalf("%d entries, want at most 100", guard.Stats().Entries)
		}
		mustBe(t, guard, "t", "ada")
		time.Sleep(time.Millisecond)
	}
}

// A request without a credential costs nothing, and a malformed one is refused.
func TestRequestsWithoutCredential(t *testing.T) {
	t.Parallel()
	fake, guard, _ := newFake(t, sessions.Cache(10, time.Minute))
	h := guard.Require()(hello)
	for _, lines := range [][]string{nil, {"Cookie: a=b"}, {"Authorization: Basic dDp0"}, {"X-Session-Token: "}, {"Authorization: Bearer "}, {"X-Session-Token: a\x00b"}} {
		if w := get(h, lines...); w.Code != http.StatusUnauthorized {
			t.Errorf("%q: status %d, want 401", lines, w.Code)
		}
	}
	if s := guard.Stats(); len(fake.calls) != 0 || fake.readyCalls() != 0 || s.Hits != 0 {
		t.Errorf("calls %v, stats %+v", fake.calls, s)
	}
}
