package hooks

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Option is an option of [Handler], [PasswordMigration] and [Courier].
type Option func(*endpoint)

const (
	hookTimeout    = 15 * time.Second // three attempts and their pauses fit into 60 seconds
	maxHookTimeout = 18 * time.Second
	courierTimeout = 8 * time.Second // Kratos waits for 10 seconds
)

// Timeout is how long the function may take before Kratos gets a response without it: 15 seconds by
// default, 8 seconds for [Courier], where Kratos v26.2 waits for 10 seconds. It panics unless it is
// positive and at most 18 seconds. The context of the function ends then; a function that does not
// return is left running.
func Timeout(d time.Duration) Option {
	if d <= 0 || d > maxHookTimeout {
		panic("hooks: Timeout needs a duration of up to 18 seconds")
	}
	return func(e *endpoint) { e.timeout = d }
}

// OnError replaces the log of what fails: an error of level Error of [slog.Default], with the ids of
// the call and the stack of a panic. The error is one of this package.
func OnError(report func(ctx context.Context, err error)) Option {
	if report == nil {
		panic("hooks: OnError needs a function")
	}
	return func(e *endpoint) { e.report = report }
}

// FailureMessage replaces what a person sees in the form after a failure. It panics if the message
// is not valid.
func FailureMessage(m Message) Option {
	body, err := encodeMessages([]Message{m})
	if err != nil {
		panic("hooks: FailureMessage: " + err.Error())
	}
	return func(e *endpoint) { e.failure = body }
}

var defaultFailure = Message{ID: 5000001, Text: "Something went wrong. Please try again later."}

// logError is the default of OnError.
func logError(ctx context.Context, err error) {
	var attrs []slog.Attr
	if ids, ok := ctx.Value(idsKey{}).(callIDs); ok && ids != (callIDs{}) {
		attrs = append(attrs, slog.String("flow", ids.flow), slog.String("trigger_id", ids.trigger), slog.String("request_id", ids.request))
	}
	var e *hookError
	if errors.As(err, &e) && e.stack != nil {
		attrs = append(attrs, slog.String("stack", string(e.stack)))
	}
	slog.LogAttrs(ctx, slog.LevelError, err.Error(), attrs...)
}

type idsKey struct{}

// callIDs identify a call in a log.
type callIDs struct{ flow, trigger, request string }

// in returns a context for the report of a failure.
func (ids callIDs) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, idsKey{}, ids)
}
