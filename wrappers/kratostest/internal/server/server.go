// Package server is a Kratos in memory: two HTTP handlers and their state.
//
// A request passes through route.go (which operation), call.go (what the client wants and is
// allowed to see), and the file of the operation: flow.go and flow_*.go for the flows, session.go,
// and admin_*.go. What a response looks like is in the files node.go, model_*.go and respond.go;
// message texts are in package message, identity schemas in package schema.
//
// One lock is held while a request is handled. Nothing waits with it: it is free while a hook is
// called (hook.go), and the state can have changed then.
package server

import (
	"net/http"
	"sync"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// Server is a Kratos in memory.
type Server struct {
	config Config

	public, admin *router

	mu                  sync.Mutex
	publicURL, adminURL string
	cookieName          string // of the CSRF cookie
	offset              time.Duration
	running             int        // hooks and messages in the background
	idle                *sync.Cond // of running
	client              *http.Client

	schemas    []*schema.Schema
	identities []*identity // in the order of their creation
	sessions   []*session  // in the order of their creation
	flows      map[string]*flow
	paused     map[string]*pausedForm // settings, see pause
	mails      []*mail
	errors     map[string]*storedError
}

// New returns a Server. Its URLs are set before the first request.
func New(config Config) (*Server, error) {
	if err := config.validate(); err != nil {
		return nil, err
	}
	s := &Server{
		config: config,
		client: &http.Client{Transport: &http.Transport{}},
		flows:  map[string]*flow{}, paused: map[string]*pausedForm{}, errors: map[string]*storedError{},
	}
	s.idle = sync.NewCond(&s.mu)
	for _, source := range config.Schemas {
		parsed, err := parseSchema(source)
		if err != nil {
			return nil, err
		}
		s.schemas = append(s.schemas, parsed)
	}
	shared := oldRoutes()
	if s.since("v25.4.0") {
		shared = newRoutes()
	}
	s.public, s.admin = &router{s, shared.public, false}, &router{s, shared.admin, true}
	return s, nil
}

// SetURLs sets the URLs of the ports.
func (s *Server) SetURLs(public, admin string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.publicURL, s.adminURL = public, admin
	s.cookieName = csrfCookieName(public)
}

// Advance moves the clock forward.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offset += d
}

// now returns the time of the server.
func (s *Server) now() time.Time { return time.Now().UTC().Add(s.offset) }

// schema returns the identity schema with an id, or the default one for "".
func (s *Server) schema(id string) *schema.Schema {
	if id == "" {
		return s.schemas[0]
	}
	for _, known := range s.schemas {
		if known.ID == id {
			return known
		}
	}
	return nil
}

// Now returns the time of the server.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}
