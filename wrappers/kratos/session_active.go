package kratos

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

const (
	clockTolerance   = time.Minute     // between the clocks of Kratos and of this program
	readinessTimeout = 5 * time.Second // of the second request, for which a person waits
)

// ActiveSession returns the session of [SessionToken] if it is valid (toSession, public port). It
// is [Client.Whoami] with the checks of [Client.RequireSession], for programs that have no
// [http.Request], such as gRPC servers. Let no one in after an error:
//   - [ErrNoSession]: the token is missing (nothing was sent then) or unknown, or the session has
//     ended: status 401.
//   - [ErrAAL2Required]: the second factor comes first: status 403, or the login page. RedirectTo
//     of the [Error] is where a browser enters it.
//   - any other: the session could not be checked: status 503.
//
// For an unknown token, it sends a second request (isReady), since Kratos also responds with 401
// when its database fails.
func (c *Client) ActiveSession(ctx context.Context, opts ...RequestOption) (*Session, error) {
	session, err := c.whoami(withInteractivePause(ctx), nil, requireActive, opts)
	return session, c.confirmRefusal(ctx, err)
}

// ActiveSession returns the session of the request that b was made of, if it is valid (toSession,
// public port). It is [Client.RequireSession] as a function, for other types of handlers, and for
// handlers that serve people without a session as well:
//
//	browser := client.Browser(r)
//	session, err := browser.ActiveSession(r.Context())
//	browser.SetCookies(w) // or browser.Cookies(): Kratos renews the cookie of a session that was extended
//
// The session is that of the header X-Session-Token, of Kratos' session cookie, or of
// "Authorization: Bearer", in this order; with a token, nothing else of the browser is sent. The
// errors are those of [Client.ActiveSession].
func (b *Browser) ActiveSession(ctx context.Context, opts ...RequestOption) (*Session, error) {
	token := b.cookies.token
	if token == "" && !b.cookies.hasCredentials() {
		token = b.cookies.bearer
	}
	if token != "" {
		return b.client.ActiveSession(ctx, append(opts[:len(opts):len(opts)], SessionToken(token))...)
	}
	session, err := b.whoami(ctx, nil, requireActive, opts)
	return session, b.client.confirmRefusal(ctx, err)
}

// requireActive refuses a session that is not valid. Kratos always sends the members that it looks
// at: a response without them is not from Kratos.
func requireActive(a *response, s *Session) error {
	var shape struct {
		Active *bool `json:"active"`
	}
	switch {
	case !s.Active && jsonv2.Unmarshal(a.body, &shape) == nil && shape.Active != nil:
		return a.sessionEnded("")
	case !s.Active, s.Identity == nil, s.Identity.ID == "", s.ExpiresAt.IsZero():
		return a.unexpectedError(nil)
	case strings.EqualFold(string(s.Identity.State), string(IdentityStateInactive)):
		return a.sessionEnded(": the identity is inactive")
	case time.Since(s.ExpiresAt) > clockTolerance:
		return a.sessionEnded(": it has expired (or the clock of this program is wrong)")
	}
	return nil
}

func (a *response) sessionEnded(why string) *Error {
	e := a.newError()
	e.sentinel, e.text = ErrNoSession, ErrNoSession.Error()+why
	return e
}

// confirmRefusal completes an error that keeps a person out: without a session, Kratos may only be
// unable to look it up, and a second factor is entered where browsers reach Kratos.
func (c *Client) confirmRefusal(ctx context.Context, err error) error {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.sentinel == ErrAAL2Required:
		e.RedirectTo = c.secondFactorURL(e.RedirectTo)
	case e.sentinel == ErrNoSession && e.StatusCode == http.StatusUnauthorized:
		ctx, cancel := context.WithTimeout(ctx, readinessTimeout)
		defer cancel()
		if ready := c.Ready(ctx); isOutage(ready) {
			return ready
		}
	}
	return err
}

// isOutage reports whether an error of isReady means that Kratos has no database. Anything else but
// JSON with status 5xx is from a gateway that does not let this request through, and says nothing.
func isOutage(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	return e.sentinel == ErrUnreachable || e.StatusCode >= 500 && (&response{Response: &http.Response{Header: e.Header}}).isJSON()
}

// secondFactorURL returns where a browser gives the second factor that Kratos asks for at target:
// below the site's [Client.Proxy], if there is one. Where it is known by which URL browsers reach
// Kratos, no other is returned, and no scheme but http and https anywhere.
func (c *Client) secondFactorURL(target string) string {
	front := c.rewriter.Load()
	if front != nil {
		switch to, p := front.resolve(request{path: "/"}, target); p {
		case viaProxy:
			target = to
		case bypass, adminAPI:
			target = ""
		}
	}
	known := front != nil || c.settings.publicURL != nil
	switch u, err := url.Parse(target); {
	case err == nil && front != nil && target != "" && LocalPath(target) == target,
		err == nil && !known && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil,
		err == nil && known && front == nil && strings.HasPrefix(target, strings.TrimSuffix(c.publicBaseURL(), "/")+"/"):
		return target
	case known:
		return strings.TrimSuffix(c.browserBaseURL(), "/") + "/self-service/login/browser?aal=aal2"
	}
	return ""
}
