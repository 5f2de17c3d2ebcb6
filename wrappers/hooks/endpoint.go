package hooks

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/kratoskit/kratos-go/internal/redact"
)

const maxRequest = 1 << 20

// endpoint has what all handlers have in common.
type endpoint struct {
	redact.Struct[endpoint]

	caller  Caller
	timeout time.Duration
	failure []byte // the body of a failure
	report  func(context.Context, error)
}

func newEndpoint(name string, caller Caller, timeout time.Duration, opts []Option) *endpoint {
	caller.mustBeValid(name)
	e := &endpoint{caller: caller, timeout: timeout, report: logError}
	FailureMessage(defaultFailure)(e)
	for _, opt := range opts {
		opt(e)
	}
	return e
}

// handler returns a handler that receives requests, and responds with a status and a body.
func (e *endpoint) handler(response func(r *http.Request, body []byte) (int, []byte)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, ok := e.receive(w, r); ok {
			status, body := response(r, body)
			respond(w, status, body)
		}
	})
}

// receive returns the body of a request from the caller. It responds to other requests.
func (e *endpoint) receive(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		e.reject(w, r, http.StatusMethodNotAllowed, &hookError{sentinel: ErrMalformedRequest, detail: "the method is not POST"})
		return nil, false
	}
	if !e.caller.accepts(r) {
		e.reject(w, r, http.StatusUnauthorized, &hookError{sentinel: ErrUnauthorized})
		return nil, false
	}
	if !isJSON(r.Header.Get("Content-Type")) {
		e.reject(w, r, http.StatusUnsupportedMediaType, &hookError{sentinel: ErrMalformedRequest, detail: "the body is not application/json"})
		return nil, false
	}
	body, err := readBody(w, r)
	if err != nil {
		e.reject(w, r, http.StatusBadRequest, &hookError{sentinel: ErrMalformedRequest, detail: "the body cannot be read, or has more than 1 MiB"})
		return nil, false
	}
	return body, true
}

// reject responds without a body: who sent the request is not known to be Kratos.
func (e *endpoint) reject(w http.ResponseWriter, r *http.Request, status int, err error) {
	if status == http.StatusUnauthorized && e.caller.header == "" {
		w.Header().Set("WWW-Authenticate", "Basic")
	}
	e.report(r.Context(), err)
	respond(w, status, nil)
}

func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && mediaType == "application/json"
}

// readBody reads a body of at most maxRequest bytes. One of a known length is read without copies.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength <= 0 || r.ContentLength > maxRequest {
		return io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

// respond writes a response. Caches do not keep it.
func respond(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["Cache-Control"] = noStore
	if len(body) > 0 {
		h["Content-Type"] = jsonType
		h["Content-Length"] = []string{strconv.Itoa(len(body))}
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

var (
	noStore  = []string{"no-store"}
	jsonType = []string{"application/json"}
)

// run calls f, which has to return within the time-out. A panic after it is reported as well.
func run[T any](ctx context.Context, e *endpoint, ids callIDs, f func(context.Context) T) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	type result struct {
		value T
		err   error
	}
	results := make(chan result, 1)
	var decided atomic.Bool // whether f has returned or run has given up, whichever is first
	go func() {
		defer cancel()
		var r result
		r.value, r.err = protect(ctx, f)
		if !decided.Swap(true) {
			results <- r
		} else if r.err != nil {
			e.report(ids.in(ctx), r.err)
		}
	}()
	select {
	case r := <-results:
		return r.value, r.err
	case <-ctx.Done():
	}
	if decided.Swap(true) {
		r := <-results
		return r.value, r.err
	}
	detail := ""
	if errors.Is(ctx.Err(), context.Canceled) {
		detail = "the caller has canceled the request"
	}
	var zero T
	return zero, &hookError{sentinel: ErrTimeout, detail: detail, cause: ctx.Err()}
}

// protect calls f, and returns a panic as an error, without its value, which can have secrets.
func protect[T any](ctx context.Context, f func(context.Context) T) (value T, err error) {
	returned := false
	defer func() {
		if !returned {
			_ = recover()
			err = &hookError{sentinel: ErrPanic, stack: debug.Stack()}
		}
	}()
	value = f(ctx)
	returned = true
	return value, nil
}
