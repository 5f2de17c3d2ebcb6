package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

var proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		peer      string
		forwarded []string
		want      string // r.RemoteAddr
	}{
		"a client without a proxy":           {"203.0.113.7:1234", nil, "203.0.113.7:0"},
		"a client that claims an address":    {"203.0.113.7:1234", []string{"198.51.100.1"}, "203.0.113.7:0"},
		"a proxy":                            {"10.0.0.1:1234", []string{"203.0.113.7"}, "203.0.113.7:0"},
		"what a client sent to the proxy":    {"10.0.0.1:1234", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7:0"},
		"two proxies":                        {"10.0.0.1:1234", []string{"203.0.113.7, 10.0.0.2"}, "203.0.113.7:0"},
		"two proxies with a line each":       {"10.0.0.1:1234", []string{"203.0.113.7", "10.0.0.2"}, "203.0.113.7:0"},
		"the claim of a client, two lines":   {"10.0.0.1:1234", []string{"10.0.0.3, 198.51.100.1", "203.0.113.7"}, "203.0.113.7:0"},
		"a proxy that is not trusted":        {"10.0.0.1:1234", []string{"203.0.113.7, 192.0.2.1"}, "192.0.2.1:0"},
		"only proxies":                       {"10.0.0.1:1234", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3:0"},
		"a request of the proxy's own":       {"10.0.0.1:1234", nil, "10.0.0.1:0"},
		"not an address":                     {"10.0.0.1:1234", []string{"203.0.113.7, unknown, 10.0.0.2"}, "10.0.0.2:0"},
		"a port":                             {"10.0.0.1:1234", []string{"203.0.113.7:5678"}, "203.0.113.7:0"},
		"IPv6":                               {"[fd00::1]:1234", []string{"2001:db8::7"}, "[2001:db8::7]:0"},
		"IPv6 in brackets, with a port":      {"[fd00::1]:1234", []string{"[2001:db8::7]:5678"}, "[2001:db8::7]:0"},
		"IPv4 as IPv6":                       {"[::ffff:10.0.0.1]:1234", []string{"::ffff:203.0.113.7"}, "203.0.113.7:0"},
		"a connection without an IP address": {"@", []string{"203.0.113.7"}, "@"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tc.peer
		if tc.forwarded != nil {
			r.Header["X-Forwarded-For"] = tc.forwarded
		}
		var got *http.Request
		options{trustedProxies: proxies}.withClientAddress(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r })).ServeHTTP(nil, r)
		if got.RemoteAddr != tc.want || got.Header["X-Forwarded-For"] != nil {
			t.Errorf("%s: %q, header %q, want %q", name, got.RemoteAddr, got.Header["X-Forwarded-For"], tc.want)
		}
		if r.RemoteAddr != tc.peer || !slices.Equal(r.Header["X-Forwarded-For"], tc.forwarded) {
			t.Errorf("%s: the request of the server is changed", name)
		}
	}
}

// newSiteBehindProxies returns the site with a function that sends a request of a client of a proxy.
func newSiteBehindProxies(t *testing.T, trusted []netip.Prefix) (*kratostest.Kratos, func(client, method, target, form string, header http.Header) *httptest.ResponseRecorder) {
	t.Helper()
	k := kratostest.New(t)
	site, err := options{throttle: true, trustedProxies: trusted}.site(k.Client())
	if err != nil {
		t.Fatal(err)
	}
	return k, func(client, method, target, form string, header http.Header) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, target, strings.NewReader(form))
		r.Header = header.Clone()
		r.RemoteAddr = "10.0.0.1:1234"
		r.Header.Set("X-Forwarded-For", client)
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w
	}
}

func TestKratosHasTheAddressOfTheClient(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		trusted []netip.Prefix
		want    string
	}{
		"trusted proxies": {proxies, "203.0.113.7"},
		"none":            {nil, "10.0.0.1"},
	} {
		k, send := newSiteBehindProxies(t, tc.trusted)
		browser := browserOf(k, false)
		for target, operation := range map[string]string{"/sessions": "listMySessions", "/auth/sessions/whoami": "toSession", "/login": "createBrowserLoginFlow"} {
			send("203.0.113.7", "GET", target, "", browser)
			calls := k.Calls(operation)
			if len(calls) == 0 {
				t.Fatalf("%s: %s does not call Kratos", name, target)
			}
			if got := calls[len(calls)-1].Header.Values("X-Forwarded-For"); len(got) != 1 || got[0] != tc.want {
				t.Errorf("%s: %s: Kratos has the address %q, want %s", name, target, got, tc.want)
			}
		}
	}
}

// The failures of one client do not slow down another one behind the same proxy.
func TestThrottleCountsClientsBehindAProxy(t *testing.T) {
	t.Parallel()
	k, send := newSiteBehindProxies(t, proxies)
	flow, err := k.Client().Login.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	guess := func(client string, n int) int {
		body := fmt.Sprintf(`{"method":"password","identifier":"person%d@example.com","password":"wrong"}`, n)
		return send(client, "POST", "/auth/self-service/login?flow="+flow.ID, body, http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json"}}).Code
	}
	refused := 0
	for n := range 200 { // 50 are free, then the time between two grows to a minute
		if refused = guess("203.0.113.7", n); refused == http.StatusTooManyRequests {
			break
		}
	}
	if refused != http.StatusTooManyRequests {
		t.Fatalf("status %d after 200 guesses", refused)
	}
	if status := guess("203.0.113.8", 200); status != http.StatusBadRequest {
		t.Errorf("another client: status %d", status)
	}
}
