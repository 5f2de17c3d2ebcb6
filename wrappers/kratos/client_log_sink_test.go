package kratos_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

type traceKey struct{}

// logSink is a handler of log/slog that keeps records as lines, and the trace in the context of
// each. A line has no durations, but the names of those that must not be 0.
type logSink struct {
	level slog.Level
	mu    sync.Mutex
	lines []string
	trace []any
}

func (s *logSink) Enabled(_ context.Context, level slog.Level) bool { return level >= s.level }
func (s *logSink) WithAttrs([]slog.Attr) slog.Handler               { return s }
func (s *logSink) WithGroup(string) slog.Handler                    { return s }

func (s *logSink) Handle(ctx context.Context, r slog.Record) error {
	line := r.Level.String() + " " + r.Message + ":"
	for a := range r.Attrs {
		switch {
		case a.Key == "duration":
		case a.Value.Kind() == slog.KindDuration:
			line += " " + a.Key
		default:
			line += fmt.Sprintf(" %s=%v", a.Key, a.Value)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, strings.ReplaceAll(line, " kratos request: operation=", " "))
	s.trace = append(s.trace, ctx.Value(traceKey{}))
	return nil
}

func (s *logSink) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := s.lines
	s.lines = nil
	return lines
}

func newLogSink() (*logSink, kratos.Option) {
	sink := &logSink{level: slog.LevelDebug}
	return sink, kratos.WithLogger(slog.New(sink))
}
