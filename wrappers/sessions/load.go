package sessions

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/kratoskit/kratos-go/internal/access"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// answer is what Kratos, or the shared store, says about a credential.
type answer struct {
	session *kratos.Session
	entry   *entry // with a cache, for a session
	err     error
	cookies []string // that Kratos set
	header  string   // Ory-Session-Cache-For
	asked   time.Time
}

// call asks Kratos about a credential.
type call struct {
	client  *kratos.Client
	browser *kratos.Browser // nil for a token alone
	token   string
}

// ask calls Kratos. That a session has ended which was valid until now is believed only if Kratos
// is ready.
func (g *Guard) ask(ctx context.Context, c *call, valid bool) answer {
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	defer context.AfterFunc(g.done, cancel)()
	g.counts.calls.Add(1)
	var header http.Header
	a := answer{asked: time.Now()}
	ctx = access.WithReadiness(ctx, func(ctx context.Context) error { return g.isReady(ctx, valid) })
	if c.browser == nil {
		a.session, a.err = c.client.ActiveSession(ctx, kratos.SessionToken(c.token), kratos.ResponseHeader(&header))
	} else {
		a.session, a.err = c.browser.ActiveSession(ctx, kratos.ResponseHeader(&header))
		set := recorder{http.Header{}}
		c.browser.SetCookies(set)
		a.cookies = set.header["Set-Cookie"]
	}
	if errors.Is(a.err, kratos.ErrInvalidArgument) { // Kratos cannot have issued this credential
		a.err = &denial{err: kratos.ErrNoSession, text: "kratos: the session token or cookie is malformed"}
	}
	if a.err != nil && !isDenial(a.err) {
		a.cookies = nil // of a gateway, or of a Kratos that fails: they could end a valid session
	}
	a.header = header.Get("Ory-Session-Cache-For")
	return a
}

// recorder is a response whose header is kept.
type recorder struct{ header http.Header }

func (r recorder) Header() http.Header       { return r.header }
func (recorder) Write(b []byte) (int, error) { return len(b), nil }
func (recorder) WriteHeader(int)             {}

// flight is a call for which all requests with a credential wait.
type flight struct {
	done   chan struct{}
	answer answer
	forgot bool // the credential was forgotten since the call began
}

// load asks about a credential, at most once at a time. The call goes on if the request that caused
// it is canceled, for the others; only that request gets its cookies. With renew, the shared store
// is not asked.
func (g *Guard) load(ctx context.Context, k key, q question, old *entry, renew bool) answer {
	f, leads := g.cache.join(k, &g.loads)
	switch {
	case f == nil:
		return answer{err: errClosed}
	case leads:
		go g.run(context.WithoutCancel(ctx), k, q.call(g), old, f, renew)
	default:
		g.counts.merged.Add(1)
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		return answer{err: &denial{err: kratos.ErrUnreachable, text: "kratos: the session was not checked: " + ctx.Err().Error()}}
	}
	a := f.answer
	if !leads {
		a.cookies = nil
	}
	return a
}

// run is the goroutine of a flight.
func (g *Guard) run(ctx context.Context, k key, c *call, old *entry, f *flight, renew bool) {
	defer g.loads.Done()
	f.answer = g.find(ctx, k, c, old, renew || old != nil && old.isCurrent(time.Now()))
	g.cache.land(k, f, old)
}

// find asks the shared store, unless a session is renewed for a need, then Kratos.
func (g *Guard) find(ctx context.Context, k key, c *call, old *entry, renew bool) answer {
	if g.shared != nil && !renew {
		if e := g.shared.get(ctx, k, g); e != nil {
			g.counts.storeHits.Add(1)
			return answer{session: e.session, entry: e, asked: e.asked}
		}
	}
	a := g.ask(ctx, c, old != nil)
	if g.shared != nil && g.grace > 0 && old != nil && isOutage(a.err) && g.shared.hasForgotten(ctx, k, old, g) {
		old.forgot.Store(true)
	}
	if a.err == nil {
		a.entry = g.newEntry(a)
		if g.shared != nil {
			g.shared.set(ctx, k, a.entry, g)
		}
	}
	return a
}

// newEntry returns the entry for a session.
func (g *Guard) newEntry(a answer) *entry {
	lifetime := g.longest
	if seconds, err := strconv.ParseInt(a.header, 10, 64); err == nil && seconds < int64(lifetime/time.Second)+1 {
		lifetime = min(lifetime, time.Duration(max(seconds, 0))*time.Second)
	}
	e := &entry{session: a.session, asked: a.asked, end: a.asked.Add(lifetime)}
	if a.session.ExpiresAt.Before(e.end) {
		e.end = a.session.ExpiresAt
	}
	return e
}
