package sessionjwt_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
)

// keyServer is the transport to a server of keys.
type keyServer struct {
	set     atomic.Pointer[[]byte] // nil: the server fails
	delay   time.Duration          // of a response
	fetches atomic.Int64
}

func serveKeys(names ...string) *keyServer {
	s := new(keyServer)
	s.serve(names...)
	return s
}

func (s *keyServer) serve(names ...string) {
	set := jwkSet(names...)
	s.set.Store(&set)
}

func (s *keyServer) fail() { s.set.Store(nil) }

func (s *keyServer) RoundTrip(r *http.Request) (*http.Response, error) {
	s.fetches.Add(1)
	select {
	case <-time.After(s.delay):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	set := s.set.Load()
	if set == nil {
		return nil, errors.New(canary + r.URL.String())
	}
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(string(*set)))}, nil
}

// verifies verifies tokens of keys by their id, with the keys of a server.
type verifies struct {
	*testing.T
	server   *keyServer
	verifier *sessionjwt.Verifier[roles]
}

func withServer(t *testing.T, server *keyServer, opts ...sessionjwt.Option) verifies {
	t.Helper()
	opts = append(opts, sessionjwt.WithHTTPClient(&http.Client{Transport: server}))
	keys, err := sessionjwt.KeysFromURL("https://keys.example.org/?secret="+canary, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return verifies{t, server, verifierOf(t, keys, rules())}
}

func (v verifies) verify(ctx context.Context, key string) error {
	_, err := v.verifier.Verify(ctx, sign("ES256", key, headerOf("ES256", key), claimsAt(time.Now())))
	return err
}

// expect verifies a token, lets what it starts end, and compares the number of fetches since the
// test began.
func (v verifies) expect(key string, want error, fetches int64) {
	v.Helper()
	err := v.verify(v.Context(), key)
	if !errors.Is(err, want) || (want == nil) != (err == nil) {
		v.Errorf("a token of %s: %v, want %v", key, err, want)
	}
	if err != nil && (strings.Contains(err.Error(), canary) || errors.As(err, new(*url.Error))) {
		v.Errorf("a token of %s: the error has the URL: %v", key, err)
	}
	synctest.Wait()
	if n := v.server.fetches.Load(); n != fetches {
		v.Errorf("after a token of %s: %d fetches, want %d", key, n, fetches)
	}
}

// Old and new keys overlap; a new one is fetched when a token has it, and a withdrawn one is
// refused after a refresh.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := withServer(t, serveKeys("ec"))
		v.expect("ec", nil, 1)
		v.expect("ec", nil, 1)
		v.server.serve("ec2", "ec")
		v.expect("ec2", sessionjwt.ErrUnknownKey, 1)
		time.Sleep(30 * time.Second)
		v.expect("ec2", nil, 2)
		v.expect("ec", nil, 2)
		v.server.serve("ec2")
		time.Sleep(10 * time.Minute)
		v.expect("ec", nil, 2)
		time.Sleep(time.Second)
		v.expect("ec", nil, 3) // starts the refresh
		v.expect("ec", sessionjwt.ErrUnknownKey, 3)
		v.expect("ec2", nil, 3)
		v.server.serve("ec")
		time.Sleep(20*time.Minute + time.Second)
		v.expect("ec2", sessionjwt.ErrUnknownKey, 4) // after a pause, the refresh comes first
		v.expect("ec", nil, 4)
	})
}

func TestWithRefresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := withServer(t, serveKeys("ec"), sessionjwt.WithRefresh(time.Minute))
		v.expect("ec", nil, 1)
		time.Sleep(time.Minute)
		v.expect("ec", nil, 1)
		time.Sleep(time.Second)
		v.expect("ec", nil, 2)
	})
}

// A failed fetch keeps the keys, and counts for the 30 seconds.
func TestKeyServerFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := serveKeys("ec")
		server.fail()
		v := withServer(t, server)
		v.expect("ec", sessionjwt.ErrKeys, 1)
		server.serve("ec")
		time.Sleep(29 * time.Second)
		v.expect("ec", sessionjwt.ErrKeys, 1)
		time.Sleep(time.Second)
		v.expect("ec", nil, 2)
		server.fail()
		time.Sleep(11 * time.Minute)
		v.expect("ec", nil, 3)
		v.expect("ec", nil, 3)
		v.expect("foreign", sessionjwt.ErrUnknownKey, 3)
		v.expect("foreign", sessionjwt.ErrKeys, 3)
		set := []byte(`{"keys":[{"kty":"oct","kid":"ec","k":"AAAA"}]}`)
		server.set.Store(&set)
		time.Sleep(24 * time.Hour)
		v.expect("ec", nil, 4)
		server.serve("ec", "foreign")
		time.Sleep(30 * time.Second)
		v.expect("foreign", nil, 5)
		v.expect("ec2", sessionjwt.ErrUnknownKey, 5)
		if err := v.verify(t.Context(), "ec2"); errors.Is(err, sessionjwt.ErrKeys) {
			t.Errorf("after a fetch: %v", err)
		}
	})
}

// A flood of unknown key ids makes one fetch in 30 seconds, and lets no other token wait.
func TestFloodOfUnknownKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := withServer(t, serveKeys("ec"))
		v.expect("ec", nil, 1)
		v.server.delay = 4 * time.Second
		time.Sleep(time.Minute)
		input := strings.Split(token(claimsAt(time.Now())), ".")
		flood := func(want time.Duration) {
			t.Helper()
			var wg sync.WaitGroup
			for i := range 1000 {
				wg.Go(func() {
					start := time.Now()
					forged := encode(headerOf("ES256", fmt.Sprint("unknown ", i))) + "." + input[1] + "." + input[2]
					if _, err := v.verifier.Verify(t.Context(), forged); !errors.Is(err, sessionjwt.ErrUnknownKey) {
						t.Errorf("%v", err)
					}
					if took := time.Since(start); took != want {
						t.Errorf("an unknown key took %s, want %s", took, want)
					}
				})
			}
			for range 100 {
				start := time.Now()
				if err := v.verify(t.Context(), "ec"); err != nil || time.Since(start) != 0 {
					t.Errorf("a known key took %s: %v", time.Since(start), err)
				}
			}
			wg.Wait()
		}
		flood(4 * time.Second) // the fetch that these start
		flood(0)
		time.Sleep(25 * time.Second)
		flood(0)
		if n := v.server.fetches.Load(); n != 2 {
			t.Errorf("%d fetches, want 2", n)
		}
	})
}

// Tokens share the first fetch. Each leaves when its own context ends, and none ends the fetch.
func TestFirstFetchIsShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := serveKeys("ec")
		server.delay = 3 * time.Second
		v := withServer(t, server)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := v.verify(ctx, "ec"); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, sessionjwt.ErrKeys) {
				t.Errorf("the first token: %v", err)
			}
		})
		synctest.Wait()
		for range 100 {
			wg.Go(func() {
				if err := v.verify(t.Context(), "ec"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		v.expect("ec", nil, 1)
	})
}

// A server that does not respond is given up after 5 seconds.
func TestKeyServerHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := serveKeys("ec")
		server.delay = time.Hour
		v := withServer(t, server)
		start := time.Now()
		v.expect("ec", sessionjwt.ErrKeys, 1)
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("took %s", took)
		}
		v.expect("ec", context.DeadlineExceeded, 1)
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("within 30 seconds, a token waits until %s", took)
		}
	})
}

func TestPreload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := serveKeys("ec")
		keys := must(sessionjwt.KeysFromURL("https://keys.example.org", sessionjwt.WithHTTPClient(&http.Client{Transport: server})))
		for range 2 {
			if err := keys.Preload(t.Context()); err != nil || server.fetches.Load() != 1 {
				t.Errorf("%v, %d fetches", err, server.fetches.Load())
			}
		}
		if err := keysOf(t, "ec").Preload(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
