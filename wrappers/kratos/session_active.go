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
	readinessTimeout = 5 * time.Second // of the second request, for which somebody waits
)

// ActiveSession returns the session of [SessionToken] if it lets the person in (toSession, public port):
// it is [Client.Whoami] with the checks of [Client.RequireSession], for programs that hold a token
// and have no [http.Request], such as gRPC servers. Every error means that nobody is let in:
//   - [ErrNoSession]: the token is missing (nothing was sent then) or unknown, or the session has
//     ended: 401 in HTTP.
//   - [ErrAAL2Required]: the second factor comes first: 403 in HTTP, or the login page. RedirectTo
//     of the [Error] says where a browser gives it.
//   - any other: Kratos cannot say, or something other than Kratos answered: 503 in HTTP.
//
// For a token that Kratos does not know it sends a second request (isReady), since Kratos also
// answers 401 when its database fails.
func (c *Client) ActiveSession(ctx context.Context, opts ...RequestOption) (*Session, error) {
	session, err := c.whoami(withInteractivePause(ctx), requireActive, opts)
	return session, c.confirmRefusal(ctx, err)
}

// ActiveSession returns the session of the request that b was made of, if it lets the person in
// (toSession, public port). It is [Client.RequireSession] as a function, for programs with another
// kind of handler, and for handlers that serve people without a session as well:
//
//	browser := client.Browser(r)
//	session, err := browser.ActiveSession(r.Context())
//	browser.SetCookies(w) // or browser.Cookies(): Kratos renews the cookie of a session that was extended
//
// The session is that of a token in the header X-Session-Token, of Kratos' session cookie, or of a
// token in "Authorization: Bearer", in this order; for the first and the last, nothing is sent of
// the browser but the token. The errors are those of [Client.ActiveSession].
func (b *Browser) ActiveSession(ctx context.Context, opts ...RequestOption) (*Session, error) {
	token := b.cookies.token
	if token == "" && !b.cookies.hasCredentials() {
		token = b.cookies.bearer
	}
	if token != "" {
		return b.client.ActiveSession(ctx, append(opts[:len(opts):len(opts)], SessionToken(token))...)
	}
	session, err := b.whoami(ctx, requireActive, opts)
	return session, b.client.confirmRefusal(ctx, err)
}

// requireActive refuses a session that lets nobody in. Kratos always sends what is looked for here:
// what lacks it is the response of something else.
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

// checkRefusal makes sure of what keeps a person out: that there is no session may only mean that
// Kratos cannot look it up, and a second factor has to be given where browsers reach Kratos.
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
