package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
)

const maxGuesses = 20 // of which one is refused, as the time between two doubles

// newThrottle returns a throttle that takes the address of a client from X-Forwarded-For.
func newThrottle() *throttle.Throttle {
	return throttle.New(throttle.PerIdentifier(5, time.Hour), throttle.TrustedProxies("X-Forwarded-For", netip.MustParsePrefix("127.0.0.0/8")))
}

// withAddress is a transport of a client with an address.
func withAddress(address string, next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		r = r.Clone(r.Context())
		r.Header.Set("X-Forwarded-For", address)
		return next.RoundTrip(r)
	})
}

// Guesses of a native client are refused, and the right person logs in from another address.
func TestThrottleOfNativeClients(t *testing.T) { onBothServers(t, testThrottleOfNativeClients) }

func testThrottleOfNativeClients(t *testing.T, be backend) {
	t.Parallel()
	srv := be.start(t, server.Options{})
	direct, _ := clients(t, srv)
	p := newPerson()
	register(t, direct, p)
	base, err := url.Parse(srv.PublicURL)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(newThrottle().Handler(httputil.NewSingleHostReverseProxy(base)))
	defer front.Close()
	client := func(address string) *kratos.Client {
		c := &http.Client{Transport: withAddress(address, http.DefaultTransport)}
		return kratos.Must(kratos.NewClient(front.URL, kratos.WithHTTPClient(c), kratos.WithRetries(0)))
	}

	guesser, person := client("198.51.100.1"), client("192.0.2.1")
	for range 10 { // successes do not count
		if _, err := person.Login.Do(t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.password}); err != nil {
			t.Fatal(err)
		}
	}
	for n := 0; ; n++ {
		_, err := guesser.Login.Do(t.Context(), kratos.LoginPassword{Identifier: strings.ToUpper(p.Email), Password: "guess"})
		if errors.Is(err, kratos.ErrRateLimited) && n >= 5 {
			break
		}
		if kratos.RejectedFlow[kratos.LoginFlow](err) == nil || n > maxGuesses {
			t.Fatalf("guess %d: %v", n, err)
		}
	}
	if _, err := person.Login.Do(t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.password}); err != nil {
		t.Errorf("the person is not let in: %v", err)
	}
}

// Guesses on a page are refused with a page, and the right person logs in from another address
// after a moment.
func TestThrottleOfPages(t *testing.T) { onBothServers(t, testThrottleOfPages) }

func testThrottleOfPages(t *testing.T, be backend) {
	t.Parallel()
	s := newSite(t)
	srv := be.start(t, server.Options{UI: s.url})
	client, _ := clients(t, srv)
	s.mux.Handle("/auth/", newThrottle().Handler(client.Proxy("/auth")))
	s.addPages(client)
	s.addHome(client)
	p := newPerson()
	register(t, client, p)

	s.browser.Transport = withAddress("198.51.100.1", roundTrip(openPage))
	where, page := s.open("/login")
	s.expect("the login", where, page, "/login?flow=", "page login")
	for n := 0; !strings.Contains(page, "Too many attempts"); n++ {
		if n > maxGuesses {
			t.Fatalf("no guess is refused: %s", page)
		}
		where, page = s.submit(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {"guess"}})
		if n < 5 {
			s.expect("a wrong password", where, page, "/login?flow=", "message 4000006")
		}
	}
	s.expect("a refused guess", where, page, "/auth/self-service/login?flow=", "Too many attempts. Try again in ")

	s.clearCookies()
	s.browser.Transport = withAddress("192.0.2.1", roundTrip(openPage))
	s.open("/login")
	right := url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {p.password}}
	// After the last guess, all addresses have to wait for some seconds.
	for where, page = s.submit(right); strings.Contains(page, "Too many attempts"); where, page = s.submit(right) {
		select {
		case <-t.Context().Done():
			t.Fatal("the person is not let in")
		case <-time.After(time.Second / 2):
		}
	}
	s.expect("logged in", where, page, "/", "home of ")
}

// Guesses on the website are refused in the form, and the right person logs in from another
// address after a moment.
func TestThrottleOfTheWebsite(t *testing.T) { onBothServers(t, testThrottleOfTheWebsite) }

func testThrottleOfTheWebsite(t *testing.T, be backend) {
	t.Parallel()
	s := newWebsite(t, be, nil, "-trusted-proxies", "127.0.0.0/8")
	p := newPerson()
	client, _ := clients(t, s.srv)
	register(t, client, p)
	s.browser.Transport = withAddress("198.51.100.1", roundTrip(openPage))
	where, page := s.open("/login")
	const refused = `data-testid="ui/message/9000429"`
	for n := 0; !strings.Contains(page, refused); n++ {
		if n > maxGuesses {
			t.Fatalf("no guess is refused: %s", page)
		}
		where, page = s.submitForm(page, "password", url.Values{"identifier": {p.Email}, "password": {"guess"}})
	}
	s.expect("a refused guess", where, page, "/auth/self-service/login?flow=", "<h1>Sign in</h1>")
	s.expect("its form", where, page, "/auth/self-service/login?flow=", "Too many attempts. Try again in ")
	if strings.Contains(page, `data-testid="ui/message/4000006"`) {
		t.Error("the page has the message of an earlier guess")
	}

	s.clearCookies()
	s.browser.Transport = withAddress("192.0.2.1", roundTrip(openPage))
	_, page = s.open("/login")
	right := url.Values{"identifier": {p.Email}, "password": {p.password}}
	for where, page = s.submitForm(page, "password", right); strings.Contains(page, refused); where, page = s.submitForm(page, "password", right) {
		select {
		case <-t.Context().Done():
			t.Fatal("the person is not let in")
		case <-time.After(time.Second / 2):
		}
	}
	s.expect("logged in", where, page, "/", "You are ")
}

// Of 10,000 guesses from several addresses, as many reach Kratos as are free, and then one a second
// at most. The person is let in at once from a known address, and from another one after a moment.
func TestThrottleOfManyGuesses(t *testing.T) {
	t.Parallel()
	const guesses, guessers, free = 10_000, 20, 5
	srv := realKratos.start(t, server.Options{})
	direct, _ := clients(t, srv)
	p := newPerson()
	register(t, direct, p)
	base := must(url.Parse(srv.PublicURL))(t)
	var reached atomic.Int64
	kratosOrCount := httputil.NewSingleHostReverseProxy(base)
	limit := throttle.New(throttle.PerIdentifier(free, time.Minute), throttle.TrustedProxies("X-Forwarded-For", netip.MustParsePrefix("127.0.0.0/8")))
	front := httptest.NewServer(limit.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			reached.Add(1)
		}
		kratosOrCount.ServeHTTP(w, r)
	})))
	defer front.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: guessers}
	defer transport.CloseIdleConnections()
	client := func(address string) *kratos.Client {
		return kratos.Must(kratos.NewClient(front.URL, kratos.WithHTTPClient(&http.Client{Transport: withAddress(address, transport)}), kratos.WithRetries(0)))
	}
	right := kratos.LoginPassword{Identifier: p.Email, Password: p.password}
	known := client("192.0.2.1")
	must(known.Login.Do(t.Context(), right))(t)

	reached.Store(0)
	start := time.Now()
	var refused atomic.Int64
	var group sync.WaitGroup
	for n := range guessers {
		group.Go(func() {
			guesser := client(fmt.Sprintf("198.51.100.%d", n+1))
			flow, err := guesser.Login.Start(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			for range guesses / guessers {
				_, err := guesser.Login.Submit(t.Context(), flow, kratos.LoginPassword{Identifier: p.Email, Password: "guess"})
				if errors.Is(err, kratos.ErrRateLimited) {
					refused.Add(1)
				} else if kratos.RejectedFlow[kratos.LoginFlow](err) == nil {
					t.Errorf("a guess: %v", err)
					return
				}
			}
		})
	}
	group.Wait()
	got, most := reached.Load(), free+2+int64(time.Since(start)/time.Second)
	t.Logf("%d of %d guesses reached Kratos in %v, at most %d may", got, guesses, time.Since(start).Round(time.Millisecond), most)
	if got < free || got > most || got+refused.Load() != guesses {
		t.Errorf("%d reached Kratos, %d were refused", got, refused.Load())
	}

	if _, err := known.Login.Do(t.Context(), right); err != nil {
		t.Errorf("the person is not let in from a known address: %v", err)
	}
	other := client("203.0.113.1")
	for {
		_, err := other.Login.Do(t.Context(), right)
		if err == nil {
			return
		}
		if !errors.Is(err, kratos.ErrRateLimited) {
			t.Fatalf("the person is not let in from another address: %v", err)
		}
		time.Sleep(time.Second / 4)
	}
}
