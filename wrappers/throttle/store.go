package throttle

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// A Store has the counters of several processes, for example in Redis (wrappers/throttle/redis).
type Store interface {
	// Add adds n, which can be negative or 0, to a counter and returns its new value, in one atomic
	// step. A counter that does not exist is 0; if n is not 0, it is created, and removed ttl after
	// that, whatever is added in between.
	Add(ctx context.Context, key string, n int64, ttl time.Duration) (int64, error)
}

const (
	storeTimeout = 250 * time.Millisecond // of an operation, for which a person waits
	storePause   = time.Second            // after a failure
	logPause     = time.Minute
)

// counters are in the shared store, if there is one, and in memory while that fails.
type counters struct {
	shared Store
	local  *memory
	logger *slog.Logger

	mu     sync.Mutex
	failed time.Time // of the shared store, the last time
	logged time.Time
}

// add is [Store.Add], which does not fail: what the client does has no influence on it.
func (c *counters) add(ctx context.Context, key string, n int64, ttl time.Duration) int64 {
	if c.shared == nil || c.isDown(time.Now()) {
		return c.local.add(key, n, ttl)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	value, err := c.shared.Add(ctx, key, n, ttl)
	if err != nil {
		c.fail(ctx, err)
		return c.local.add(key, n, ttl)
	}
	return value
}

func (c *counters) isDown(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.failed.IsZero() && now.Sub(c.failed) < storePause
}

func (c *counters) fail(ctx context.Context, err error) {
	c.mu.Lock()
	now := time.Now()
	c.failed = now
	logs := c.logged.IsZero() || now.Sub(c.logged) >= logPause
	if logs {
		c.logged = now
	}
	c.mu.Unlock()
	if logs {
		c.logger.WarnContext(ctx, "kratos: the store of the throttle fails, this process counts by itself", "error", err)
	}
}
