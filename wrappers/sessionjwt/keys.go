package sessionjwt

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const (
	minPause       = 30 * time.Second // between two loads of a set
	defaultRefresh = 10 * time.Minute
	loadTimeout    = 5 * time.Second
	maxSetBytes    = 1 << 20
)

// Keys are the public keys of a JWK set: RFC 7517. Private parts of keys are dropped when a set is
// read. These are errors of the set, and [ErrKeys]:
//   - a symmetric key (kty "oct"): who verifies with it could issue tokens;
//   - an RSA key of fewer than 2048 bits, or a key that is not valid;
//   - no key for signatures. Keys for encryption and of unknown types are ignored.
//
// A Keys can be shared by verifiers.
type Keys struct {
	redacted[Keys]

	load    func(context.Context) ([]byte, error) // nil if the set never changes
	refresh time.Duration
	state   atomic.Pointer[keyState]

	mu      sync.Mutex
	loading chan struct{} // closed when the load that runs has ended; nil if none runs
}

// keyState is the result of the last load. It is not changed.
type keyState struct {
	byID   map[string][]publicKey // nil if no load has succeeded
	loaded time.Time              // when the last load that succeeded began
	tried  time.Time              // when the last load began
	err    error                  // of the last load
}

// Option is an option of [KeysFromURL].
type Option func(*urlSource) error

// WithHTTPClient sets the client that fetches the set; the default is one with the transport
// [http.DefaultTransport]. Redirects are not followed in any case.
func WithHTTPClient(client *http.Client) Option {
	return func(s *urlSource) error {
		if client == nil {
			return errors.New("the HTTP client is nil")
		}
		s.client = *client
		return nil
	}
}

// WithRefresh sets the age at which the set is fetched again: at least 30 seconds, 10 minutes by
// default. A key that the set lacks by then is no longer accepted.
func WithRefresh(age time.Duration) Option {
	return func(s *urlSource) error {
		if age < minPause {
			return fmt.Errorf("the age for a refresh is below %s", minPause)
		}
		s.refresh = age
		return nil
	}
}

// WithInsecureHTTP permits an http URL of any host. Who can change a response can issue tokens: use
// it in a network that you trust only.
func WithInsecureHTTP() Option {
	return func(s *urlSource) error {
		s.insecure = true
		return nil
	}
}

// KeysFromURL returns the keys at an https URL, or at an http URL of this machine (localhost,
// 127.0.0.0/8, ::1). It fails with [kratos.ErrInvalidArgument], and fetches nothing:
//   - The first token, or [Keys.Preload], fetches the set; a token with an unknown key id fetches
//     it again. Tokens wait for a fetch that runs, 5 seconds at most.
//   - At most one fetch is made in 30 seconds, whatever key ids come and whether it succeeds.
//     Within that time, an unknown key id is [ErrUnknownKey] at once.
//   - A fetch that fails keeps the keys. Without any, the error is [ErrKeys].
//   - A token starts a refresh in the background when it is due: [WithRefresh]. After a pause of
//     more than twice that age, tokens wait for it.
//   - The set has at most 1 MiB.
func KeysFromURL(rawURL string, opts ...Option) (*Keys, error) {
	source, err := newURLSource(rawURL, opts)
	if err != nil {
		return nil, fmt.Errorf("kratos: KeysFromURL: %w: %w", kratos.ErrInvalidArgument, err)
	}
	return newKeys(source.fetch, source.refresh), nil
}

// KeysFromFile returns the keys of a file of at most 1 MiB, which it reads at once, or fails with
// [ErrKeys]. Tokens start reading it again after 30 seconds, in the background. Replace the file by
// a rename: a part of a set is not a valid set, and keeps the keys.
func KeysFromFile(path string) (*Keys, error) {
	keys := newKeys(func(context.Context) ([]byte, error) { return readFile(path) }, minPause)
	if err := keys.Preload(context.Background()); err != nil {
		return nil, err
	}
	return keys, nil
}

// KeysFromJSON returns the keys of a JWK set, which never change, or fails with [ErrKeys].
func KeysFromJSON(set []byte) (*Keys, error) {
	byID, err := parseSet(set)
	if err != nil {
		return nil, &keysError{cause: err}
	}
	keys := new(Keys)
	keys.state.Store(&keyState{byID: byID})
	return keys, nil
}

func newKeys(load func(context.Context) ([]byte, error), refresh time.Duration) *Keys {
	keys := &Keys{load: load, refresh: refresh}
	keys.state.Store(new(keyState))
	return keys
}
