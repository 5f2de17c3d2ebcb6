package server

import (
	"slices"
	"time"
)

// Limits of what is kept, so that no number of requests takes all memory.
const (
	maxFlows      = 4096
	maxLinks      = 64 // of a flow
	maxMessages   = 64 // of a form
	maxErrors     = 4096
	maxMails      = 16384
	maxSessions   = 65536
	maxIdentities = 200000
)

// bound drops the oldest flows, forms, errors, messages and sessions beyond the limits.
func (s *Server) bound() {
	dropOldest(s.flows, maxFlows, func(f *flow) time.Time { return f.CreatedAt })
	dropOldest(s.paused, maxFlows, func(p *pausedForm) time.Time { return p.ExpiresAt })
	dropOldest(s.errors, maxErrors, func(e *storedError) time.Time { return e.CreatedAt })
	if n := len(s.mails) - maxMails; n > 0 {
		s.mails = slices.Delete(s.mails, 0, n)
	}
	if n := len(s.sessions) - maxSessions; n > 0 {
		s.sessions = slices.Delete(s.sessions, 0, n)
	}
}

// dropOldest deletes the oldest quarter of what is kept if that is more than a limit.
func dropOldest[T any](kept map[string]T, limit int, created func(T) time.Time) {
	if len(kept) <= limit {
		return
	}
	ids := make([]string, 0, len(kept))
	for id := range kept {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return created(kept[a]).Compare(created(kept[b])) })
	for _, id := range ids[:len(ids)/4] {
		delete(kept, id)
	}
}
