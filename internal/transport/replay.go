package transport

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
)

// ErrConnectionEnded is the error of a request whose connection ended before there was a response.
// The server may have processed the request.
var ErrConnectionEnded = errors.New("the connection ended before there was a response")

// NotProcessedError is the error of a request that the server has not processed: it was not
// reached, or says so. The request can be sent again without having an effect twice.
type NotProcessedError struct{ Err error }

func (e *NotProcessedError) Error() string { return e.Err.Error() }

// Unwrap returns the error of the RoundTripper.
func (e *NotProcessedError) Unwrap() error { return e.Err }

// reads reports whether a request only reads: it can be retried in any case.
func reads(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == ""
}

func noBody(r *http.Request) bool { return r.Body == nil || r.Body == http.NoBody }

// withoutReplay changes r so that net/http does not retry it.
//
// net/http retries a request after GOAWAY, after RST_STREAM with REFUSED_STREAM or with
// PROTOCOL_ERROR, which the server may have processed, and over HTTP/1.1 if it has an
// Idempotency-Key or only reads; but never one with a body that it cannot rewind. So a request with
// a body gets no GetBody, and one that has an effect but no body gets an empty one, if net/http
// itself sends it. The [guard] stops other retries.
func withoutReplay(r *http.Request, rt http.RoundTripper) *http.Request {
	r.GetBody = nil
	if _, ok := rt.(*http.Transport); ok && noBody(r) && !reads(r) {
		r.Body = io.NopCloser(strings.NewReader(""))
		r.TransferEncoding = []string{"identity"} // otherwise HTTP/1.1 sends it in chunks
	}
	return r
}

// ErrSpent is the error of a call whose [Budget] has no attempts left.
var ErrSpent = errors.New("the request was retried as often as allowed")

// Budget counts the requests of several calls, one after the other, which share a number of
// attempts.
type Budget struct {
	attempts int          // of Do
	sent     atomic.Int32 // retries of net/http included
}

// guard cancels a call before net/http sends more requests than it may.
type guard struct {
	budget *Budget
	limit  atomic.Int32 // of sent
	cancel func()       // cancels the context of the call
	closed atomic.Bool  // the guard has canceled the call
}

func (g *guard) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			if g.budget.sent.Load() < g.limit.Load() {
				return
			}
			g.closed.Store(true)
			g.cancel() // HTTP/2 does not send the request
			if !sharesConnection(info.Conn) {
				_ = info.Conn.Close() // nor does HTTP/1.1
			}
		},
		WroteHeaders: func() { g.budget.sent.Add(1) },
	}
}

// sharesConnection reports whether other requests may use the connection at the same time.
func sharesConnection(c net.Conn) bool {
	t, ok := c.(interface{ ConnectionState() tls.ConnectionState })
	return ok && t.ConnectionState().NegotiatedProtocol == "h2"
}

// Texts of errors of net/http that have no types. A request with another error is one that the
// server may have processed.
const (
	cannotRetry   = "http2: Transport: cannot retry err ["
	afterWritten  = "] after Request.Body was written"
	gracefulEnd   = "http2: Transport received Server's graceful shutdown GOAWAY"
	goAwayOnFirst = "http2: Transport received GOAWAY from server ErrCode:"
	notUsable     = "http2: client conn not usable"
	cannotRewind  = "net/http: cannot rewind body after connection loss" // after notUsable, if there is no GetBody
	streamError   = "stream error: stream ID "
	refusedByPeer = "; REFUSED_STREAM; received from peer"
)

// notProcessed reports whether err says that the server has not processed the request.
func notProcessed(err error) bool {
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") {
		return true
	}
	for ; err != nil; err = errors.Unwrap(err) {
		text := err.Error()
		if inner, ok := strings.CutPrefix(text, cannotRetry); ok {
			text, _, _ = strings.Cut(inner, afterWritten)
		}
		if text == gracefulEnd || text == notUsable || text == cannotRewind || strings.HasPrefix(text, goAwayOnFirst) ||
			strings.HasPrefix(text, streamError) && strings.HasSuffix(text, refusedByPeer) {
			return true
		}
	}
	return false
}

// Retryable reports whether err is temporary, so that a request that only reads may succeed if it
// is retried. err is why there was no response, or why its body broke off.
func Retryable(err error) bool {
	var op *net.OpError
	switch {
	case errors.Is(err, ErrTooLarge):
		return false
	case errors.As(err, &op):
		return op.Op != "remote error" && op.Op != "local error" // of TLS
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return true
	}
	for ; err != nil; err = errors.Unwrap(err) {
		for _, prefix := range [...]string{"http2: ", streamError, "connection error: ", "http: server closed idle connection", "net/http: HTTP/1.x transport connection broken"} {
			if strings.HasPrefix(err.Error(), prefix) {
				return true
			}
		}
	}
	return false
}
