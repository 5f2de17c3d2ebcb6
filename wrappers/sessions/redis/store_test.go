package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"github.com/kratoskit/kratos-go/wrappers/sessions/redis"
)

// process is a Redis without a connection.
type process func(ctx context.Context, cmd redis.Cmder) error

func (process) DialHook(redis.DialHook) redis.DialHook {
	return func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no network") }
}

func (p process) ProcessHook(redis.ProcessHook) redis.ProcessHook { return redis.ProcessHook(p) }

func (process) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func newStore(t *testing.T, prefix string, p process) *redisstore.Store {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:0", MaxRetries: -1})
	t.Cleanup(func() { client.Close() })
	client.AddHook(p)
	return redisstore.New(client, prefix)
}

// operations are the operations of a store with a secret key and a secret value.
var operations = map[string]func(ctx context.Context, s sessions.Store) error{
	"GET": func(ctx context.Context, s sessions.Store) error { _, err := s.Get(ctx, "SECRET"); return err },
	"SET": func(ctx context.Context, s sessions.Store) error {
		return s.Set(ctx, "SECRET", []byte("SECRET"), time.Second)
	},
	"DEL": func(ctx context.Context, s sessions.Store) error { return s.Delete(ctx, "SECRET") },
}

func TestCommands(t *testing.T) {
	t.Parallel()
	set := func(ttl time.Duration) func(ctx context.Context, s sessions.Store) error {
		return func(ctx context.Context, s sessions.Store) error { return s.Set(ctx, "k", []byte{0, 'v'}, ttl) }
	}
	for name, tc := range map[string]struct {
		prefix string
		call   func(ctx context.Context, s sessions.Store) error
		want   []any
	}{
		"a value is read": {"app:", operations["GET"], []any{"get", "app:SECRET"}},
		"without a prefix, the key is that of the guard": {"", operations["GET"], []any{"get", "SECRET"}},
		"a key is deleted":                                 {"app:", operations["DEL"], []any{"del", "app:SECRET"}},
		"a ttl of seconds":                                 {"app:", set(time.Minute), []any{"set", "app:k", []byte{0, 'v'}, "ex", int64(60)}},
		"a ttl of milliseconds":                            {"app:", set(1500 * time.Millisecond), []any{"set", "app:k", []byte{0, 'v'}, "px", int64(1500)}},
		"a ttl between milliseconds is rounded up":         {"app:", set(1500*time.Millisecond + 1), []any{"set", "app:k", []byte{0, 'v'}, "px", int64(1501)}},
		"without time left, the value is not kept":         {"app:", set(0), []any{"set", "app:k", []byte{0, 'v'}, "px", int64(1)}},
		"-1 is not what keeps the ttl of the value before": {"app:", set(redis.KeepTTL), []any{"set", "app:k", []byte{0, 'v'}, "px", int64(1)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []any
			s := newStore(t, tc.prefix, func(_ context.Context, cmd redis.Cmder) error { got = cmd.Args(); return nil })
			if err := tc.call(t.Context(), s); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err   error
		value string
		want  []byte
	}{
		"a value":                             {nil, "\x00v", []byte{0, 'v'}},
		"an empty value is not a missing one": {nil, "", []byte{}},
		"a missing key":                       {redis.Nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, "", func(_ context.Context, cmd redis.Cmder) error {
				cmd.(*redis.StringCmd).SetVal(tc.value)
				cmd.SetErr(tc.err)
				return tc.err
			})
			got, err := s.Get(t.Context(), "k")
			if err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// redisError is a response of Redis.
type redisError string

func (e redisError) Error() string { return string(e) }
func (redisError) RedisError()     {}

// An error says what failed, without the key and the value.
func TestErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"a response with the arguments":       {redisError("ERR unknown command, with args beginning with: 'SECRET' 'SECRET'"), ": ERR"},
		"a response that is wrapped":          {fmt.Errorf("hook SECRET: %w", redisError("NOPERM No permissions to access SECRET")), ": NOPERM"},
		"a refused connection":                {&net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 6379}, Err: errors.New("refused")}, ": dial tcp 127.0.0.1:6379: refused"},
		"no connection in time":               {context.DeadlineExceeded, ": context deadline exceeded"},
		"a closed client":                     {redis.ErrClosed, ": redis: client is closed"},
		"an error that is not of the network": {errors.New(`redis: can't parse "SECRET"`), ""},
	} {
		for command, operation := range operations {
			t.Run(name+", "+command, func(t *testing.T) {
				t.Parallel()
				err := operation(t.Context(), newStore(t, "", func(_ context.Context, cmd redis.Cmder) error { cmd.SetErr(tc.err); return tc.err }))
				if want := "kratos: " + command + " failed in Redis" + tc.want; err == nil || err.Error() != want {
					t.Errorf("got %v, want %s", err, want)
				}
				if wrapped := errors.Is(err, tc.err); wrapped && strings.Contains(tc.err.Error(), "SECRET") {
					t.Error("an error with a secret is wrapped")
				}
			})
		}
	}
}

// An operation ends with its context, also if the client waits on.
func TestContext(t *testing.T) {
	t.Parallel()
	for command, operation := range operations {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			begun, end := make(chan struct{}), make(chan struct{})
			defer close(end)
			s := newStore(t, "", func(_ context.Context, cmd redis.Cmder) error {
				close(begun)
				<-end
				return nil
			})
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				<-begun
				cancel()
			}()
			if err := operation(ctx, s); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want %v", err, context.Canceled)
			}
		})
	}
}

func TestNewWithoutClient(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("New did not panic")
		}
	}()
	redisstore.New(nil, "")
}
