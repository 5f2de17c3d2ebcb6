package hooks

import (
	"context"
	"net/http"
)

// Func is the function of a web hook. It must not change the call, and can run at the same time for
// several calls.
type Func func(ctx context.Context, c *Call) Response

// Handler returns the handler of a web hook that is configured as by [Config]. It panics without a
// valid caller or a function.
//
//   - It calls f only for a POST with the key of the caller and a body of [Jsonnet], of at most
//     1 MiB.
//   - A panic, an error of f or a time-out refuses the flow: it is reported to [OnError], and the
//     person sees a general message in the form. Kratos calls once.
//   - A request without the key gets status 401 without a body, which Kratos shows as an error.
func Handler(caller Caller, f Func, opts ...Option) http.Handler {
	e := newEndpoint("Handler", caller, hookTimeout, opts)
	if f == nil {
		panic("hooks: Handler needs a function")
	}
	return e.handler(func(r *http.Request, body []byte) (int, []byte) { return e.decide(r, body, f) })
}

// decide returns the response to a call with a body.
func (e *endpoint) decide(r *http.Request, body []byte, f Func) (status int, response []byte) {
	ctx := r.Context()
	c, err := decodeCall(body, r.Header)
	if err != nil {
		return e.fail(ctx, &hookError{sentinel: ErrMalformedRequest, detail: err.Error()})
	}
	ids := callIDs{string(c.Flow.Name), c.TriggerID, c.RequestID}
	decision, err := run(ctx, e, ids, func(ctx context.Context) Response { return f(ctx, c) })
	if err != nil {
		return e.fail(ids.in(ctx), err)
	}
	err = decision.check(c)
	switch {
	case err == nil:
		return decision.status, decision.body
	case decision.status == http.StatusServiceUnavailable:
		e.report(ids.in(ctx), err)
		return decision.status, nil
	}
	return e.fail(ids.in(ctx), err)
}

// fail returns a message in the form for the person. Its status makes Kratos call once.
func (e *endpoint) fail(ctx context.Context, err error) (status int, body []byte) {
	e.report(ctx, err)
	return http.StatusUnprocessableEntity, e.failure
}
