package throttle

import (
	"context"
	"time"
)

// bucket counts the failures of something. When the free ones are used up, an attempt has to pass
// the gates.
type bucket struct {
	count  string
	free   int
	window time.Duration
	gates  []gate
}

// gate lets one attempt through, and is closed afterwards. While it is closed, its counter has the
// time at which it opens, in milliseconds since 1970.
type gate struct {
	key     string
	longest time.Duration // for which it is closed
}

// delay returns how long a gate is closed after an attempt, by the failures above the free ones.
func (g gate) delay(failures int64) time.Duration {
	if failures > 20 {
		return g.longest
	}
	return min(time.Second<<max(failures, 0), g.longest)
}

// admit counts an attempt in all buckets, or returns how long the client has to wait. It counts the
// attempt before it is known whether it fails, or concurrent ones would all be free.
func (c *counters) admit(ctx context.Context, buckets []bucket) (wait time.Duration) {
	now := time.Now()
	for _, b := range buckets { // those that are refused must not close the gates of others
		wait = max(wait, c.look(ctx, b, now))
	}
	if wait > 0 {
		return wait
	}
	for i, b := range buckets {
		if wait = c.enter(ctx, b, now); wait > 0 {
			c.refund(ctx, buckets[:i+1])
			return wait
		}
	}
	return 0
}

// look returns how long the gates of a bucket remain closed, or 0.
func (c *counters) look(ctx context.Context, b bucket, now time.Time) (wait time.Duration) {
	failures := c.add(ctx, b.count, 0, b.window)
	if failures < int64(b.free) {
		return 0
	}
	for _, g := range b.gates {
		if opens := c.add(ctx, g.key, 0, g.longest); opens > 0 {
			wait = max(wait, g.remaining(opens, now))
		}
	}
	return wait
}

// enter counts an attempt, and closes the gates behind it. Of concurrent attempts, the first at the
// first gate passes: others do not close the next one.
func (c *counters) enter(ctx context.Context, b bucket, now time.Time) time.Duration {
	failures := c.add(ctx, b.count, 1, b.window) - 1
	if failures < int64(b.free) {
		return 0
	}
	for _, g := range b.gates {
		closed := g.delay(failures - int64(b.free))
		opens := now.Add(closed).UnixMilli()
		if value := c.add(ctx, g.key, opens, closed); value != opens {
			return min(g.remaining(value, now), closed)
		}
	}
	return 0
}

// remaining returns how long a gate remains closed. Attempts that were late add to its value.
func (g gate) remaining(opens int64, now time.Time) time.Duration {
	return min(max(time.UnixMilli(opens).Sub(now), time.Millisecond), g.longest)
}

// refund takes back an attempt.
func (c *counters) refund(ctx context.Context, buckets []bucket) {
	for _, b := range buckets {
		c.add(ctx, b.count, -1, b.window)
	}
}
