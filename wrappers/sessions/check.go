package sessions

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/kratoskit/kratos-go/internal/access"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// errNoCredential is the error for requests without a credential, which Kratos is not asked about.
var errNoCredential = &denial{err: kratos.ErrNoSession, text: "kratos: the request has no session token or cookie"}

// errClosed is the error of a guard after Close: nothing is known about the session.
var errClosed = &denial{err: kratos.ErrUnreachable, text: "kratos: the session guard is closed"}

// denial is an error with a text of its own.
type denial struct {
	err  error
	text string
}

func (d *denial) Error() string { return d.text }
func (d *denial) Unwrap() error { return d.err }

// CheckRequest returns the session of a request that fulfils the needs (toSession, public port). Its
// errors are those in the package documentation.
//
// Cookies that Kratos sets are added to w, and the response is not to be cached (Cache-Control:
// no-store). A nil w drops them.
func (g *Guard) CheckRequest(w http.ResponseWriter, r *http.Request, needs ...Need) (Check, error) {
	c, err := g.checkRequest(w, r, needs)
	return c.own(), err
}

func (g *Guard) checkRequest(w http.ResponseWriter, r *http.Request, needs []Need) (checked, error) {
	if w != nil {
		w.Header()["Cache-Control"] = noStore
	}
	a, err := g.check(r.Context(), question{request: r, credential: access.CredentialOf(g.client, r)}, needs)
	if w != nil {
		for _, cookie := range a.cookies {
			w.Header().Add("Set-Cookie", cookie)
		}
	}
	return a, err
}

// noStore is shared by all responses. A handler that sets another value replaces it.
var noStore = []string{"no-store"}

// CheckToken is [Guard.CheckRequest] for a session token, of a gRPC call for example.
func (g *Guard) CheckToken(ctx context.Context, token string, needs ...Need) (Check, error) {
	q := question{credential: access.Credential{Kind: access.Token, Value: token}}
	if token == "" {
		q.credential.Kind = access.None
	}
	c, err := g.check(ctx, q, needs)
	return c.own(), err
}

// question is what is asked about.
type question struct {
	request    *http.Request // nil for a token alone
	credential access.Credential
}

// call returns what asks Kratos. It does not use the request any more, which may end before.
func (q question) call(g *Guard) *call {
	c := &call{client: g.client, token: q.credential.Value}
	if q.request != nil {
		c.browser = g.client.Browser(q.request)
	}
	return c
}

// checked is a check, with the cookies for the request that caused the call to Kratos.
type checked struct {
	Check
	shared  bool // the session is that of the cache, which others use
	cookies []string
}

// own returns the check with a session for the caller.
func (c checked) own() Check {
	if c.shared {
		c.Session = copySession(c.Session)
	}
	return c.Check
}

// context returns a context whose session is copied when a handler asks for it.
func (c checked) context(ctx context.Context) context.Context {
	if !c.shared || c.Stale {
		return c.own().Context(ctx)
	}
	return context.WithValue(ctx, access.SessionKey{}, &lazySession{shared: c.Session})
}

// lazySession is the session of a request, which its handlers share.
type lazySession struct {
	shared *kratos.Session
	once   sync.Once
	copy   *kratos.Session
}

func (l *lazySession) Session() any {
	l.once.Do(func() { l.copy = copySession(l.shared) })
	return l.copy
}

func (g *Guard) check(ctx context.Context, q question, needs []Need) (c checked, err error) {
	switch {
	case q.credential.Kind == access.None:
		return checked{}, errNoCredential
	case g.done.Err() != nil:
		return checked{}, errClosed
	case g.cache == nil:
		c, err = g.decide(g.ask(ctx, q.call(g), true), nil, needs)
	default:
		c, err = g.checkCached(ctx, q, g.cache.newKey(q.credential), needs)
	}
	if err != nil && errors.As(err, new(*NeedError)) {
		g.counts.unmet.Add(1)
	}
	return c, err
}

func (g *Guard) checkCached(ctx context.Context, q question, k key, needs []Need) (checked, error) {
	now := time.Now()
	e := g.cache.get(k)
	switch {
	case e == nil:
		if refused := g.cache.refusal(k, now); refused != nil {
			g.counts.refused.Add(1)
			return checked{}, refused
		}
	case e.isCurrent(now):
		n := unmet(needs, e.session, now)
		if n == nil {
			g.counts.hits.Add(1)
			return checked{Check: Check{Session: e.session}, shared: true}, nil
		}
		if e.unmet.Load() && now.Sub(e.asked) < memory { // as of a moment ago
			return checked{}, g.needError(n)
		}
		if err := e.failure(now); err != nil {
			return checked{}, err
		}
	default:
		if err := e.failure(now); err != nil {
			return g.useStale(e, needs, now, err)
		}
	}
	return g.renew(ctx, k, q, e, needs, now)
}

// maxRenewals is how often a request waits for an answer that is too old to refuse a need.
const maxRenewals = 3

// renew decides by what Kratos says now. An answer for which another request or process asked
// before can be older than the login that fulfils a need, so it does not refuse one.
func (g *Guard) renew(ctx context.Context, k key, q question, e *entry, needs []Need, arrived time.Time) (c checked, err error) {
	for n := range maxRenewals {
		a := g.load(ctx, k, q, e, n > 0)
		if c, err = g.decide(a, e, needs); Status(err) != http.StatusForbidden || arrived.Sub(a.asked) < memory {
			break
		}
		if a.entry != nil {
			e = a.entry
		}
	}
	return c, err
}

// decide returns the result of a check for an answer; e is the session that was in the cache.
func (g *Guard) decide(a answer, e *entry, needs []Need) (checked, error) {
	now := time.Now()
	if a.err != nil {
		if e != nil {
			c, err := g.useStale(e, needs, now, a.err)
			c.cookies = a.cookies
			return c, err
		}
		return checked{cookies: a.cookies}, a.err
	}
	session := a.session
	if a.entry != nil {
		session = a.entry.session
	}
	if n := unmet(needs, session, now); n != nil {
		if a.entry != nil {
			a.entry.unmet.Store(true)
		}
		return checked{cookies: a.cookies}, g.needError(n)
	}
	return checked{Check{Session: session}, a.entry != nil, a.cookies}, nil
}

// useStale returns the session of an entry if Kratos cannot be asked, or the error.
func (g *Guard) useStale(e *entry, needs []Need, now time.Time, err error) (checked, error) {
	if g.grace == 0 || !isOutage(err) || e.forgot.Load() || !g.cache.isValid(e) || !now.Before(e.end.Add(g.grace)) || !now.Before(e.session.ExpiresAt) {
		return checked{}, err
	}
	if unmet(needs, e.session, now) != nil {
		return checked{}, err
	}
	g.counts.stale.Add(1)
	return checked{Check: Check{Session: e.session, Stale: true}, shared: true}, nil
}

// isOutage reports whether an error means that Kratos does not know which sessions are valid.
// ErrUnreachable may also mean that the caller has left.
func isOutage(err error) bool {
	return errors.Is(err, kratos.ErrUnreachable) || errors.Is(err, kratos.ErrServer)
}

// isDenial reports whether an error means that Kratos, while ready, refused a credential.
func isDenial(err error) bool {
	return errors.Is(err, kratos.ErrNoSession) || errors.Is(err, kratos.ErrAAL2Required)
}
