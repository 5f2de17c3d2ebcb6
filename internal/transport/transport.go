// Package transport sends the requests of a client for an HTTP API, whatever the API is.
//
// [Transport.Do] is a call of the program. It may send several requests, within one time-out:
//   - A request that only reads (GET, HEAD) is retried after temporary failures.
//   - Any other request is retried only if the server cannot have processed it: there was no
//     connection, or the server said so ([RFC 9113], sections 6.8 and 8.7).
//
// net/http retries requests by its own rules, over HTTP/2 without a limit; replay.go prevents it.
//
// [RFC 9113]: https://www.rfc-editor.org/rfc/rfc9113
package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"time"
)

const (
	retryWaitMin = 100 * time.Millisecond
	retryWaitMax = 10 * time.Second
	defaultLimit = 4 << 20
)

// A Transport sends requests. Its fields must not be changed once it is in use; it is safe for
// concurrent use.
type Transport struct {
	// RoundTripper sends single requests.
	RoundTripper http.RoundTripper
	// Timeout limits a call with all its attempts, the pauses between them, and the body of the
	// response. For a stream, it limits the time until the header has arrived, and then each read.
	Timeout time.Duration
	// Retries is how often a request is retried at most.
	Retries int
	// Permanent, if it is not nil, reports whether an error of the RoundTripper is not to be
	// retried.
	Permanent func(error) bool
	// Observe, if it is not nil, is called after each attempt of Do.
	Observe func(Attempt)
}

// Options are the options of a call, which its context carries.
type Options struct {
	// NoRetry disables retries of a request that only reads.
	NoRetry bool
	// Stream returns a response with a status of 2xx as soon as its header has arrived. The body of
	// any other response is a [Body], which has arrived as well.
	Stream bool
	// MaxPause is the longest pause between two attempts; 0 means 10 seconds. If the server asks
	// for more, the request is not retried.
	MaxPause time.Duration
	// Timeout replaces that of the Transport, unless it is 0.
	Timeout time.Duration
	// Limit is how many bytes of a body are read, unless it is a stream; 0 means 4 MiB.
	Limit int64
	// Budget is shared by several calls; nil means that the call has its own.
	Budget *Budget
}

type optionsKey struct{}

// With returns a context with the options of ctx as changed by set.
func With(ctx context.Context, set func(*Options)) context.Context {
	o := optionsFrom(ctx)
	set(&o)
	return context.WithValue(ctx, optionsKey{}, &o)
}

func optionsFrom(ctx context.Context) Options {
	if o, ok := ctx.Value(optionsKey{}).(*Options); ok {
		return *o
	}
	return Options{}
}

// Do sends r and returns the response. The error is a [NotProcessedError] if the server has
// certainly not processed the request.
func (t *Transport) Do(r *http.Request) (*http.Response, error) {
	c := t.newCall(r)
	if c.guard.budget.attempts > t.Retries {
		return c.end(nil, ErrSpent)
	}
	for {
		c.guard.budget.attempts++
		c.started = time.Now()
		resp, err := c.attempt()
		pause, retry := c.retry(resp, err)
		if !retry {
			resp, err = c.end(resp, err)
			c.observe(resp, err, false, 0)
			return resp, err
		}
		c.observe(resp, err, true, pause)
		if resp != nil {
			Discard(resp.Body)
		}
		if err := Sleep(c.ctx, pause); err != nil {
			return c.end(nil, err)
		}
		next := *c.request // the RoundTripper may still use the last one
		c.request = &next
	}
}

// call is one call of Do.
type call struct {
	*Transport
	Options
	parent   context.Context
	ctx      context.Context
	cancel   context.CancelFunc
	timer    *time.Timer // ends ctx
	deadline time.Time
	started  time.Time // of the attempt
	timeout  time.Duration
	reads    bool // the request may be retried
	request  *http.Request
	getBody  func() (io.ReadCloser, error)
	guard    guard
}

func (t *Transport) newCall(r *http.Request) *call {
	c := &call{Transport: t, Options: optionsFrom(r.Context()), parent: r.Context(), getBody: r.GetBody}
	c.timeout = cmp.Or(c.Options.Timeout, t.Timeout)
	c.deadline = time.Now().Add(c.timeout)
	if d, ok := c.parent.Deadline(); ok && d.Before(c.deadline) {
		c.deadline = d
	}
	c.ctx, c.cancel = context.WithCancel(c.parent)
	c.timer = time.AfterFunc(c.timeout, c.cancel)
	c.reads = reads(r) && !c.NoRetry
	c.guard = guard{budget: c.Budget, cancel: c.cancel}
	if c.guard.budget == nil {
		c.guard.budget = new(Budget)
	}
	ctx := c.ctx
	if noBody(r) {
		ctx = httptrace.WithClientTrace(ctx, c.guard.trace())
	}
	c.request = withoutReplay(r.WithContext(ctx), c.RoundTripper)
	return c
}

// attempt sends the request once, or as often as net/http retries it.
func (c *call) attempt() (*http.Response, error) {
	if c.getBody != nil {
		body, err := c.getBody()
		if err != nil {
			return nil, err
		}
		c.request.Body = body
	}
	c.guard.limit.Store(1 + c.guard.budget.sent.Load())
	if c.reads {
		c.guard.limit.Store(c.maxRequests())
	}
	resp, err := c.RoundTripper.RoundTrip(c.request)
	switch {
	case err != nil:
		return nil, err
	case resp == nil:
		return nil, fmt.Errorf("transport: %T returned neither a response nor an error", c.RoundTripper)
	case resp.Body == nil:
		resp.Body = http.NoBody
	}
	if c.Stream && resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return resp, nil
	}
	resp.Body = readBody(resp.Body, cmp.Or(c.Limit, defaultLimit))
	return resp, nil
}

// end returns the result of the call for that of its last attempt.
func (c *call) end(resp *http.Response, err error) (*http.Response, error) {
	inTime := c.timer.Stop()
	var body *Body
	if err == nil {
		body, _ = resp.Body.(*Body)
	}
	if err == nil && body == nil && inTime {
		resp.Body = &stream{ReadCloser: resp.Body, timeout: c.timeout, timer: c.timer, cancel: c.cancel}
		return resp, nil
	}
	ended := c.ctx.Err() != nil
	c.cancel()
	switch {
	case err == nil && body == nil:
		_ = resp.Body.Close()
		return nil, context.DeadlineExceeded
	case err == nil:
		if body.err != nil && ended {
			body.err = c.cause(inTime, body.err)
		}
		return resp, nil
	case ended:
		return nil, c.cause(inTime, err)
	case notProcessed(err):
		return nil, &NotProcessedError{err}
	}
	return nil, err
}

// cause returns why the context of the call has ended.
func (c *call) cause(inTime bool, err error) error {
	switch {
	case c.guard.closed.Load():
		return ErrConnectionEnded
	case c.parent.Err() != nil:
		if errors.Is(err, c.parent.Err()) {
			return err
		}
		return c.parent.Err()
	case !inTime:
		return context.DeadlineExceeded
	}
	return err
}

// maxRequests returns how often a request that only reads is sent at most.
func (t *Transport) maxRequests() int32 { return 1 + int32(min(t.Retries, math.MaxInt32-1)) }

// RoundTrip sends r without a time-out or limits, for a proxy, which has its own. It does not retry
// r, and lets net/http do so only if r only reads and its context does not have NoRetry.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !noBody(r) {
		return t.RoundTripper.RoundTrip(withoutReplay(r.Clone(r.Context()), t.RoundTripper))
	}
	ctx, cancel := context.WithCancel(r.Context())
	g := guard{budget: new(Budget), cancel: cancel}
	g.limit.Store(1)
	if reads(r) && !optionsFrom(ctx).NoRetry {
		g.limit.Store(t.maxRequests())
	}
	r = r.Clone(httptrace.WithClientTrace(ctx, g.trace()))
	resp, err := t.RoundTripper.RoundTrip(withoutReplay(r, t.RoundTripper))
	if err != nil {
		cancel()
		if g.closed.Load() {
			err = ErrConnectionEnded
		}
		return nil, err
	}
	resp.Body = &cancelBody{resp.Body, cancel}
	return resp, nil
}

// cancelBody cancels the context of a request when the body of its response is closed.
type cancelBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *cancelBody) Close() error {
	err := b.ReadCloser.Close()
	b.cancel()
	return err
}
