package redisstore

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// A Store is a [sessions.Store] in Redis. It is safe for concurrent use.
type Store struct {
	client redis.UniversalClient
	prefix string
}

var _ sessions.Store = (*Store)(nil)

// New returns a store whose keys in Redis begin with prefix, such as "myapp:". The client is that of
// a server, of Sentinel, or of a cluster; the caller closes it, after the guard. New panics if client
// is nil.
func New(client redis.UniversalClient, prefix string) *Store {
	if client == nil {
		panic("redisstore: New needs a client")
	}
	return &Store{client: client, prefix: prefix}
}

// Get returns the value of a key, or nil without an error if there is none (GET).
func (s *Store) Get(ctx context.Context, key string) ([]byte, error) {
	value, err := wait(ctx, func() (string, error) { return s.client.Get(ctx, s.prefix+key).Result() })
	switch {
	case errors.Is(err, redis.Nil):
		return nil, nil
	case err != nil:
		return nil, wrapError("GET", err)
	}
	return []byte(value), nil
}

// Set stores a value for ttl, which is rounded up to milliseconds (SET with PX).
func (s *Store) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	// Without a positive ttl, Redis would keep the value forever.
	ttl = max(ttl+time.Millisecond-1, time.Millisecond).Truncate(time.Millisecond)
	_, err := wait(ctx, func() (string, error) { return s.client.Set(ctx, s.prefix+key, value, ttl).Result() })
	return wrapError("SET", err)
}

// Delete removes a key, which may not exist (DEL).
func (s *Store) Delete(ctx context.Context, key string) error {
	_, err := wait(ctx, func() (int64, error) { return s.client.Del(ctx, s.prefix+key).Result() })
	return wrapError("DEL", err)
}

// wait returns the result of a command, or an error when ctx ends: by default (without
// ContextTimeoutEnabled), a client that waits for a response ignores ctx. The command then ends
// with the time-outs of the client.
func wait[T any](ctx context.Context, command func() (T, error)) (T, error) {
	type result struct {
		value T
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
		var none T
		return none, ctx.Err()
	}
}
