package sessions

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/kratoskit/kratos-go/internal/redact"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const (
	defaultTimeout = 5 * time.Second // of a call, for which a person waits
	maxTimeout     = time.Minute
	memory         = time.Second // how long it is kept that something was refused or failed
)

// A Guard finds out who sent a request. It is safe for concurrent use.
type Guard struct {
	redacted
	client    *kratos.Client
	loginPage string
	otherwise func(w http.ResponseWriter, r *http.Request, err error)
	timeout   time.Duration
	longest   time.Duration // lifetime of the sessions in the cache
	grace     time.Duration // for which a stale session is used
	entries   int           // 0 without a cache

	cache  *cache  // nil without Cache
	shared *shared // nil without SharedStore
	ready  readiness
	counts counters

	done   context.Context // ends with Close
	end    context.CancelFunc
	stop   func() // unregisters the guard from the client
	loads  sync.WaitGroup
	closed sync.Once
}

// redacted keeps the fields of a guard out of logs: some verbs of package fmt would print its keys.
type redacted = redact.Struct[Guard]

// An Option configures a [Guard].
type Option func(*Guard)

// Cache keeps up to entries sessions, each for at most longest: the time for which a revoked session
// can still pass. It panics unless both are positive.
func Cache(entries int, longest time.Duration) Option {
	if entries <= 0 || longest <= 0 {
		panic("sessions: Cache needs a positive number of entries and a positive lifetime")
	}
	return func(g *Guard) { g.entries, g.longest = entries, longest }
}

// Stale uses a session for up to grace after its lifetime in the cache if Kratos cannot be reached,
// does not respond in time, responds with a status 5xx, or is not ready. It needs [Cache].
//
// It is never used after its expires_at, or after Kratos refused it while ready, or after Forget.
// With [SharedStore], it is not used either while the store is down, as another process may have
// forgotten it.
func Stale(grace time.Duration) Option {
	if grace <= 0 {
		panic("sessions: Stale needs a positive duration")
	}
	return func(g *Guard) { g.grace = grace }
}

// SharedStore shares the cache with other processes, which have the same options. All that it stores
// is encrypted, and authenticated, with a key from secret, which they share, of at least 32 random
// bytes. It needs [Cache].
//
// Without the store, for example while it is down, the guard goes on with its own cache.
func SharedStore(store Store, secret []byte) Option {
	s := newShared(store, secret)
	return func(g *Guard) { g.shared = s }
}

// Timeout limits a call to Kratos with its retries: 5 seconds by default, a minute at most.
// Requests that wait for it end earlier with their own context.
func Timeout(d time.Duration) Option {
	if d <= 0 || d > maxTimeout {
		panic("sessions: Timeout needs a duration of up to a minute")
	}
	return func(g *Guard) { g.timeout = d }
}

// LoginPage is the path of the site to which browsers without a session are redirected. The default
// is the login of Kratos if its URL for browsers is known ([kratos.Client.Proxy],
// [kratos.WithPublicURL]), else /login. It panics if path is not one of the same site.
func LoginPage(path string) Option {
	if path == "" || kratos.LocalPath(path) != path || strings.ContainsAny(path, "?#") {
		panic("sessions: LoginPage needs a path without a query")
	}
	return func(g *Guard) { g.loginPage = path }
}

// Otherwise replaces [Guard.Refuse] in Require and Optional. The error is one of those of
// [Guard.CheckRequest]; [Status] is its status.
func Otherwise(respond func(w http.ResponseWriter, r *http.Request, err error)) Option {
	if respond == nil {
		panic("sessions: Otherwise needs a function")
	}
	return func(g *Guard) { g.otherwise = respond }
}

// New returns a guard for the sessions that the client checks. It panics if an option lacks another
// one. Call [Guard.Close] when it is not needed any more.
func New(client *kratos.Client, opts ...Option) *Guard {
	g := &Guard{client: client, timeout: defaultTimeout}
	g.otherwise = g.Refuse
	for _, opt := range opts {
		opt(g)
	}
	if g.entries == 0 && (g.grace > 0 || g.shared != nil) {
		panic("sessions: Stale and SharedStore need Cache")
	}
	g.done, g.end = context.WithCancel(context.Background())
	g.stop = func() {}
	if g.entries > 0 {
		g.cache = newCache(g.entries, g.longest, g.grace)
		if g.shared != nil {
			g.cache.newKey = g.shared.newKey
		}
		g.stop = client.OnSessionChange(g.forgetChange)
	}
	return g
}

// Close ends the calls of the guard, and waits for them. Afterwards all requests are refused with
// 503.
func (g *Guard) Close() {
	g.closed.Do(func() {
		g.stop()
		g.ready.close()
		g.end()
		if g.cache != nil {
			g.cache.close()
		}
	})
	g.loads.Wait()
	if g.shared != nil {
		g.shared.close()
	}
}

// Require returns middleware that passes on only requests with a session that fulfils the needs,
// with the session in the context. Other requests are refused as [Guard.Refuse] describes.
//
// Browsers send cookies with requests of other sites as well: protect handlers that change
// something from CSRF, for example with [http.CrossOriginProtection].
func (g *Guard) Require(needs ...Need) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			check, err := g.checkRequest(w, r, needs)
			if err != nil {
				g.otherwise(w, r, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(check.context(r.Context())))
		})
	}
}

// Optional returns middleware that passes on all requests, those with a session with it in the
// context. If a session could not be checked, the request has none, and [Unchecked] returns why.
func (g *Guard) Optional() func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			check, err := g.checkRequest(w, r, nil)
			switch {
			case err == nil:
				r = r.WithContext(check.context(r.Context()))
			case Status(err) == http.StatusTooManyRequests, Status(err) == http.StatusServiceUnavailable:
				r = r.WithContext(context.WithValue(r.Context(), uncheckedKey{}, err))
			}
			next.ServeHTTP(w, r)
		})
	}
}

// A Check is the result of a check that found a session.
type Check struct {
	// Session is a copy for the caller.
	Session *kratos.Session
	// Stale reports whether Kratos could not be asked; see the option [Stale].
	Stale bool
}

// Context returns a context for [kratos.SessionFromContext] and [IsStale].
func (c Check) Context(ctx context.Context) context.Context {
	if c.Stale {
		ctx = context.WithValue(ctx, staleKey{}, true)
	}
	return kratos.ContextWithSession(ctx, c.Session)
}

type (
	staleKey     struct{}
	uncheckedKey struct{}
)

// IsStale reports whether the session of a request was not checked because Kratos is down; see
// [Stale]. A handler can refuse what would be dangerous then.
func IsStale(ctx context.Context) bool { return ctx.Value(staleKey{}) != nil }

// Unchecked returns why it is not known whether a request that passed [Guard.Optional] has a
// session, or nil if that is known.
func Unchecked(ctx context.Context) error {
	err, _ := ctx.Value(uncheckedKey{}).(error)
	return err
}
