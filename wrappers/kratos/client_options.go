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

// An Option configures a [Client] or [Admin].
type Option func(*settings) error

// WithHTTPClient sets the Transport (tracing, TLS, Unix sockets), and the Timeout of a call with
// all retries (0: 30 s). Redirects are not followed.
func WithHTTPClient(hc *http.Client) Option {
	return func(s *settings) error {
		if hc == nil {
			return errors.New("WithHTTPClient: the client is nil")
		}
		s.send.RoundTripper, s.send.Timeout = hc.Transport, hc.Timeout
		return nil
	}
}

// WithUserAgent sets the User-Agent, which is "kratos-go" by default.
func WithUserAgent(agent string) Option {
	return func(s *settings) error {
		if !isHeaderValue(agent) {
			return errors.New("WithUserAgent: the value has a character that a header must not have")
		}
		s.userAgent = agent
		return nil
	}
}

// WithBearerToken sends "Authorization: Bearer token": an API key of Ory Network, or the
// credentials for a gateway. Kratos itself reads it as a session token if a request has neither an
// X-Session-Token nor a valid session cookie.
func WithBearerToken(token string) Option {
	return func(s *settings) error {
		if token == "" || !isHeaderValue(token) {
			return errors.New("WithBearerToken: the token is empty, or has a character that a header must not have")
		}
		if strings.HasPrefix(token, "ory_st_") {
			return errors.New("WithBearerToken: this is a person's session token: pass it to each call with SessionToken")
		}
		s.bearer = "Bearer " + token
		return nil
	}
}

// WithSessionCookie sets the name of the session cookie (session.cookie.name) if it is not
// ory_kratos_session or, in Ory Network, ory_session_….
func WithSessionCookie(name string) Option {
	return func(s *settings) error {
		if (&http.Cookie{Name: name}).Valid() != nil {
			return errors.New("WithSessionCookie: the name is empty, or has a character that the name of a cookie must not have")
		}
		s.sessionCookie = name
		return nil
	}
}

// WithPublicURL sets Kratos' URL for browsers (serve.public.base_url), which [Client.Proxy] and
// [FlowClient.Handler] use. The default is the base URL.
func WithPublicURL(url string) Option {
	return func(s *settings) (err error) {
		s.publicURL, err = parseBaseURL(url)
		return err
	}
}

// WithRetries sets the maximum number of retries of a request, 2 by default.
//   - Requests that only read are retried after a failed connection and after status 429, 502, 503
//     and 504; others only if they had no effect.
//   - The pause is that of Retry-After or X-Ratelimit-Reset. One over 10 seconds, or over a second
//     where a browser waits, ends the call.
func WithRetries(n int) Option {
	return func(s *settings) error {
		if n < 0 {
			return errors.New("WithRetries: the number is negative")
		}
		s.send.Retries = n
		return nil
	}
}

// settings has the options of a client, and sends its requests.
type settings struct {
	send          transport.Transport
	logger        *slog.Logger // nil if nothing is logged
	userAgent     string
	bearer        string
	sessionCookie string
	base          *url.URL
	publicURL     *url.URL // nil if it is base
	proxyHeaders  []string // further request headers that Proxy passes on
	changes       sessionChanges
}

func newSettings(opts []Option) (*settings, error) {
	s := &settings{userAgent: userAgent}
	s.send.Retries = defaultRetries
	s.send.Permanent = func(err error) bool { return validationSentinel(err) != nil }
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

// Do adds the headers of the client to r, and sends it.
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
	s.changed(r, resp, "")
	return resp, err
}

// parseBaseURL parses raw without its trailing slashes. Errors do not quote the URL, which may
// contain a password.
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
