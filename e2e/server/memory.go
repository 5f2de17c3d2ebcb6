package server

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// InMemory starts a Kratos of package kratostest with the configuration of a real one, kratos.yml
// and opts.Config, so that a test of a real server can use it. It has neither a process nor a log,
// ignores the methods that kratostest does not have, and fails the test if opts has something else
// that it does not have.
func InMemory(t testing.TB, version string, opts Options) *Server {
	t.Helper()
	config, err := opts.memoryConfig()
	if err == nil && (opts.PublicPort != 0 || opts.AdminPort != 0 || opts.Env != nil) {
		err = errors.New("server: a Kratos in memory has neither chosen ports nor an environment")
	}
	if err != nil {
		t.Fatal(err)
	}
	config.Version = version
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { *c = config }))
	courier := &memoryCourier{admin: k.Admin()}
	return &Server{
		PublicURL: k.PublicURL(), AdminURL: k.AdminURL(), Mail: &Mail{arrived: make(chan struct{}), fetch: courier.fetch},
		opts: opts, log: &logBuffer{next: opts.Log}, exited: make(chan struct{}), memory: k,
	}
}

// Advance moves the clock of a Kratos in memory forward. For a real one it waits.
func (s *Server) Advance(d time.Duration) {
	if s.memory == nil {
		time.Sleep(d)
		return
	}
	s.memory.Advance(d)
}

// memoryCourier reads the messages of a Kratos in memory.
type memoryCourier struct {
	admin *kratos.Admin
	mu    sync.Mutex
	read  map[string]bool // by id
}

// fetch returns the messages since the last call, oldest first.
func (c *memoryCourier) fetch(ctx context.Context) ([]Message, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.read == nil {
		c.read = map[string]bool{}
	}
	var messages []Message
	for m, err := range c.admin.CourierMessages(ctx, kratos.ListCourierMessages{}) {
		if err != nil {
			return nil, err
		}
		if c.read[m.ID] {
			continue
		}
		c.read[m.ID] = true
		messages = append(messages, Message{To: m.Recipient, Subject: m.Subject, Text: m.Body})
	}
	slices.Reverse(messages)
	return messages, nil
}
