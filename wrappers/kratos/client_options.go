package kratos

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/internal/transport"
)

const (
	defaultTimeout = 30 * time.Second
	defaultRetries = 2
	userAgent      = "kratos-go"
)

// An Option configures a [Client] or [Admin] when it is made.
type Option func(*settings) error

// WithHTTPClient sends requests through a copy of hc, whose Transport may add tracing, logging, TLS
// settings or a Unix socket (see the examples). Its CheckRedirect and Jar are not used: a redirect
// is an answer of Kratos', and Kratos refuses native calls that have a cookie. Its Timeout is for a
// whole call, with all attempts and the pauses between them; 0 means 30 seconds.
func WithHTTPClient(hc *http.Client) Option {
	return func(s *settings) error {
		if hc == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		s.send.RoundTripper, s.send.Timeout = hc.Transport, hc.Timeout
		return nil
	}
}

// WithUserAgent sets the User-Agent header of every request, which is "kratos-go" by default.
// Kratos keeps it with the sessions that the client makes.
func WithUserAgent(agent string) Option {
	return func(s *settings) error {
		if !isHeaderValue(agent) {
			return errors.New("WithUserAgent: the text has a character that no header has")
		}
		s.userAgent = agent
		return nil
	}
}

// WithBearer sends "Authorization: Bearer token" with every request: the API key of Ory Network, or
// what a gateway in front of Kratos asks for. Kratos itself takes such a token for a session token
// where a call has neither that nor a cookie that it can read.
func WithBearer(token string) Option {
	return func(s *settings) error {
		if token == "" || !isHeaderValue(token) {
			return errors.New("WithBearer: the token is empty, or has a character that no header has")
		}
		if strings.HasPrefix(token, "ory_st_") {
			return errors.New("WithBearer: this is a person's session token: give it to each call with Token")
		}
		s.bearer = "Bearer " + token
		return nil
	}
}

// WithSessionCookie sets the name of Kratos' session cookie (session.cookie.name in its
// configuration), if it is not "ory_kratos_session". [Client.Browser] passes it on. No cookie with
// another name is taken for a session then; without this option, those of Ory Network
// (ory_session_…) are.
func WithSessionCookie(name string) Option {
	return func(s *settings) error {
		if (&http.Cookie{Name: name}).Valid() != nil {
			return errors.New("WithSessionCookie: the name is empty, or has a character that no cookie's name has")
		}
		s.sessionCookie = name
		return nil
	}
}

// WithPublicURL says by which URL Kratos calls itself (serve.public.base_url in its configuration),
// if that is not the base URL of the client. [Client.Proxy] takes it out of Kratos' answers, and
// without one [FlowClient.Page] sends browsers there. What [NewClient] says of URLs holds here too.
func WithPublicURL(url string) Option {
	return func(s *settings) (err error) {
		s.publicURL, err = parseBaseURL(url)
		return err
	}
}

// WithRetries sets how often a request is sent again, at most; 2 by default.
//
//   - A request that only reads is sent again after a failure that may pass: a connection that could not be made or broke, or status
//     429, 502, 503 or 504. The pause before it is what Retry-After or X-Ratelimit-Reset asks for, or some tenths of a second. Where a person waits (a
//     [Browser], [FlowClient.Page], [Client.RequireSession]), a server that asks for more than a second is not asked again, otherwise for more than 10 seconds.
//   - A request that changes something is sent again only if it certainly had no effect: there was no connection, or the server
//     said over HTTP/2 that it did not process it. See [ErrNotProcessed].
//
// That includes what net/http would repeat by itself.
func WithRetries(n int) Option {
	return func(s *settings) error {
		if n < 0 {
			return errors.New("WithRetries: the number is negative")
		}
		s.send.Retries = n
		return nil
	}
}

// settings is what the options of a client come to. It sends the requests of that client.
type settings struct {
	send          transport.Transport
	logger        *slog.Logger // nil if nothing is logged
	userAgent     string
	bearer        string
	sessionCookie string
	base          *url.URL
	publicURL     *url.URL // nil if it is base
	proxyHeaders  []string // that Proxy passes on, in addition to its own
}

func newSettings(opts []Option) (*settings, error) {
	s := &settings{userAgent: userAgent}
	s.send.Retries = defaultRetries
	s.send.Permanent = func(err error) bool { return argumentSentinel(err) != nil }
	for _, opt := range opts {
		if opt == nil {
			return nil, errors.New("an option is nil")
		}
		if err := opt(s); err != nil {
			return nil, err
		}
	}
	if s.send.RoundTripper == nil {
		s.send.RoundTripper = newRoundTripper()
	}
	if s.send.Timeout <= 0 {
		s.send.Timeout = defaultTimeout
	}
	return s, nil
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

// Do gives r the headers of the client, and sends it.
func (s *settings) Do(r *http.Request) (*http.Response, error) {
	r.Header["Accept"] = []string{"application/json"}
	if r.Header.Get("User-Agent") == "" {
		r.Header["User-Agent"] = []string{s.userAgent}
	}
	if s.bearer != "" && r.Header.Get("Authorization") == "" {
		r.Header["Authorization"] = []string{s.bearer}
	}
	resp, err := s.send.Do(r)
	if resp != nil {
		storeHeader(r.Context(), resp.Header)
	}
	return resp, err
}

// parseBaseURL parses raw, without slashes at its end. Its errors do not repeat the URL, which may
// hold a password.
func parseBaseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return nil, errors.New("the base URL is empty")
	case !strings.Contains(raw, "://"):
		return nil, errors.New("the base URL does not begin with http:// or https://")
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
