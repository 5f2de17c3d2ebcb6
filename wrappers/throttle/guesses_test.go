package throttle_test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

const (
	guesses  = 10_000
	duration = time.Hour
	promised = 15 * time.Minute
)

// Of 10,000 guesses in an hour, few reach Kratos, and the right person gets in meanwhile.
func TestGuesses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		guess   func(s *site, i int) submission
		most    int // that reach Kratos
		address string
		within  time.Duration
	}{
		"one address guesses one password: another address is let in at once": {
			func(_ *site, i int) submission { return password("ada", fmt.Sprint(i)).from("198.51.100.1") },
			20, "192.0.2.9", 0,
		},
		"one address guesses one password by pages": {
			func(_ *site, i int) submission { return password("ada", fmt.Sprint(i)).from("198.51.100.1").asPage() },
			20, "192.0.2.9", 0,
		},
		"20 addresses guess one password: another is let in within the promised time": {
			func(_ *site, i int) submission { return password("ada", fmt.Sprint(i)).from(address(i % 20)) },
			130, "192.0.2.9", promised,
		},
		"each guess has an address of its own: a known one is let in at once": {
			func(_ *site, i int) submission { return password("ada", fmt.Sprint(i)).from(address(i)) },
			130, knownAddress, 0,
		},
		"one address tries the passwords of many people: its own known people are let in at once": {
			func(_ *site, i int) submission { return password(fmt.Sprint("user", i), "guess").from(knownAddress) },
			120, knownAddress, 0,
		},
		"each guess of a recovery code has a flow of its own": {
			func(s *site, i int) submission { return recoveryGuess(i).from("198.51.100.1") },
			120, "192.0.2.9", 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite()
				s.expect(t, password("ada", "right").from(knownAddress), 200)
				reached := s.count()
				for i := range guesses {
					if i == guesses/2 {
						reached += s.login(t, tc.address, tc.within, func(i int) submission { return tc.guess(s, i) })
					}
					s.send(tc.guess(s, i))
					time.Sleep(duration / guesses)
				}
				reached = s.count() - reached
				t.Logf("%d of %d guesses reached Kratos", reached, guesses)
				if reached > tc.most || reached < 5 {
					t.Errorf("%d guesses reached Kratos, want 5 to %d", reached, tc.most)
				}
			})
		})
	}
}

const knownAddress = "203.0.113.7"

func address(i int) string { return fmt.Sprintf("198.18.%d.%d", i/250, i%250+1) }

func recoveryGuess(i int) submission {
	s := submission{flow: "recovery", id: fmt.Sprintf("00000000-0000-0000-0000-%012d", i/2)}
	s.fields = map[string]string{"method": "code", "email": "ada@example.org"}
	if i%2 == 1 {
		s.fields = map[string]string{"method": "code", "code": fmt.Sprint(i)}
	}
	return s
}

// login is a person who submits the right password again each time that Retry-After allows, while
// the guesses go on. It returns how many submissions reached Kratos.
func (s *site) login(t *testing.T, address string, within time.Duration, guess func(int) submission) int {
	t.Helper()
	before, begin := s.count(), time.Now()
	for {
		w := s.send(password("ada", "right").from(address))
		if w.Code == 200 {
			t.Logf("the person is let in after %v", time.Since(begin))
			return s.count() - before
		}
		wait, err := strconv.Atoi(w.Header().Get("Retry-After"))
		if err != nil || w.Code != http.StatusTooManyRequests || time.Since(begin) > within {
			t.Fatalf("the person is not let in after %v: %d", time.Since(begin), w.Code)
		}
		for i := range wait {
			time.Sleep(time.Second)
			s.send(guess(i))
		}
	}
}

// Who knows a password, and guesses the second factor, gets no free attempts with another login.
func TestSecondFactorAcrossSessions(t *testing.T) {
	t.Parallel()
	for name, page := range map[string]bool{"a native client": false, "a page": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite()
				passed := 0
				for i := range 100 {
					login := password("ada", "right").from(address(i))
					login.page = page
					w := s.send(login)
					guess := submission{address: address(i), page: page, fields: map[string]string{"method": "totp", "totp_code": "000000"}}
					r := guess.request()
					if page {
						r.AddCookie(w.Result().Cookies()[0])
					} else {
						r.Header.Set("X-Session-Token", fmt.Sprint("ory_st_", s.sessions))
					}
					if s.serve(r).Code != http.StatusTooManyRequests {
						passed++
					}
				}
				if passed != 6 { // 5 are free, and the next closes the gate
					t.Errorf("%d guesses of the second factor passed, want 6", passed)
				}
			})
		})
	}
}

// Of concurrent guesses, the free ones pass, and one that closes the gate.
func TestConcurrentGuesses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := newMapStore()
		store.slow = true
		s := newSite(throttle.SharedStore(store, secret))
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() { s.send(password("ada", "wrong")) })
		}
		wg.Wait()
		if n := s.count(); n != 6 {
			t.Errorf("%d guesses reached Kratos, want 6", n)
		}
	})
}

// The time between attempts doubles up to a limit, and who waits for it is let through.
func TestRetryAfterGrows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite(throttle.PerIdentifier(2, 10*time.Second), throttle.PerAddress(1000, time.Second))
		guess := password("ada", "wrong")
		for range 3 {
			s.expect(t, guess, 400)
		}
		for _, want := range []int{1, 2, 4, 8, 10, 10} {
			w := s.expect(t, guess, 429)
			if got := w.Header().Get("Retry-After"); got != strconv.Itoa(want) {
				t.Fatalf("Retry-After is %q, want %d", got, want)
			}
			time.Sleep(time.Duration(want)*time.Second - time.Millisecond)
			s.expect(t, guess, 429)
			time.Sleep(time.Millisecond)
			s.expect(t, guess, 400)
		}
		time.Sleep(24 * time.Hour)
		s.expect(t, guess, 400)
		s.expect(t, guess, 400)
	})
}

// A success of another person does not make an address known for an identifier.
func TestAddressIsNotMadeKnown(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string]map[string]string{
		"by a passkey beside the identifier":           {"method": "passkey", "passkey_login": "{}", "identifier": "ada", "password": "x"},
		"by a second factor beside the identifier":     {"method": "totp", "totp_code": "123456", "identifier": "ada"},
		"by a login without a method, as it is unsure": {"identifier": "ada", "password": "right"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite()
				s.expect(t, submission{fields: fields}, 200)
				for i := range 10 {
					s.send(password("ada", "wrong").from(address(i)))
				}
				s.expect(t, password("ada", "right"), 429)
			})
		})
	}
}
