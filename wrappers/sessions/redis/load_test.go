//go:build redis

package redisstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	clients     = 64
	credentials = 40
	lifetime    = 2 * time.Second
	outage      = 4 * time.Second
)

// Redis is killed, or does not respond, under load: the guards go on without it, with no wrong
// answer, and no request that waits for it. When it is back, they use it again, and store what was
// forgotten meanwhile.
func TestRedisFailsUnderLoad(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fail, recover func(*server)
		marks         int // after it, of a credential and an identity for each forgotten person
	}{
		"it is killed, and starts without data": {(*server).kill, (*server).restart, 2 * 4},
		"it does not respond":                   {(*server).freeze, (*server).thaw, 2 * 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachines(t, lifetime)
			l := startLoad(t, m)
			l.revokeOne(t, "before")
			time.Sleep(outage / 2)

			tc.fail(m.server)
			before := m.storeErrors()
			for i := range 4 {
				time.Sleep(outage / 4)
				l.revokeOne(t, fmt.Sprint("during-", i))
			}
			if m.storeErrors() == before {
				t.Error("Redis did not fail")
			}

			tc.recover(m.server)
			m.awaitShared(t)
			m.awaitMarks(t, tc.marks)
			l.revokeOne(t, "after")
			time.Sleep(outage / 2)
			l.end(t)
		})
	}
}

// load is requests of many clients, with credentials that are valid, invalid or revoked.
type load struct {
	*machines
	cancel context.CancelFunc
	wg     sync.WaitGroup

	requests, wrong atomic.Int64
	longest         atomic.Int64 // nanoseconds
	problem         atomic.Value // one of the wrong answers
}

func startLoad(t *testing.T, m *machines) *load {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &load{machines: m, cancel: cancel}
	for i := range credentials {
		m.login(fmt.Sprint("valid-", i))
	}
	for range clients {
		l.wg.Go(func() {
			for ctx.Err() == nil {
				l.request(t)
			}
		})
	}
	return l
}

// request checks one credential on one machine. Load leaves some time for Redis.
func (l *load) request(t *testing.T) {
	kind, machine := "valid", rand.IntN(2)
	if rand.IntN(4) == 0 {
		kind = "invalid"
	}
	id := fmt.Sprint(kind, "-", rand.IntN(credentials))
	begin := time.Now()
	err := l.expect(t.Context(), machine, id, kind == "valid")
	l.count(time.Since(begin), err)
	time.Sleep(time.Millisecond)
}

func (l *load) count(took time.Duration, err error) {
	l.requests.Add(1)
	for longest := l.longest.Load(); int64(took) > longest && !l.longest.CompareAndSwap(longest, int64(took)); {
		longest = l.longest.Load()
	}
	if err != nil {
		l.wrong.Add(1)
		l.problem.Store(err.Error())
	}
}

// revokeOne revokes the session of a person, and makes the first machine forget it, as the
// credential and as the identity. The second may use it until its lifetime ends.
func (l *load) revokeOne(t *testing.T, id string) {
	t.Helper()
	l.login(id)
	for machine := range l.guards {
		l.count(0, l.expect(t.Context(), machine, id, true))
	}
	l.revoke(id)
	revoked := time.Now()
	l.guards[0].ForgetToken(t.Context(), "token-of-"+id)
	l.guards[0].ForgetIdentity(t.Context(), id)
	l.wg.Go(func() {
		for ended := false; !ended; time.Sleep(50 * time.Millisecond) {
			l.count(0, l.expect(t.Context(), 0, id, false))
			ended = time.Since(revoked) > lifetime
			passes, err := check(t.Context(), l.guards[1], id)
			if ended && passes {
				err = fmt.Errorf("%s passes longer than the lifetime", id)
			}
			l.count(0, err)
		}
	})
}

// awaitShared waits until a session that one machine stores is used by the other.
func (m *machines) awaitShared(t *testing.T) {
	t.Helper()
	n := 0
	eventually(t, func() bool {
		n++
		id := fmt.Sprint("shared-", n)
		m.login(id)
		for machine := range m.guards {
			if err := m.expect(t.Context(), machine, id, true); err != nil {
				t.Error(err)
			}
		}
		return m.count(id) == 1
	}, "Redis is used again")
}

// awaitMarks waits until so many credentials and identities are forgotten in Redis.
func (m *machines) awaitMarks(t *testing.T, want int) {
	t.Helper()
	eventually(t, func() bool { return len(m.redis.Keys(t.Context(), prefix+"forgot*").Val()) >= want }, "%d marks are stored", want)
}

// end ends the load. A request that takes longer than patience is a wrong answer.
func (l *load) end(t *testing.T) {
	t.Helper()
	l.cancel()
	l.wg.Wait()
	stats := [2]any{l.guards[0].Stats(), l.guards[1].Stats()}
	t.Logf("%d requests, %d wrong answers, the longest took %v; %+v", l.requests.Load(), l.wrong.Load(), time.Duration(l.longest.Load()), stats)
	if l.wrong.Load() > 0 || l.requests.Load() < clients {
		t.Errorf("%d of %d answers were wrong, such as: %v", l.wrong.Load(), l.requests.Load(), l.problem.Load())
	}
}
