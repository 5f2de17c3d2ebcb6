package kratos

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// WithLogger logs every attempt to send a request as "kratos request", with the context of the call.
// The attributes are operation (the operationId, or "Proxy" for another path of [Client.Proxy]),
// status, error_id ([Error].ID), attempt (from 1), duration, error (why there was no response, or
// why it was not read) and retry_in (the pause before the next attempt). There is no URL, header or
// body in a record. Its level is
//   - DEBUG for status 1xx to 3xx,
//   - INFO for 4xx, and if the context of the call was canceled,
//   - WARN for 429, and if another attempt follows,
//   - ERROR for 5xx, and if there was no response.
func WithLogger(logger *slog.Logger) Option {
	return func(s *settings) error {
		if logger == nil {
			return errors.New("WithLogger: the logger is nil; slog.DiscardHandler logs nothing")
		}
		s.logger = logger
		s.send.Observe = s.logAttempt
		return nil
	}
}

// logAttempt logs an attempt that transport has made.
func (s *settings) logAttempt(a transport.Attempt) {
	var body []byte
	if a.Response != nil {
		if read, ok := a.Response.Body.(*transport.Body); ok {
			body, _ = read.Bytes()
		}
	}
	s.log(a, body)
}

// log logs an attempt whose response has this body, or begins with it.
func (s *settings) log(a transport.Attempt, body []byte) {
	level := logLevel(a)
	if s.logger == nil || !s.logger.Enabled(a.Context, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 7)
	attrs = append(attrs, slog.String("operation", s.operationID(a.Request)))
	if a.Response != nil {
		attrs = append(attrs, slog.Int("status", a.Response.StatusCode))
		if id := loggedErrorID(a.Response.StatusCode, body); id != "" {
			attrs = append(attrs, slog.String("error_id", id))
		}
	}
	attrs = append(attrs, slog.Int("attempt", a.Number), slog.Duration("duration", a.Duration))
	if a.Err != nil {
		attrs = append(attrs, slog.String("error", cmp.Or(causeText(a.Err), "see the error of the call")))
	}
	if a.Retry {
		attrs = append(attrs, slog.Duration("retry_in", a.Pause))
	}
	s.logger.LogAttrs(a.Context, level, "kratos request", attrs...)
}

func logLevel(a transport.Attempt) slog.Level {
	status := 0
	if a.Response != nil {
		status = a.Response.StatusCode
	}
	switch {
	case a.Retry:
		return slog.LevelWarn
	case errors.Is(a.Err, context.Canceled):
		return slog.LevelInfo
	case a.Err != nil, status >= 500:
		return slog.LevelError
	case status == http.StatusTooManyRequests:
		return slog.LevelWarn
	case status >= 400:
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

// operationID returns the operationId of a request to the base URL.
func (s *settings) operationID(r *http.Request) string {
	return cmp.Or(operationID(r.Method, strings.TrimPrefix(r.URL.EscapedPath(), s.base.EscapedPath())), "Proxy")
}

// loggedErrorID returns the id of the error in a body. Kratos' ids are words with underscores;
// anything else is not logged.
func loggedErrorID(status int, body []byte) string {
	if status < 400 || len(body) == 0 {
		return ""
	}
	var shape struct {
		Error struct {
			ID string `json:"id"`
		} `json:"error"`
	}
	if jsonv2.Unmarshal(body, &shape) != nil {
		return ""
	}
	id := shape.Error.ID
	isOther := func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' }
	if len(id) > 64 || strings.ContainsFunc(id, isOther) {
		return ""
	}
	return id
}
