package sessions

import (
	"context"
	"sync"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// readiness merges the requests that ask Kratos whether it is ready.
type readiness struct {
	mu      sync.Mutex
	closed  bool
	last    *readinessCall // that has finished
	running *readinessCall
	next    *readinessCall // for sessions that were refused while running was on its way; may be nil
}

type readinessCall struct {
	ctx   context.Context // without the end of the request that caused the call
	asked time.Time
	done  chan struct{}
	err   error
}

// isReady returns why Kratos is not ready. What was found within the last second counts, unless a
// session that was valid is at stake: for that one, only a call that begins now counts, or one that
// failed. No call ends with the request that caused it, as others wait for it.
func (g *Guard) isReady(ctx context.Context, valid bool) error {
	if valid && g.cache != nil {
		g.counts.doubtful.Add(1)
	}
	r := &g.ready
	r.mu.Lock()
	if last := r.last; last != nil && time.Since(last.asked) < memory && (!valid || isOutage(last.err)) {
		r.mu.Unlock()
		return last.err
	}
	call := r.running
	switch {
	case r.closed:
		r.mu.Unlock()
		return errClosed
	case call == nil:
		call = newReadinessCall(ctx)
		g.startReadiness(call)
	case valid:
		if r.next == nil {
			r.next = newReadinessCall(ctx)
		}
		call = r.next
	}
	r.mu.Unlock()
	select {
	case <-call.done:
		return call.err
	case <-ctx.Done():
		return &denial{err: kratos.ErrUnreachable, text: "kratos: isReady: " + ctx.Err().Error()}
	}
}

func newReadinessCall(ctx context.Context) *readinessCall {
	return &readinessCall{ctx: context.WithoutCancel(ctx), done: make(chan struct{})}
}

// startReadiness starts a call. The caller has locked mu.
func (g *Guard) startReadiness(call *readinessCall) {
	call.asked = time.Now()
	g.ready.running = call
	g.loads.Go(func() {
		ctx, cancel := context.WithTimeout(call.ctx, g.timeout)
		defer cancel()
		defer context.AfterFunc(g.done, cancel)()
		call.err = g.client.Ready(ctx)
		g.endReadiness(call)
	})
}

// endReadiness starts the next call, unless this one has failed: then the next one has, too.
func (g *Guard) endReadiness(call *readinessCall) {
	r := &g.ready
	r.mu.Lock()
	defer r.mu.Unlock()
	next := r.next
	r.last, r.running, r.next = call, nil, nil
	close(call.done)
	switch {
	case next == nil:
	case isOutage(call.err):
		next.asked, next.err = call.asked, call.err
		close(next.done)
	case r.closed:
		next.err = errClosed
		close(next.done)
	default:
		g.startReadiness(next)
	}
}

// close makes sure that no further call begins.
func (r *readiness) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
}
