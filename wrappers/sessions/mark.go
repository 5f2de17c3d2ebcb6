package sessions

import (
	"context"
	"time"
)

// markLifetime is how long a mark is needed: no session from before it is in use afterwards.
func (g *Guard) markLifetime() time.Duration { return g.longest + g.timeout + 2*skew }

// mark stores a mark. If that fails, flush stores it later.
func (s *shared) mark(ctx context.Context, name string, at time.Time, g *Guard) {
	s.mu.Lock()
	if at.After(s.writing[name]) {
		s.writing[name] = at
	}
	s.mu.Unlock()
	done := s.write(ctx, name, at, g.markLifetime(), g)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writing[name].Equal(at) {
		delete(s.writing, name)
	}
	old, known := s.pending[name]
	switch {
	case done && s.flushing != name: // else flush may have overwritten it with an older one
		if !old.After(at) {
			delete(s.pending, name)
		}
	case at.After(old) && (known || len(s.pending) < maxPending):
		s.pending[name] = at
	}
}

// markedAt returns the time of a mark that may not be in the store yet.
func (s *shared) markedAt(name string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := s.writing[name]; at.After(s.pending[name]) {
		return at
	}
	return s.pending[name]
}

// flush stores the marks that could not be stored before, while no request waits for it.
func (s *shared) flush(g *Guard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pending) == 0 || s.running || s.closed {
		return
	}
	s.running = true
	s.flushes.Go(func() {
		for s.flushOne(g) {
		}
	})
}

// flushOne stores one mark, and reports whether to go on.
func (s *shared) flushOne(g *Guard) bool {
	name, at := s.nextMark(g.markLifetime())
	if name == "" {
		return false
	}
	done := s.write(g.done, name, at, g.markLifetime(), g)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flushing, s.running = "", done
	if done && s.pending[name].Equal(at) {
		delete(s.pending, name)
	}
	return done
}

// nextMark returns a mark that is pending, or "" at the end, and drops those that are not needed any
// more.
func (s *shared) nextMark(lifetime time.Duration) (string, time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, at := range s.pending {
		switch {
		case time.Since(at) >= lifetime:
			delete(s.pending, name)
		case !s.closed:
			s.flushing = name
			return name, at
		}
	}
	s.running = false
	return "", time.Time{}
}

// close ends the storing of marks, and waits for it.
func (s *shared) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.flushes.Wait()
}
