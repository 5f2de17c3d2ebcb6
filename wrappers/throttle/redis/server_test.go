//go:build redis

// These tests start a Redis each: make test-redis runs them.

package rediscounter_test

import (
	"bytes"
	"net"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

const (
	prefix = "app:"

	// patience is more than any step takes, also on a busy machine, and less than the time-outs of
	// the clients, for which nothing may wait.
	patience       = 10 * time.Second
	clientTimeouts = 2 * time.Minute
)

// TestMain stops the log of the clients, which has a line for each connection that fails.
func TestMain(m *testing.M) {
	logging.Disable()
	m.Run()
}

// server is a Redis on a port of its own, which can be started again on the same port.
type server struct {
	t    *testing.T
	dir  string
	port string
	cmd  *exec.Cmd
	log  *bytes.Buffer
}

func startServer(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir()}
	t.Cleanup(s.kill)
	for range 5 { // another program may take the port first
		s.port = freePort(t)
		if s.start() {
			return s
		}
	}
	t.Fatalf("redis-server does not start: %s", s.log)
	return nil
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// start reports whether Redis accepts commands.
func (s *server) start() bool {
	s.t.Helper()
	s.log = new(bytes.Buffer)
	s.cmd = exec.Command("redis-server", "--bind", "127.0.0.1", "--port", s.port, "--dir", s.dir, "--save", "", "--appendonly", "no")
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = s.cmd.Wait()
		close(ended)
	}()
	client := redis.NewClient(&redis.Options{Addr: s.addr()})
	defer client.Close()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		select {
		case <-ended:
			return false
		default:
		}
		// The process that listens must be the one that was started.
		if info, err := client.InfoMap(s.t.Context(), "server").Result(); err == nil {
			return info["Server"]["process_id"] == strconv.Itoa(s.cmd.Process.Pid)
		}
	}
	return false
}

func (s *server) addr() string { return net.JoinHostPort("127.0.0.1", s.port) }

func (s *server) kill() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Kill()
		_, _ = s.cmd.Process.Wait()
	}
}

// client returns a client that ignores contexts while it waits for a response, as is the default.
func (s *server) client() *redis.Client {
	client := redis.NewClient(&redis.Options{Addr: s.addr(), DialTimeout: clientTimeouts, ReadTimeout: clientTimeouts, WriteTimeout: clientTimeouts})
	s.t.Cleanup(func() { client.Close() })
	return client
}
