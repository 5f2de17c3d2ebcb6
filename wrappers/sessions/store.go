package sessions

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"sync"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A Store keeps values for several processes, for example in Redis (wrappers/sessions/redis). The values are
// sealed by the guard: a store can lose them, but not read or change them.
type Store interface {
	// Get returns the value of a key, or nil without an error if there is none.
	Get(ctx context.Context, key string) ([]byte, error)
	// Set stores a value, which can be removed after ttl.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error
	// Delete removes a key, which may not exist.
	Delete(ctx context.Context, key string) error
}

const (
	storeTimeout = 250 * time.Millisecond // of an operation, for which a person waits
	localCopy    = time.Second            // until a copy of a stored session is checked again
	skew         = 5 * time.Second        // between the clocks of the processes
	maxPending   = 10_000
)

// shared is the cache of several processes in a store. Sessions are stored by the keys of their
// credentials. A mark is the time at which a credential or an identity was forgotten: sessions from
// before do not count, also those that another process stores later.
type shared struct {
	seal
	store Store
	owner string

	mu       sync.Mutex
	down     time.Time            // of the last error
	running  bool                 // flush
	writing  map[string]time.Time // marks that are being stored
	pending  map[string]time.Time // marks that could not be stored
	flushing string               // the mark that flush stores now
	closed   bool
	flushes  sync.WaitGroup
}

// stored is a session in the store.
type stored struct {
	Owner   string          `json:"owner"` // the process that asked, which also renews it
	Session json.RawMessage `json:"session"`
	Asked   time.Time       `json:"asked"`
	End     time.Time       `json:"end"`
}

func newShared(store Store, secret []byte) *shared {
	if store == nil || len(secret) < 32 {
		panic("sessions: SharedStore needs a store and a secret of at least 32 bytes")
	}
	return &shared{seal: newSeal(secret), store: store, owner: rand.Text(), writing: map[string]time.Time{}, pending: map[string]time.Time{}}
}

func sessionName(k key) string { return "session:" + base64.RawURLEncoding.EncodeToString(k[:]) }

func (s *shared) credentialMark(k key) string {
	return "forgot:" + base64.RawURLEncoding.EncodeToString(k[:])
}

func (s *shared) identityMark(id string) string {
	k := s.nameKey(id)
	return "forgot-identity:" + base64.RawURLEncoding.EncodeToString(k[:])
}

// get returns the entry of a credential, or nil. It ends soon, so that the store is asked whether
// another process has forgotten it.
func (s *shared) get(ctx context.Context, k key, g *Guard) *entry {
	name := sessionName(k)
	var v stored
	session := new(kratos.Session)
	if !s.read(ctx, name, g, &v) || json.Unmarshal(v.Session, session) != nil || session.Identity == nil {
		return nil
	}
	now := time.Now()
	e := &entry{session: session, asked: v.Asked, end: v.End}
	if latest := v.Asked.Add(g.longest); latest.Before(e.end) { // the other process has another Cache
		e.end = latest
	}
	if v.Owner == s.owner {
		e.end = renewal(e)
	}
	switch {
	case !now.Before(e.end), e.asked.After(now.Add(skew)), !now.Before(session.ExpiresAt):
		return nil
	case s.hasForgotten(ctx, k, e, g):
		return nil
	}
	if soon := now.Add(localCopy); soon.Before(e.end) {
		e.end = soon
	}
	return e
}

// set stores an entry, and shortens it for this process.
func (s *shared) set(ctx context.Context, k key, e *entry, g *Guard) {
	session, err := json.Marshal(e.session)
	now := time.Now()
	ttl := e.end.Sub(now)
	if err != nil || ttl <= 0 {
		return
	}
	s.write(ctx, sessionName(k), stored{s.owner, session, e.asked, e.end}, ttl, g)
	e.end = renewal(e)
	if soon := now.Add(localCopy); soon.Before(e.end) && s.isUp(now) {
		e.end = soon
	}
}

// renewal returns when the process that asked about a session asks again: a little before the
// others would, which then find its session in the store.
func renewal(e *entry) time.Time { return e.end.Add(-e.end.Sub(e.asked) / 200) }

// hasForgotten reports whether a process has forgotten the credential or the identity of an entry.
func (s *shared) hasForgotten(ctx context.Context, k key, e *entry, g *Guard) bool {
	return s.isForgotten(ctx, s.credentialMark(k), e, g) || s.isForgotten(ctx, s.identityMark(e.session.Identity.ID), e, g)
}

// isForgotten reports whether there is a mark that is younger than an entry. If the store fails, it
// is: nobody knows.
func (s *shared) isForgotten(ctx context.Context, mark string, e *entry, g *Guard) bool {
	if at := s.markedAt(mark); !at.IsZero() && !e.asked.After(at.Add(skew)) {
		return true
	}
	var stored time.Time
	found, err := s.readMark(ctx, mark, g, &stored)
	return err != nil || found && !e.asked.After(stored.Add(skew))
}

func (s *shared) forget(ctx context.Context, k key, at time.Time, g *Guard) {
	s.mark(ctx, s.credentialMark(k), at, g)
	s.do(ctx, g, func(ctx context.Context) error { return s.store.Delete(ctx, sessionName(k)) })
}

func (s *shared) forgetIdentity(ctx context.Context, id string, at time.Time, g *Guard) {
	s.mark(ctx, s.identityMark(id), at, g)
}

func (s *shared) isUp(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Sub(s.down) >= memory
}

// do calls the store, unless it failed a moment ago, and reports whether that succeeded.
func (s *shared) do(ctx context.Context, g *Guard, call func(context.Context) error) bool {
	if !s.isUp(time.Now()) {
		return false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	if err := call(ctx); err != nil {
		g.counts.storeErrors.Add(1)
		s.mu.Lock()
		s.down = time.Now()
		s.mu.Unlock()
		return false
	}
	s.flush(g)
	return true
}

// read reads and opens a value, and reports whether there is one.
func (s *shared) read(ctx context.Context, name string, g *Guard, v any) bool {
	found, _ := s.readMark(ctx, name, g, v)
	return found
}

func (s *shared) readMark(ctx context.Context, name string, g *Guard, v any) (found bool, err error) {
	var sealed []byte
	if !s.do(ctx, g, func(ctx context.Context) (err error) { sealed, err = s.store.Get(ctx, name); return err }) {
		return false, errStore
	}
	if sealed == nil {
		return false, nil
	}
	text, err := s.open(name, sealed)
	if err != nil {
		g.counts.storeErrors.Add(1)
		return false, errStore
	}
	return true, json.Unmarshal(text, v)
}

// write seals and stores a value.
func (s *shared) write(ctx context.Context, name string, v any, ttl time.Duration, g *Guard) bool {
	text, err := json.Marshal(v)
	if err != nil {
		return false
	}
	return s.do(ctx, g, func(ctx context.Context) error { return s.store.Set(ctx, name, s.lock(name, text), ttl) })
}
