package kratos

import (
	"context"
	"net/http"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// requestEditors returns the editors that apply the options of a call to its request, and then
// check the result.
func requestEditors(opts []RequestOption, checks ...check) []gen.RequestEditorFn {
	if len(opts)+len(checks) == 0 {
		return nil
	}
	return []gen.RequestEditorFn{func(_ context.Context, r *http.Request) error {
		for _, opt := range opts {
			if opt == nil {
				return argumentError("a request option is nil")
			}
			opt(r)
		}
		if err := checkHeaders(r); err != nil {
			return err
		}
		for _, check := range checks {
			if err := check(r); err != nil {
				return err
			}
		}
		return nil
	}}
}

// optional returns a parameter for the generated client: nil, which is not sent, if v is the zero
// value.
func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// optionalList is [optional] for a parameter that is a list.
func optionalList[T any](list []T) *[]T {
	if len(list) == 0 {
		return nil
	}
	return &list
}

// withoutRetry returns a context whose requests are not retried, even if they are idempotent.
func withoutRetry(ctx context.Context) context.Context {
	return transport.With(ctx, func(o *transport.Options) { o.NoRetry = true })
}

// withStreaming returns a context for requests whose responses are decoded while they arrive.
func withStreaming(ctx context.Context) context.Context {
	return transport.With(ctx, func(o *transport.Options) { o.Stream = true })
}

// interactivePause limits the pause between two attempts if a person waits for the response.
const interactivePause = time.Second

// withInteractivePause returns a context for requests that a person waits for.
func withInteractivePause(ctx context.Context) context.Context {
	return transport.With(ctx, func(o *transport.Options) { o.MaxPause = interactivePause })
}

// withLimit returns a context for requests whose responses may have this many bytes.
func withLimit(ctx context.Context, bytes int64) context.Context {
	return transport.With(ctx, func(o *transport.Options) { o.Limit = bytes })
}

// withTimeout returns a context for requests with this timeout instead of the client's.
func withTimeout(ctx context.Context, d time.Duration) context.Context {
	return transport.With(ctx, func(o *transport.Options) { o.Timeout = d })
}
