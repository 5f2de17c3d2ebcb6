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

// ErrConnectionEnded says that the connection ended before there was a response. The server may
// have processed the request.
var ErrConnectionEnded = errors.New("the connection ended before there was a response")

// NotProcessedError says that the server has not processed a request: it was not reached, or says
// so itself. The request can be sent again without having an effect twice.
type NotProcessedError struct{ Err error }

func (e *NotProcessedError) Error() string { return e.Err.Error() }

// Unwrap returns what happened to the connection.
func (e *NotProcessedError) Unwrap() error { return e.Err }

// reads reports whether a request has no effect, so that it can be sent again whatever happened to
// it.
func reads(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == ""
}

func noBody(r *http.Request) bool { return r.Body == nil || r.Body == http.NoBody }

// unrepeatable changes r so that net/http does not send it twice.
//
// net/http repeats a request after RST_STREAM with REFUSED_STREAM or PROTOCOL_ERROR (which says
// nothing of whether the request was processed), after GOAWAY, and over HTTP/1.1 where it has an
// Idempotency-Key or only reads; but never a request whose body it cannot rewind. So requests with
// a body get no GetBody, and others that have an effect get a body of no bytes, where net/http
// itself is known to be the one that sends them. What is left is for the [guard].
func unrepeatable(r *http.Request, rt http.RoundTripper) *http.Request {
	r.GetBody = nil
	if _, ok := rt.(*http.Transport); ok && noBody(r) && !reads(r) {
		r.Body = io.NopCloser(strings.NewReader(""))
		r.TransferEncoding = []string{"identity"} // or HTTP/1.1 would send it in chunks
	}
	return r
}

// ErrSpent says that a call has a [Budget] of which nothing is left.
var ErrSpent = errors.New("the request was sent as often as it may be")

// Budget counts requests, for calls one after the other that may send a number of them together.
type Budget struct {
	attempts int          // what Do asked for
	sent     atomic.Int32 // what was on the wire, repetitions of net/http's included
}

// guard ends a call before net/http sends more requests than the call has left.
type guard struct {
	budget *Budget
	limit  atomic.Int32 // of what the budget counts
	end    func()       // ends the context of the call
	closed atomic.Bool  // the guard has ended the call
}

func (g *guard) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			if g.budget.sent.Load() < g.limit.Load() {
				return
			}
			g.closed.Store(true)
			g.end() // HTTP/2 sends nothing from here on
			if !sharesConnection(info.Conn) {
				_ = info.Conn.Close() // and so does HTTP/1.1
			}
		},
		WroteHeaders: func() { g.budget.sent.Add(1) },
	}
}

// sharesConnection reports whether other requests may be using the same connection.
func sharesConnection(c net.Conn) bool {
	t, ok := c.(interface{ ConnectionState() tls.ConnectionState })
	return ok && t.ConnectionState().NegotiatedProtocol == "h2"
}

// Texts of net/http, which has no types for these errors. If they change, a request is taken for
// one that may have been processed.
const (
	cannotRetry   = "http2: Transport: cannot retry err ["
	afterWritten  = "] after Request.Body was written"
	gracefulEnd   = "http2: Transport received Server's graceful shutdown GOAWAY"
	goAwayOnFirst = "http2: Transport received GOAWAY from server ErrCode:"
	notUsable     = "http2: client conn not usable"
	cannotRewind  = "net/http: cannot rewind body after connection loss" // only after notUsable, without a GetBody
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

// Retryable reports whether a request that only reads may succeed if it is sent again after err, which
// kept it from being answered or cut its response short.
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
