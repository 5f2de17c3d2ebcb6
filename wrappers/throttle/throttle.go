package throttle

import (
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/kratoskit/kratos-go/internal/redact"
)

const (
	identifierWindow = 24 * time.Hour // for which failures count
	addressWindow    = time.Hour
	knownFor         = 30 * 24 * time.Hour
	linkedFor        = 30 * 24 * time.Hour // of a session to its person

	// All unknown addresses together attempt an identifier so many times as often as one of them.
	addressesPerIdentifier = 30

	defaultEntries = 100_000
)

// A Throttle limits submissions. It is safe for concurrent use.
type Throttle struct {
	redacted
	identifier limit
	address    limit
	header     string // with the addresses that proxies add
	proxies    []netip.Prefix
	cookie     string
	refused    func(w http.ResponseWriter, r *http.Request, refusal Refusal)
	logger     *slog.Logger
	entries    int
	store      Store // of the option SharedStore, or nil
	secret     []byte

	keys       *keys
	counters   *counters
	warnHeader sync.Once
}

// redacted keeps the fields of a throttle out of logs.
type redacted = redact.Struct[Throttle]

// limit is how many failures are free, and the longest time between attempts after them.
type limit struct {
	free    int
	longest time.Duration
}

// An Option configures a [Throttle].
type Option func(*Throttle)

// PerIdentifier sets how many failures per identifier, session or flow are free in a day, and the
// longest time between two attempts from one address after them: 5 and 15 minutes by default.
func PerIdentifier(free int, longest time.Duration) Option {
	l := newLimit("PerIdentifier", free, longest)
	return func(t *Throttle) { t.identifier = l }
}

// PerAddress sets how many failures per client address are free in an hour, and the longest time
// between two attempts after them: 50 and a minute by default.
func PerAddress(free int, longest time.Duration) Option {
	l := newLimit("PerAddress", free, longest)
	return func(t *Throttle) { t.address = l }
}

func newLimit(option string, free int, longest time.Duration) limit {
	if free <= 0 || longest < time.Second || longest > time.Hour {
		panic("throttle: " + option + " needs a positive number, and a duration from a second to an hour")
	}
	return limit{free, longest}
}

// TrustedProxies takes the client's address from a request header, such as X-Forwarded-For, to
// which the proxies of these networks append the address of their client: it is the last one that
// is not a proxy. Connections from other addresses, and their header, are not trusted; those
// without an address (Unix sockets) are. It panics without a header and a network.
func TrustedProxies(header string, proxies ...netip.Prefix) Option {
	if header == "" || len(proxies) == 0 {
		panic("throttle: TrustedProxies needs a header and a network")
	}
	for _, p := range proxies {
		if !p.IsValid() {
			panic("throttle: TrustedProxies needs valid networks")
		}
	}
	return func(t *Throttle) { t.header, t.proxies = http.CanonicalHeaderKey(header), proxies }
}

// SharedStore keeps the counters in a store that several processes share, with the same options and
// the same secret of at least 32 random bytes. It panics without them.
func SharedStore(store Store, secret []byte) Option {
	if store == nil || len(secret) < minSecret {
		panic("throttle: SharedStore needs a store and a secret of at least 32 bytes")
	}
	return func(t *Throttle) { t.store, t.secret = store, secret }
}

// Entries limits the counters in the memory of the process, 100,000 by default: about 20 MB. Those
// that were not used for the longest time are dropped first.
func Entries(n int) Option {
	if n <= 0 {
		panic("throttle: Entries needs a positive number")
	}
	return func(t *Throttle) { t.entries = n }
}

// SessionCookie is the name of Kratos' session cookie, if it is not ory_kratos_session or, in Ory
// Network, ory_session_….
func SessionCookie(name string) Option {
	if name == "" {
		panic("throttle: SessionCookie needs a name")
	}
	return func(t *Throttle) { t.cookie = name }
}

// Refused replaces [Respond], for example by ShowRefusal of package ui, which shows the form. The
// header Retry-After is set already; the status is up to the function.
func Refused(respond func(w http.ResponseWriter, r *http.Request, refusal Refusal)) Option {
	if respond == nil {
		panic("throttle: Refused needs a function")
	}
	return func(t *Throttle) { t.refused = respond }
}

// Logger replaces [slog.Default] for failures of the shared store and a missing [TrustedProxies].
func Logger(logger *slog.Logger) Option {
	if logger == nil {
		panic("throttle: Logger needs a logger")
	}
	return func(t *Throttle) { t.logger = logger }
}

// New returns a throttle with counters of its own, unless they are in a [SharedStore].
func New(opts ...Option) *Throttle {
	t := &Throttle{
		identifier: limit{5, 15 * time.Minute}, address: limit{50, time.Minute},
		cookie: "ory_kratos_session", refused: Respond, logger: slog.Default(), entries: defaultEntries,
	}
	for _, opt := range opts {
		opt(t)
	}
	t.keys = newKeys(t.secret)
	t.counters = &counters{shared: t.store, local: newMemory(t.entries), logger: t.logger}
	return t
}
