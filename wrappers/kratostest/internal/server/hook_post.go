package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Receiver is a program that Kratos calls.
type Receiver struct {
	URL          string
	Authenticate func(*http.Request) // sets the key
}

const (
	hookAttempts    = 3
	hookTimeout     = 30 * time.Second // of an attempt
	maxHookResponse = 5 << 20          // bytes that Kratos reads
	maxRetryAfter   = 24 * 60 * 60     // seconds
)

// backgroundContext is that of what the client does not wait for.
var backgroundContext = context.Background()

// hookResponse is the last response to a call, or why there is none.
type hookResponse struct {
	status int
	body   []byte
	err    error
}

// timedOut reports whether there was no response in time.
func (h hookResponse) timedOut() bool {
	var e net.Error
	return errors.As(h.err, &e) && e.Timeout()
}

// outside calls f without the lock of the server: a hook can call Kratos itself.
func (s *Server) outside(f func()) {
	s.mu.Unlock()
	defer s.mu.Lock()
	f()
}

// background calls f without making a client wait. The lock of the server is held by the caller,
// and not while f runs.
func (s *Server) background(f func()) {
	s.running++
	go func() {
		defer func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.running--
			s.idle.Broadcast()
		}()
		f()
	}()
}

// Wait waits for what runs in the background.
func (s *Server) Wait() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.running > 0 {
		s.idle.Wait()
	}
	s.client.CloseIdleConnections()
}

// post calls a receiver, up to three times as Kratos does. Instead of a pause between attempts, the
// clock of the server moves forward. The lock is not held.
func (s *Server) post(ctx context.Context, to *Receiver, body []byte) hookResponse {
	header := http.Header{}
	if s.since("v25.4.0") {
		header.Set("Ory-Webhook-Trigger-ID", newID())
	}
	for attempt := 1; ; attempt++ {
		header.Set("Ory-Webhook-Request-ID", newID())
		response, retryAfter := s.attempt(ctx, to, header, body, hookTimeout)
		failed := response.err != nil || response.status == http.StatusTooManyRequests ||
			response.status >= http.StatusInternalServerError && response.status != http.StatusNotImplemented
		switch {
		case !failed || ctx.Err() != nil:
			return response
		case attempt == hookAttempts && response.err == nil:
			return hookResponse{err: errors.New("the receiver failed three times")}
		case attempt == hookAttempts:
			return response
		}
		pause := time.Duration(attempt) * time.Second
		if retryAfter > 0 {
			pause = retryAfter
		}
		s.Advance(pause)
	}
}

// attempt sends a request. It returns the pause that the receiver asks for, or 0.
func (s *Server) attempt(ctx context.Context, to *Receiver, header http.Header, body []byte, timeout time.Duration) (hookResponse, time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.URL, bytes.NewReader(body))
	if err != nil {
		return hookResponse{err: err}, 0
	}
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/json")
	to.Authenticate(r)
	response, err := s.client.Do(r)
	if err != nil {
		return hookResponse{err: err}, 0
	}
	defer response.Body.Close()
	received, err := io.ReadAll(io.LimitReader(response.Body, maxHookResponse))
	if err != nil {
		return hookResponse{err: err}, 0
	}
	return hookResponse{status: response.StatusCode, body: received}, retryAfter(response)
}

// retryAfter returns the pause that a response asks for, or 0.
func retryAfter(response *http.Response) time.Duration {
	if response.StatusCode != http.StatusTooManyRequests && response.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil {
		return 0
	}
	return time.Duration(min(max(seconds, 0), maxRetryAfter)) * time.Second
}
