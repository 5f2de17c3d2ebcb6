package rediscounter_test

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

	"github.com/kratoskit/kratos-go/wrappers/throttle/redis"
)

// process is a Redis without a connection: it gets the commands of a transaction, or a single one.
type process func(cmds []redis.Cmder) error

func (process) DialHook(redis.DialHook) redis.DialHook {
	return func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no network") }
}

func (p process) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(_ context.Context, cmd redis.Cmder) error { return p([]redis.Cmder{cmd}) }
}

func (p process) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(_ context.Context, cmds []redis.Cmder) error { return p(cmds) }
}

func newStore(t *testing.T, prefix string, p process) *rediscounter.Store {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:0", MaxRetries: -1})
	t.Cleanup(func() { client.Close() })
	client.AddHook(p)
	return rediscounter.New(client, prefix)
}

func TestCommands(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		n    int64
		ttl  time.Duration
		want [][]any
	}{
		"a counter is read":                        {0, time.Minute, [][]any{{"get", "app:k"}}},
		"a counter is created, and added to":       {2, time.Minute, transaction(2, "ex", 60)},
		"a number is subtracted":                   {-1, time.Minute, transaction(-1, "ex", 60)},
		"a ttl of milliseconds":                    {1, 1500 * time.Millisecond, transaction(1, "px", 1500)},
		"a ttl between milliseconds is rounded up": {1, time.Millisecond + 1, transaction(1, "px", 2)},
		"without time left, the counter ends":      {1, 0, transaction(1, "px", 1)},
		"a negative ttl is not one without an end": {1, -1, transaction(1, "px", 1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got [][]any
			s := newStore(t, "app:", func(cmds []redis.Cmder) error {
				for _, cmd := range cmds {
					got = append(got, cmd.Args())
				}
				return nil
			})
			_, _ = s.Add(t.Context(), "k", tc.n, tc.ttl)
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func transaction(n int64, unit string, ttl int64) [][]any {
	return [][]any{{"multi"}, {"set", "app:k", 0, unit, ttl, "nx"}, {"incrby", "app:k", n}, {"exec"}}
}

// redisError is a response of Redis.
type redisError string

func (e redisError) Error() string { return string(e) }
func (redisError) RedisError()     {}

// An error says what failed, without the key.
func TestErrors(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"a response with the arguments":       {redisError("ERR unknown command, with args beginning with: 'SECRET'"), ": ERR"},
		"a response that is wrapped":          {fmt.Errorf("hook SECRET: %w", redisError("NOPERM No permissions to access SECRET")), ": NOPERM"},
		"a refused connection":                {&net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 6379}, Err: errors.New("refused")}, ": dial tcp 127.0.0.1:6379: refused"},
		"no connection in time":               {context.DeadlineExceeded, ": context deadline exceeded"},
		"an error that is not of the network": {errors.New(`redis: can't parse "SECRET"`), ""},
	} {
		for command, n := range map[string]int64{"GET": 0, "INCRBY": 1} {
			t.Run(name+", "+command, func(t *testing.T) {
				t.Parallel()
				s := newStore(t, "", func(cmds []redis.Cmder) error {
					for _, cmd := range cmds {
						cmd.SetErr(tc.err)
					}
					return tc.err
				})
				_, err := s.Add(t.Context(), "SECRET", n, time.Second)
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
	begun, end := make(chan struct{}), make(chan struct{})
	defer close(end)
	s := newStore(t, "", func([]redis.Cmder) error {
		close(begun)
		<-end
		return nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	if _, err := s.Add(ctx, "k", 1, time.Second); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestNewWithoutClient(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("New did not panic")
		}
	}()
	rediscounter.New(nil, "")
}
