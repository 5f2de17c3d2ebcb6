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

// WithLogger logs each attempt to send a request as "kratos request". A record has no URL, header
// or body, but these attributes:
//   - operation (the operationId, or "Proxy"), attempt (from 1) and duration;
//   - status and error_id ([Error].ID), or error, if there was no response;
//   - retry_in, before another attempt.
//
// The level is ERROR for 5xx and without a response, WARN for 429 and before a retry, INFO for other
// 4xx and canceled calls, else DEBUG.
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
