//go:build redis

// make test-redis runs these tests.

package e2e

import (
	"bytes"
	"net"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
	redisstore "github.com/kratoskit/kratos-go/wrappers/sessions/redis"
)

// TestSessionsUnderLoad with two processes, which share their sessions in Redis. The tests of
// package redisstore kill and pause Redis.
func TestSessionsUnderLoadWithRedis(t *testing.T) {
	port := startRedis(t)
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port})
	t.Cleanup(func() { client.Close() })
	secret := bytes.Repeat([]byte("test only "), 4)
	runSessionLoad(t, 2, func(c *kratos.Client) *sessions.Guard {
		return sessions.New(c, sessions.Cache(1000, loadLifetime), sessions.Stale(loadGrace), sessions.Timeout(loadTimeout),
			sessions.SharedStore(redisstore.New(client, "load:"), secret))
	})
}

// startRedis starts a Redis on a free port, and ends it at the end of the test.
func startRedis(t *testing.T) (port string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	l.Close()
	cmd := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(), "--save", "", "--appendonly", "no")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(loadHung); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if conn, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			conn.Close()
			return port
		}
	}
	t.Fatal("redis-server does not accept connections")
	return ""
}
