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
	asked   time.Time // when the last finished request began
	err     error
	running *readinessCall
}

type readinessCall struct {
	asked time.Time
	done  chan struct{}
	err   error
}

// ask returns why Kratos is not ready. What was found within the last second counts, unless a
// session that was valid is at stake: for that one, only a request that begins now counts.
func (r *readiness) ask(ctx context.Context, valid bool, ready func(context.Context, ...kratos.RequestOption) error) error {
	now := time.Now()
	r.mu.Lock()
	if !r.asked.IsZero() && now.Sub(r.asked) < memory && (!valid || r.err != nil) {
		defer r.mu.Unlock()
		return r.err
	}
	call := r.running
	if call == nil || valid && call.asked.Before(now) {
		call = &readinessCall{asked: now, done: make(chan struct{})}
		r.running = call
		r.mu.Unlock()
		call.err = ready(ctx)
		r.mu.Lock()
		if r.running == call {
			r.running = nil
		}
		if ctx.Err() == nil && call.asked.After(r.asked) {
			r.asked, r.err = call.asked, call.err
		}
		r.mu.Unlock()
		close(call.done)
		return call.err
	}
	r.mu.Unlock()
	select {
	case <-call.done:
		return call.err
	case <-ctx.Done():
		return &denial{err: kratos.ErrUnreachable, text: "kratos: isReady: " + ctx.Err().Error()}
	}
}
