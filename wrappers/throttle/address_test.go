package throttle_test

import (
	"bytes"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

// Failures count for the address of the client, of which a client can say nothing itself.
func TestClientAddress(t *testing.T) {
	t.Parallel()
	trusted := throttle.TrustedProxies("X-Forwarded-For", netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"))
	for name, tc := range map[string]struct {
		opts           []throttle.Option
		first, second  string // RemoteAddr
		before, header string // X-Forwarded-For of both
		same           bool
	}{
		"the same address with another port":          {nil, "192.0.2.1:1", "192.0.2.1:2", "", "", true},
		"another address":                             {nil, "192.0.2.1:1", "192.0.2.2:1", "", "", false},
		"an IPv4 address as IPv6":                     {nil, "192.0.2.1:1", "[::ffff:192.0.2.1]:1", "", "", true},
		"the same IPv6 site":                          {nil, "[2001:db8::1]:1", "[2001:db8:0:ff::2]:1", "", "", true},
		"another IPv6 site":                           {nil, "[2001:db8::1]:1", "[2001:db8:0:100::1]:1", "", "", false},
		"another zone":                                {nil, "[fe80::1%a]:1", "[fe80::1%b]:1", "", "", true},
		"a header without the option":                 {nil, "192.0.2.1:1", "192.0.2.1:1", "198.51.100.1", "198.51.100.2", true},
		"a header of a client":                        {[]throttle.Option{trusted}, "192.0.2.1:1", "192.0.2.1:1", "198.51.100.1", "198.51.100.2", true},
		"clients of a proxy":                          {[]throttle.Option{trusted}, "10.0.0.1:1", "10.0.0.2:1", "198.51.100.1", "198.51.100.2", false},
		"one client of two proxies":                   {[]throttle.Option{trusted}, "10.0.0.1:1", "[fd00::1]:1", "198.51.100.1", "198.51.100.1, 10.9.9.9", true},
		"what a client of a proxy adds":               {[]throttle.Option{trusted}, "10.0.0.1:1", "10.0.0.1:1", "203.0.113.1, 198.51.100.1", "203.0.113.2, 198.51.100.1", true},
		"what a client adds before something invalid": {[]throttle.Option{trusted}, "10.0.0.1:1", "10.0.0.1:1", "203.0.113.1, x, 10.0.0.5", "203.0.113.2, x, 10.0.0.5", true},
		"clients behind a Unix socket":                {[]throttle.Option{trusted}, "@", "@", "198.51.100.1", "198.51.100.2", false},
		"addresses with ports":                        {[]throttle.Option{trusted}, "10.0.0.1:1", "10.0.0.1:1", "198.51.100.1:7", "198.51.100.1:8", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newSite(append(tc.opts, throttle.PerAddress(1, time.Minute), throttle.Logger(slog.New(slog.DiscardHandler)))...)
				send := func(identifier, remote, header string) int {
					r := password(identifier, "wrong").request()
					r.RemoteAddr = remote
					if header != "" {
						r.Header.Set("X-Forwarded-For", header)
					}
					return s.serve(r).Code
				}
				send("ada", tc.first, tc.before)
				send("bob", tc.first, tc.before)
				if got := send("eve", tc.second, tc.header); (got == 429) != tc.same {
					t.Errorf("status %d, same address: %v", got, tc.same)
				}
			})
		})
	}
}

// Without an address, identifiers are limited all the same.
func TestNoClientAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSite()
		send := func(identifier string) int {
			r := password(identifier, "wrong").request()
			r.RemoteAddr = "@"
			return s.serve(r).Code
		}
		for range 6 {
			send("ada")
		}
		if got := send("ada"); got != 429 {
			t.Errorf("status %d, want 429", got)
		}
		for range 200 {
			if got := send(time.Now().String()); got != 400 {
				t.Fatalf("status %d of another identifier, want 400", got)
			}
			time.Sleep(time.Millisecond)
		}
	})
}

// A header of a proxy without the option is logged once, without its value.
func TestMissingTrustedProxies(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newSite(throttle.Logger(slog.New(slog.NewTextHandler(&log, nil))))
	for range 3 {
		r := password("ada", "right").request()
		r.Header.Set("X-Forwarded-For", "198.51.100.1")
		s.serve(r)
	}
	if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), "TrustedProxies") || strings.Contains(log.String(), "198.51") {
		t.Errorf("log: %s", &log)
	}
}
