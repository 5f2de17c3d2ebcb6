package rediscounter

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

// A Store is a [throttle.Store] in Redis. It is safe for concurrent use.
type Store struct {
	client redis.UniversalClient
	prefix string
}

var _ throttle.Store = (*Store)(nil)

// New returns a store whose keys in Redis begin with prefix, such as "myapp:". The client is that
// of a server, of Sentinel, or of a cluster; the caller closes it. New panics if client is nil.
func New(client redis.UniversalClient, prefix string) *Store {
	if client == nil {
		panic("rediscounter: New needs a client")
	}
	return &Store{client: client, prefix: prefix}
}

// Add adds n to a counter (SET with NX and PX, and INCRBY, in one transaction), or reads it if n is
// 0 (GET). ttl is rounded up to milliseconds.
func (s *Store) Add(ctx context.Context, key string, n int64, ttl time.Duration) (int64, error) {
	return wait(ctx, func() (int64, error) {
		if n == 0 {
			return s.get(ctx, s.prefix+key)
		}
		return s.add(ctx, s.prefix+key, n, max(ttl+time.Millisecond-1, time.Millisecond).Truncate(time.Millisecond))
	})
}

func (s *Store) get(ctx context.Context, key string) (int64, error) {
	value, err := s.client.Get(ctx, key).Int64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return value, wrapError("GET", err)
}

func (s *Store) add(ctx context.Context, key string, n int64, ttl time.Duration) (int64, error) {
	var value *redis.IntCmd
	_, err := s.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.SetNX(ctx, key, 0, ttl)
		value = p.IncrBy(ctx, key, n)
		return nil
	})
	if err != nil {
		return 0, wrapError("INCRBY", err)
	}
	return value.Val(), nil
}

// wait returns the result of a command, or an error when ctx ends: by default (without
// ContextTimeoutEnabled), a client that waits for a response ignores ctx. The command then ends
// with the time-outs of the client.
func wait(ctx context.Context, command func() (int64, error)) (int64, error) {
	type result struct {
		value int64
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := command()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
