package throttle

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

const (
	maxBody     = 1 << 20 // bytes, as Proxy
	maxResponse = 1 << 20
	bodyTimeout = 15 * time.Second // Kratos' own
)

// Handler limits the submissions that reach next, which is a [kratos.Client.Proxy] or another
// handler with Kratos' paths: POST of …/self-service/login, recovery and verification, and GET of
// the first two with a code. All other requests pass.
//
// It reads the body, of 1 MiB at most, and passes it on unchanged. A larger one is status 413, one
// with two different identifiers 400.
func (t *Throttle) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if flow := flowOf(r); flow != "" {
			t.serve(w, r, flow, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Flow limits every POST that reaches next, a handler of your own that submits the flow "login",
// "recovery" or "verification" with the values that are posted to it, such as
// [kratos.Form.Submission]. An HTML page as its response means that the submission failed. Flow
// panics for another flow.
func (t *Throttle) Flow(flow string, next http.Handler) http.Handler {
	if flow != flowLogin && flow != flowRecovery && flow != flowVerification {
		panic("throttle: Flow needs login, recovery or verification")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			t.serve(w, r, flow, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serve passes a submission on, unless it comes too soon.
func (t *Throttle) serve(w http.ResponseWriter, r *http.Request, flow string, next http.Handler) {
	body, err := readBody(w, r)
	if err != nil {
		writeStatus(w, bodyStatus(err))
		return
	}
	a, ok := t.newAttempt(r, flow, body)
	switch {
	case !ok:
		writeStatus(w, http.StatusBadRequest)
		return
	case a == nil:
		next.ServeHTTP(w, withBody(r, body))
		return
	}
	if wait := t.counters.admit(r.Context(), a.buckets); wait > 0 {
		t.refuse(w, r, Refusal{Flow: flow, RetryAfter: wait})
		return
	}
	resp, recorded := record(w)
	next.ServeHTTP(recorded, withBody(r, body))
	t.settle(r, a, resp)
}

// readBody reads the body, for which the client has as long as with Kratos.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil, nil
	}
	if r.ContentLength > maxBody {
		return nil, &http.MaxBytesError{Limit: maxBody}
	}
	server, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	if server != nil && server.ReadTimeout > 0 {
		return io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTimeout)) // not every writer has deadlines
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil { // else net/http must not wait for the rest
		_ = control.SetReadDeadline(time.Time{})
	}
	return body, err
}

// bodyStatus returns the status for an error of readBody.
func bodyStatus(err error) int {
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout
	}
	return http.StatusBadRequest
}

// withBody returns the request with the body that was read.
func withBody(r *http.Request, body []byte) *http.Request {
	if body == nil {
		return r
	}
	out := r.WithContext(r.Context())
	out.Body = io.NopCloser(bytes.NewReader(body))
	return out
}

func writeStatus(w http.ResponseWriter, status int) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, http.StatusText(status), status)
}
