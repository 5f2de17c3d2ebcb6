package sessions

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/kratoskit/kratos-go/internal/access"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/maypok86/otter/v2"
)

// entry is a session that was valid when Kratos was asked. It is not changed, but for the atomics.
type entry struct {
	session *kratos.Session
	asked   time.Time // when the call to Kratos began
	end     time.Time // of its use without asking

	unmet  atomic.Bool // a need was refused because of this session
	forgot atomic.Bool
	failed atomic.Pointer[failure]
}

// isCurrent reports whether an entry can be used without asking.
func (e *entry) isCurrent(now time.Time) bool { return e.isCurrentAt(now, now.Round(0)) }

// isCurrentAt is isCurrent for a monotonic time, which can stand still while the machine sleeps, and
// a wall clock time, which can be set.
func (e *entry) isCurrentAt(monotonic, wall time.Time) bool {
	return monotonic.Before(e.end) && wall.Before(e.end.Round(0)) && wall.Before(e.session.ExpiresAt)
}

// failure is why an entry could not be renewed.
type failure struct {
	at  time.Time
	err error
}

// failure returns why the entry could not be renewed a moment ago.
func (e *entry) failure(now time.Time) error {
	if f := e.failed.Load(); f != nil && now.Sub(f.at) < memory {
		return f.err
	}
	return nil
}

// refusal is a denial that is kept for a moment.
type refusal struct {
	at  time.Time // when the call to Kratos began
	err error
}

// cache has the entries by the hash of their credentials. Removing an entry, and what a call found
// that began before, are decided under mu: a call never brings back what was forgotten.
type cache struct {
	newKey   func(access.Credential) key
	entries  *otter.Cache[key, *entry]
	refusals *otter.Cache[key, refusal]

	mu      sync.Mutex
	closed  bool
	flights map[key]*flight

	// The times at which identities were forgotten: sessions for which Kratos was asked before do
	// not count any more. After forgetFor, there are none.
	identities   sync.Map // string → time.Time
	forgotten    atomic.Int64
	forgetFor    time.Duration
	lastForgets  time.Time // under mu
	forgetCounts int       // under mu, since the last clean-up
}

// doubt is how long after its end an entry is kept, to know that the session was valid.
const doubt = time.Minute

func newCache(entries int, longest, grace time.Duration) *cache {
	c := &cache{newKey: newKeys(nil), flights: map[key]*flight{}, forgetFor: longest + max(grace, doubt) + maxTimeout}
	c.entries = otter.Must(&otter.Options[key, *entry]{
		MaximumSize: entries,
		ExpiryCalculator: otter.ExpiryWritingFunc(func(e otter.Entry[key, *entry]) time.Duration {
			return max(time.Until(e.Value.end)+max(grace, doubt), 1)
		}),
	})
	c.refusals = otter.Must(&otter.Options[key, refusal]{
		MaximumSize:      entries,
		ExpiryCalculator: otter.ExpiryWriting[key, refusal](memory),
	})
	return c
}

// close stops the goroutines of the cache. There are no further flights.
func (c *cache) close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.entries.StopAllGoroutines()
	c.refusals.StopAllGoroutines()
}

// get returns the entry of a credential, which may have ended, or nil.
func (c *cache) get(k key) *entry {
	e, ok := c.entries.GetIfPresent(k)
	if !ok || !c.isValid(e) {
		return nil
	}
	return e
}

// refusal returns why a credential was refused a moment ago.
func (c *cache) refusal(k key, now time.Time) error {
	if r, ok := c.refusals.GetIfPresent(k); ok && now.Sub(r.at) < memory {
		return r.err
	}
	return nil
}

// isValid reports whether the identity of an entry was not forgotten since Kratos was asked.
func (c *cache) isValid(e *entry) bool {
	if c.forgotten.Load() == 0 {
		return true
	}
	at, ok := c.identities.Load(e.session.Identity.ID)
	return !ok || e.asked.After(at.(time.Time))
}

// join returns the flight of a credential, and whether the caller leads it, which is then counted
// in loads. After close, the flight is nil.
func (c *cache) join(k key, loads *sync.WaitGroup) (f *flight, leads bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, false
	}
	if f := c.flights[k]; f != nil {
		return f, false
	}
	f = &flight{done: make(chan struct{})}
	c.flights[k] = f
	loads.Add(1)
	return f, true
}

// land keeps what a flight has found, unless it was forgotten meanwhile.
func (c *cache) land(k key, f *flight, old *entry) {
	c.mu.Lock()
	if c.flights[k] == f {
		delete(c.flights, k)
	}
	a := f.answer
	switch {
	case f.forgot:
	case a.err == nil:
		if a.entry.isCurrent(time.Now()) && c.isValid(a.entry) {
			c.entries.Set(k, a.entry)
			c.refusals.Invalidate(k)
		} else {
			c.entries.Invalidate(k) // the session before
		}
	case isDenial(a.err):
		c.entries.Invalidate(k)
		c.refusals.Set(k, refusal{a.asked, a.err})
	case old != nil:
		old.failed.Store(&failure{time.Now(), a.err})
	}
	c.mu.Unlock()
	close(f.done)
}

// forget removes what is known about a credential, and what a call finds that is running.
func (c *cache) forget(k key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries.Invalidate(k); ok {
		e.forgot.Store(true) // requests that have it already must not use it when it is stale
	}
	c.refusals.Invalidate(k)
	if f := c.flights[k]; f != nil {
		f.forgot = true
		delete(c.flights, k) // requests from now on ask again
	}
}

// forgetIdentity removes the sessions of an identity, and what all running calls find: each may be
// about one of them. No further request waits for these calls.
func (c *cache) forgetIdentity(id string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cleanUp(at)
	if _, known := c.identities.Swap(id, at); !known {
		c.forgotten.Add(1)
	}
	for _, f := range c.flights {
		f.forgot = true
	}
	clear(c.flights)
}

// cleanUp removes the times that no session in the cache is older than.
func (c *cache) cleanUp(now time.Time) {
	c.forgetCounts++
	if c.forgetCounts < 1000 && now.Sub(c.lastForgets) < c.forgetFor {
		return
	}
	c.forgetCounts, c.lastForgets = 0, now
	c.identities.Range(func(id, at any) bool {
		if now.Sub(at.(time.Time)) > c.forgetFor {
			c.identities.Delete(id)
			c.forgotten.Add(-1)
		}
		return true
	})
}
