//go:build redis

package redisstore_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"github.com/kratoskit/kratos-go/wrappers/sessions/redis"
)

var secret = bytes.Repeat([]byte("SECRET"), 6)

// machines are guards of two machines with one Kratos and one Redis.
type machines struct {
	*fakeKratos
	server *server
	redis  *redis.Client // of the test
	guards [2]*sessions.Guard
}

func newMachines(t *testing.T, lifetime time.Duration, secrets ...[]byte) *machines {
	t.Helper()
	if secrets == nil {
		secrets = [][]byte{secret, secret}
	}
	fake, client := newFake(t)
	m := &machines{fakeKratos: fake, server: startServer(t)}
	m.redis = m.server.client()
	for i := range m.guards {
		m.guards[i] = sessions.New(client, sessions.Cache(1000, lifetime), sessions.Timeout(time.Minute),
			sessions.SharedStore(redisstore.New(m.server.client(), prefix), secrets[i]))
		t.Cleanup(m.guards[i].Close)
	}
	return m
}

// check returns whether a person has a session, or an error if the guard does not know.
func check(ctx context.Context, g *sessions.Guard, id string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	check, err := g.CheckToken(ctx, "token-of-"+id)
	switch {
	case errors.Is(err, kratos.ErrNoSession):
		return false, nil
	case err != nil:
		return false, err
	case check.Session.Identity.ID != id:
		return false, fmt.Errorf("%s has the session of %s", id, check.Session.Identity.ID)
	}
	return true, nil
}

// expect returns an error unless a guard knows whether a person has a session.
func (m *machines) expect(ctx context.Context, machine int, id string, want bool) error {
	passes, err := check(ctx, m.guards[machine], id)
	if err == nil && passes != want {
		err = errors.New("a wrong answer")
	}
	if err != nil {
		return fmt.Errorf("%s on machine %d: passes: %v, %w", id, machine, passes, err)
	}
	return nil
}

func (m *machines) storeErrors() uint64 {
	return m.guards[0].Stats().StoreErrors + m.guards[1].Stats().StoreErrors
}

// undisturbed runs a test that needs a Redis that responds within the time-out of the guard. If
// Redis did not, because this computer was busy, it runs again with other machines.
func undisturbed(t *testing.T, lifetime time.Duration, test func(ctx context.Context, m *machines) error) {
	t.Helper()
	for range 5 {
		m := newMachines(t, lifetime)
		err := test(t.Context(), m)
		if m.storeErrors() > 0 {
			t.Logf("Redis was late: %d errors, %v", m.storeErrors(), err)
			continue
		}
		if err != nil {
			t.Error(err)
		}
		return
	}
	t.Error("Redis was late in each attempt")
}

// Machines share the sessions: one of them asks Kratos, and then none for the lifetime.
func TestMachinesShareSessions(t *testing.T) {
	t.Parallel()
	undisturbed(t, time.Hour, func(ctx context.Context, m *machines) error {
		m.login("ada")
		for begin := time.Now(); time.Since(begin) < 3*time.Second; time.Sleep(50 * time.Millisecond) {
			for i := range m.guards {
				if err := m.expect(ctx, i, "ada", true); err != nil {
					return err
				}
			}
		}
		if n := m.count("ada"); n != 1 {
			return fmt.Errorf("%d calls to Kratos, want 1", n)
		}
		if n := m.guards[1].Stats().StoreHits; n == 0 {
			return errors.New("no session came from Redis")
		}
		return nil
	})
}

// What one machine forgets, the other does not use for more than a second, and asks Kratos.
func TestForgettingReachesTheOtherMachine(t *testing.T) {
	t.Parallel()
	for name, forget := range map[string]func(context.Context, *sessions.Guard){
		"the credential": func(ctx context.Context, g *sessions.Guard) { g.ForgetToken(ctx, "token-of-ada") },
		"the identity":   func(ctx context.Context, g *sessions.Guard) { g.ForgetIdentity(ctx, "ada") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			undisturbed(t, time.Hour, func(ctx context.Context, m *machines) error {
				m.login("ada")
				err := errors.Join(m.expect(ctx, 0, "ada", true), m.expect(ctx, 1, "ada", true))
				m.revoke("ada")
				forget(ctx, m.guards[0])
				forgotten := time.Now()
				if err := errors.Join(err, m.expect(ctx, 0, "ada", false)); err != nil {
					return err
				}
				for {
					began := time.Now()
					passes, err := check(ctx, m.guards[1], "ada")
					if err != nil || !passes {
						return err
					}
					if began.Sub(forgotten) > time.Second {
						return errors.New("a session passes longer than a second")
					}
					time.Sleep(10 * time.Millisecond)
				}
			})
		})
	}
}

// Each key ends by itself: a session with its lifetime, a mark when no session can be older.
func TestTTLOfKeys(t *testing.T) {
	t.Parallel()
	const lifetime = time.Hour
	undisturbed(t, lifetime, func(ctx context.Context, m *machines) error {
		m.login("ada")
		m.login("bob")
		err := errors.Join(m.expect(ctx, 0, "ada", true), m.expect(ctx, 0, "bob", true))
		m.guards[0].ForgetToken(ctx, "token-of-bob")
		m.guards[0].ForgetIdentity(ctx, "bob")
		kinds := map[string]int{}
		for _, key := range m.keys(ctx) {
			kind, _, _ := strings.Cut(strings.TrimPrefix(key, prefix), ":")
			kinds[kind]++
			low, high := lifetime, lifetime+2*time.Minute
			if kind == "session" {
				low, high = lifetime-time.Minute, lifetime
			}
			if ttl := m.redis.PTTL(ctx, key).Val(); ttl < low || ttl > high {
				err = errors.Join(err, fmt.Errorf("the ttl of a %s is %v", kind, ttl))
			}
		}
		if kinds["session"] != 1 || kinds["forgot"] != 1 || kinds["forgot-identity"] != 1 {
			err = errors.Join(err, fmt.Errorf("there are %v, want one of each", kinds))
		}
		return err
	})
}

func (m *machines) keys(ctx context.Context) []string { return m.redis.Keys(ctx, "*").Val() }

// Nothing that is sent to Redis, or in it, shows a credential or a person.
func TestRedisSeesNoSecret(t *testing.T) {
	t.Parallel()
	undisturbed(t, time.Hour, func(ctx context.Context, m *machines) error {
		end, err := m.monitor(ctx)
		if err != nil {
			return err
		}
		m.login("ada")
		err = errors.Join(m.expect(ctx, 0, "ada", true), m.expect(ctx, 1, "ada", true))
		stored := ""
		for _, key := range m.keys(ctx) {
			stored += key + " " + m.redis.Get(ctx, key).Val()
		}
		m.guards[0].ForgetToken(ctx, "token-of-ada")
		m.guards[0].ForgetIdentity(ctx, "ada")
		commands, monitored := end()
		err = errors.Join(err, monitored)
		for _, part := range []string{`"set" "app:session:`, `"get" "app:session:`, `"del" "app:session:`, `"set" "app:forgot:`, `"set" "app:forgot-identity:`} {
			if !strings.Contains(commands, part) {
				err = errors.Join(err, fmt.Errorf("%s is not among the commands", part))
			}
		}
		if !strings.HasPrefix(stored, "app:session:") {
			err = errors.Join(err, errors.New("no session is stored"))
		}
		for _, private := range []string{"token-of", "-ada", "example.org", "person", "SECRET", "aal1", "session_id", "expires_at"} {
			if strings.Contains(commands+stored, private) {
				err = errors.Join(err, fmt.Errorf("Redis sees %s", private))
			}
		}
		return err
	})
}

// monitor collects the commands that Redis processes until end is called.
func (m *machines) monitor(ctx context.Context) (end func() (string, error), err error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", m.server.addr())
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(conn)
	if _, err = fmt.Fprint(conn, "MONITOR\r\n"); err == nil && (!lines.Scan() || lines.Text() != "+OK") {
		err = fmt.Errorf("MONITOR: %s, %v", lines.Text(), lines.Err())
	}
	return func() (string, error) {
		defer conn.Close()
		const last = "the end of the test"
		if err := errors.Join(conn.SetDeadline(time.Now().Add(patience)), m.redis.Echo(ctx, last).Err()); err != nil {
			return "", err
		}
		var seen strings.Builder
		for lines.Scan() && !strings.Contains(lines.Text(), last) {
			seen.WriteString(lines.Text() + "\n")
		}
		return seen.String(), lines.Err()
	}, err
}

// A machine with another secret finds nothing, and nothing that it stores is used by others, also
// under their keys.
func TestOtherSecret(t *testing.T) {
	t.Parallel()
	m := newMachines(t, time.Hour, secret, bytes.Repeat([]byte("OTHERS"), 6))
	ctx := t.Context()
	m.login("ada")
	for i := range m.guards {
		if err := m.expect(ctx, i, "ada", true); err != nil {
			t.Fatal(err)
		}
	}
	if n := m.count("ada"); n != 2 {
		t.Errorf("%d calls to Kratos, want one by each machine", n)
	}
	keys := m.keys(ctx)
	if len(keys) != 2 {
		t.Fatalf("%d keys, want one by each machine", len(keys))
	}
	one, other := m.redis.Get(ctx, keys[0]).Val(), m.redis.Get(ctx, keys[1]).Val()
	if err := m.redis.MSet(ctx, keys[0], other, keys[1], one).Err(); err != nil {
		t.Fatal(err)
	}
	m.revoke("ada")
	for i := range m.guards {
		eventually(t, func() bool {
			passes, err := check(ctx, m.guards[i], "ada")
			return err == nil && !passes
		}, "machine %d asks Kratos", i)
	}
}
