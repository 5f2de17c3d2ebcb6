package transport

import (
	"context"
	"net/http"
	"time"
)

// Attempt is a request of a call of [Transport.Do], and its result.
type Attempt struct {
	Context context.Context // that of the call
	Request *http.Request
	Number  int // 1 for the first of a call
	// Response is nil if there was none. Its body must not be read; Bytes of a [Body] may be
	// called.
	Response *http.Response
	// Err is why there was no response, or why its body broke off.
	Err error
	// Duration is the time until the body had arrived, without that between the reads of a stream.
	Duration time.Duration
	// Retry reports whether another attempt follows, after Pause.
	Retry bool
	Pause time.Duration
}

// observe calls Observe: at once or, if the response is a stream, when that is closed.
func (c *call) observe(resp *http.Response, err error, retry bool, pause time.Duration) {
	if c.Observe == nil {
		return
	}
	a := Attempt{
		Context: c.parent, Request: c.request, Number: c.guard.budget.attempts, Response: resp, Err: err,
		Duration: time.Since(c.started), Retry: retry, Pause: pause,
	}
	if resp == nil {
		c.Observe(a)
		return
	}
	switch body := resp.Body.(type) {
	case *Body:
		a.Err = body.err
	case *stream:
		body.onClose = func() {
			a.Err, a.Duration = body.err, a.Duration+body.waited
			c.Observe(a)
		}
		return
	}
	c.Observe(a)
}
