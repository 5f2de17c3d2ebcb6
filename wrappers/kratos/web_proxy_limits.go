package kratos

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	responseTime = time.Second // for the browser to read the response, after the time-out
	discardTime  = time.Second // for the unread rest of a body, of which net/http reads up to 256 KiB
)

// peerDeadlines limits how long a browser may take to send a request and to read the response. It
// needs a [http.ResponseWriter] with deadlines, and does nothing with another.
type peerDeadlines struct {
	w                http.ResponseWriter
	r                *http.Request
	control          *http.ResponseController
	end              time.Time // for the request and for the response from Kratos
	unread           bool      // the body is not read to its end
	hasWriteDeadline bool      // there is a write deadline
}

// setDeadlines sets the deadlines for a request that may take as long as timeout.
func setDeadlines(w http.ResponseWriter, r *http.Request, timeout time.Duration) *peerDeadlines {
	now := time.Now()
	l := &peerDeadlines{w: w, r: r, control: http.NewResponseController(w), end: now.Add(timeout)}
	l.unread = r.Body != nil && r.Body != http.NoBody && r.ContentLength != 0
	read, write := timeout, timeout+responseTime
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok {
		read, write = shorterTimeout(read, server.ReadTimeout), shorterTimeout(write, server.WriteTimeout)
	}
	if l.unread { // else net/http reads in the background, and would take it for a lost connection
		_ = l.control.SetReadDeadline(now.Add(read))
	}
	l.hasWriteDeadline = l.control.SetWriteDeadline(now.Add(write)) == nil
	return l
}

// shorterTimeout returns the shorter of d and the time-out of a server, where 0 is none.
func shorterTimeout(d, timeout time.Duration) time.Duration {
	if timeout > 0 {
		return min(d, timeout)
	}
	return d
}

// readBody reads the body, which must not be larger than limit.
func (l *peerDeadlines) readBody(limit int64) ([]byte, error) {
	if !l.unread {
		return nil, nil
	}
	if l.r.ContentLength > limit {
		return nil, &http.MaxBytesError{Limit: limit}
	}
	body, err := io.ReadAll(http.MaxBytesReader(l.w, l.r.Body, limit))
	l.unread = err != nil
	return body, err
}

// respond writes the response. If the browser may still be sending, it closes the connection
// afterwards, instead of waiting for the rest of the body.
func (l *peerDeadlines) respond(status int, header http.Header, body []byte) {
	h := l.w.Header()
	for name, values := range header {
		h[name] = values
	}
	if l.r.ProtoMajor == 1 && (l.unread || l.hasWriteDeadline && !canFlush(l.w)) {
		h.Set("Connection", "close")
	}
	if l.unread {
		_ = l.control.SetReadDeadline(time.Now().Add(min(discardTime, max(0, time.Until(l.end)))))
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		body = nil
	} else if l.r.Method != http.MethodHead {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	l.w.WriteHeader(status)
	if l.r.Method != http.MethodHead {
		_, _ = l.w.Write(body)
	}
}

// release removes the write deadline, which net/http leaves in place for the next request on the
// connection, as soon as all of the response is written. It resets the read deadline itself.
func (l *peerDeadlines) release() {
	if !l.hasWriteDeadline || l.r.ProtoMajor != 1 || !canFlush(l.w) {
		return
	}
	if l.control.Flush() == nil {
		_ = l.control.SetWriteDeadline(time.Time{})
	}
}

// canFlush reports whether w itself can be flushed. Flushing what it wraps would be wrong: w may
// still have buffered data.
func canFlush(w http.ResponseWriter) bool {
	switch w.(type) {
	case http.Flusher, interface{ FlushError() error }:
		return true
	}
	return false
}
