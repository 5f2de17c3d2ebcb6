package kratos

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	defaultTimeout = 30 * time.Second
	defaultRetries = 2
	firstPause     = 100 * time.Millisecond
	longestPause   = 10 * time.Second
	userAgent      = "kratos-go"
)

// An Option configures a [Client] or [Admin] when it is made.
type Option func(*transport) error

// WithHTTPClient sends requests through a copy of hc, whose Transport may add tracing, logging, TLS settings or a Unix
// socket. Its CheckRedirect and Jar are not used: a redirect is an answer of Kratos', and Kratos refuses native calls that
// have a cookie. A Timeout of 0 becomes 30 seconds.
func WithHTTPClient(hc *http.Client) Option {
	return func(t *transport) error {
		if hc == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		t.http = *hc
		return nil
	}
}

// WithUserAgent sets the User-Agent header of every request, which is "kratos-go" by default. Kratos keeps it with the
// sessions that the client makes.
func WithUserAgent(agent string) Option {
	return func(t *transport) error {
		if !headerValue(agent) {
			return errors.New("WithUserAgent: the text has a character that no header has")
		}
		t.userAgent = agent
		return nil
	}
}

// WithBearer sends "Authorization: Bearer token" with every request: the API key of Ory Network, or what a gateway in front of
// Kratos asks for. Kratos itself takes such a token for a session token where a call has neither that nor a cookie.
func WithBearer(token string) Option {
	return func(t *transport) error {
		if token == "" || !headerValue(token) {
			return errors.New("WithBearer: the token is empty, or has a character that no header has")
		}
		if strings.HasPrefix(token, "ory_st_") {
			return errors.New("WithBearer: this is a person's session token: give it to each call with Token")
		}
		t.bearer = "Bearer " + token
		return nil
	}
}

// WithSessionCookie sets the name of Kratos' session cookie (session.cookie.name in its configuration), if it is not
// "ory_kratos_session". [Client.Browser] passes it on.
func WithSessionCookie(name string) Option {
	return func(t *transport) error {
		if name == "" {
			return errors.New("WithSessionCookie: the name is empty")
		}
		t.sessionCookie = name
		return nil
	}
}

// WithPublicURL says by which URL Kratos calls itself (serve.public.base_url in its configuration), if that is not the base
// URL of the client. [Client.Proxy] takes it out of Kratos' answers, and without one [Flows.Page] sends browsers there. What
// [NewClient] says of URLs holds here too.
func WithPublicURL(url string) Option {
	return func(t *transport) (err error) {
		t.publicURL, err = parseBaseURL(url)
		return err
	}
}

// WithRetries sets how often a request is repeated after a failure that may pass: no connection, or status 429, 502, 503
// or 504. It is 2 by default. Only requests that change nothing when repeated are (GET, HEAD, PUT and DELETE); a submission of
// a flow never is.
func WithRetries(n int) Option {
	return func(t *transport) error {
		if n < 0 {
			return errors.New("WithRetries: the number is negative")
		}
		t.retries = n
		return nil
	}
}

// transport sends the requests of one client: with its headers, following no redirect, and again where that is safe.
type transport struct {
	http          http.Client
	stream        http.Client // for lists: the same, without a limit on what the caller does between two items
	userAgent     string
	bearer        string
	sessionCookie string
	base          *url.URL
	publicURL     *url.URL // nil if it is base
	retries       int
}

func newTransport(opts []Option) (*transport, error) {
	t := &transport{userAgent: userAgent, retries: defaultRetries}
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("an option is nil")
		}
		if err := opt(t); err != nil {
			return nil, err
		}
	}
	if t.http.Transport == nil {
		t.http.Transport = newRoundTripper()
	}
	if t.http.Timeout <= 0 {
		t.http.Timeout = defaultTimeout
	}
	t.http.Jar = nil
	t.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t.stream = t.http
	t.stream.Timeout = 0
	return t, nil
}

func newRoundTripper() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          128,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
	}
}

// Do sends r, and sends it again as [WithRetries] says.
func (t *transport) Do(r *http.Request) (*http.Response, error) {
	r.Header["Accept"] = []string{"application/json"}
	if r.Header.Get("User-Agent") == "" {
		r.Header["User-Agent"] = []string{t.userAgent}
	}
	if t.bearer != "" && r.Header.Get("Authorization") == "" {
		r.Header["Authorization"] = []string{t.bearer}
	}
	for attempt := 0; ; attempt++ {
		resp, err := t.try(r)
		if attempt >= t.retries || !repeatable(r) || !temporary(resp, err) {
			return resp, err
		}
		pause, ok := pauseAfter(r.Context(), resp, attempt)
		if !ok {
			return resp, err
		}
		if resp != nil {
			drain(resp.Body)
		}
		if err := rewind(r); err != nil {
			return nil, err
		}
		if err := sleep(r.Context(), pause); err != nil {
			return nil, err
		}
	}
}

// try sends r once.
func (t *transport) try(r *http.Request) (*http.Response, error) {
	if r.Context().Value(streamKey{}) == nil {
		return t.http.Do(r)
	}
	ctx, cancel := context.WithCancel(r.Context())
	body := &streamBody{timeout: t.http.Timeout, cancel: cancel}
	body.timer = time.AfterFunc(body.timeout, cancel)
	resp, err := t.stream.Do(r.WithContext(ctx))
	inTime := body.timer.Stop()
	if err != nil {
		cancel()
		if !inTime && r.Context().Err() == nil {
			err = context.DeadlineExceeded
		}
		return nil, err
	}
	body.ReadCloser = resp.Body
	resp.Body = body
	return resp, nil
}

// repeatable reports whether a request changes nothing when it is sent again.
func repeatable(r *http.Request) bool {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete:
		return r.Context().Value(onceKey{}) == nil
	}
	return false
}

// temporary reports whether the same request may succeed a moment later.
func temporary(resp *http.Response, err error) bool {
	if err != nil {
		var network *net.OpError
		return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// pauseAfter returns how long to wait before the next attempt: as long as the server asks for, else a random time that
// doubles with every attempt. It is false if that is too long to be worth waiting.
func pauseAfter(ctx context.Context, resp *http.Response, attempt int) (time.Duration, bool) {
	pause := firstPause << attempt
	pause = pause/2 + rand.N(pause)
	if resp != nil {
		if asked, ok := retryAfter(resp.Header); ok {
			pause = asked
		}
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= pause {
		return 0, false
	}
	return pause, pause <= longestPause
}

// retryAfter reads the header Retry-After, which is a number of seconds or a date.
func retryAfter(h http.Header) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(date)), true
	}
	return 0, false
}

func rewind(r *http.Request) error {
	if r.GetBody == nil {
		return nil
	}
	body, err := r.GetBody()
	r.Body = body
	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// drain reads what little is left of a body, so that its connection can be used again, and closes it.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 4<<10)
	_ = body.Close()
}

// parseBaseURL parses raw, without slashes at its end. Its errors do not repeat the URL, which may hold a password.
func parseBaseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return nil, errors.New("the base URL is empty")
	case err != nil:
		return nil, errors.New("the base URL cannot be parsed")
	case u.Scheme != "http" && u.Scheme != "https", u.Opaque != "":
		return nil, errors.New("the base URL does not begin with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("the base URL has no host")
	case u.User != nil:
		return nil, errors.New("the base URL has user information; set an Authorization header in the HTTP client instead")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("the base URL has a query or a fragment")
	}
	return url.Parse(strings.TrimRight(raw, "/"))
}
