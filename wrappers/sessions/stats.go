package sessions

import "sync/atomic"

// Stats counts what a guard has done since it was made. Each request with a credential is counted
// once in Hits, Refused, Merged, Stale, or as one of the Calls or StoreHits.
type Stats struct {
	// Hits were decided by a session in the cache.
	Hits uint64
	// Calls are calls of Kratos that check a session (toSession).
	Calls uint64
	// Merged waited for the call of another request with the same credential.
	Merged uint64
	// Refused were refused without a call, because Kratos had just refused the credential.
	Refused uint64
	// Unmet are sessions that did not fulfil a [Need].
	Unmet uint64
	// Stale were decided by a session that could not be checked; see the option [Stale].
	Stale uint64
	// Doubtful are sessions that Kratos seemed to refuse, so that it was asked whether it is ready.
	Doubtful uint64
	// Forgotten are calls of Forget, ForgetToken and ForgetIdentity, also by the guard itself.
	Forgotten uint64
	// StoreHits are sessions from the shared store.
	StoreHits uint64
	// StoreErrors are failed operations of the shared store.
	StoreErrors uint64
	// Entries is the number of sessions in the cache, approximately.
	Entries int
}

// counters are the counters of Stats.
type counters struct {
	hits, calls, merged, refused, unmet, stale, doubtful, forgotten, storeHits, storeErrors atomic.Uint64
}

// Stats returns the counters, for metrics.
func (g *Guard) Stats() Stats {
	c := &g.counts
	s := Stats{
		Hits: c.hits.Load(), Calls: c.calls.Load(), Merged: c.merged.Load(), Refused: c.refused.Load(), Unmet: c.unmet.Load(),
		Stale: c.stale.Load(), Doubtful: c.doubtful.Load(), Forgotten: c.forgotten.Load(),
		StoreHits: c.storeHits.Load(), StoreErrors: c.storeErrors.Load(),
	}
	if g.cache != nil {
		s.Entries = g.cache.entries.EstimatedSize()
	}
	return s
}
