package kratos

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/internal/access"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

const (
	clockTolerance   = time.Minute     // between the clocks of Kratos and of this program
	readinessTimeout = 5 * time.Second // of the second request, for which a person waits
)

// ActiveSession returns the session of [SessionToken] (toSession, public port) if it and its
// Identity are active, and it has not expired by the local clock, with a tolerance of a minute.
// Deny access after any error:
//   - [ErrNoSession]: respond with 401. Costs a second request (isReady), since Kratos' 401 can
//     mean that its database fails.
//   - [ErrAAL2Required]: respond with 403, or redirect to [Error].RedirectTo.
//   - Others: the session was not checked; respond with 503.
func (c *Client) ActiveSession(ctx context.Context, opts ...RequestOption) (*Session, error) {
	session, err := c.whoami(withInteractivePause(ctx), nil, checkActive, opts)
	return session, c.confirmDenial(ctx, err)
}

// ActiveSession is [Client.ActiveSession] for the first credential of the request: X-Session-Token,
// session cookie or "Authorization: Bearer", also if invalid.
func (b *Browser) ActiveSession(ctx context.Context, opts ...RequestOption) (*Session, error) {
	token := b.cookies.token
	if token == "" && !b.cookies.hasCredentials() {
		token = b.cookies.bearer
	}
	if token != "" {
		return b.client.ActiveSession(ctx, append(opts[:len(opts):len(opts)], SessionToken(token))...)
	}
	session, err := b.whoami(ctx, nil, checkActive, opts)
	return session, b.client.confirmDenial(ctx, err)
}

// checkActive rejects a session that is not valid. Kratos always sends the members that it
// checks: a response without them is not from Kratos.
func checkActive(a *response, s *Session) error {
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

// confirmDenial completes an error that denies access: ErrNoSession may mean that Kratos could not
// look up the session, and RedirectTo has to be where browsers reach Kratos.
func (c *Client) confirmDenial(ctx context.Context, err error) error {
	var e *Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.sentinel == ErrAAL2Required:
		e.RedirectTo = c.secondFactorURL(e.RedirectTo)
	case e.sentinel == ErrNoSession && e.StatusCode == http.StatusUnauthorized:
		ctx, cancel := context.WithTimeout(ctx, readinessTimeout)
		defer cancel()
		ready := access.Readiness(ctx)
		if ready == nil {
			ready = func(ctx context.Context) error { return c.Ready(ctx) }
		}
		if down := ready(ctx); isOutage(down) {
			return down
		}
	}
	return err
}

// isOutage reports whether an error of isReady means that Kratos has no database. Other responses
// with status 5xx than JSON are from a gateway that does not let this request through.
func isOutage(err error) bool {
	if errors.Is(err, ErrUnreachable) {
		return true
	}
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	return e.StatusCode >= 500 && (&response{Response: &http.Response{Header: e.Header}}).isJSON()
}

// secondFactorURL returns the URL at which a browser enters the second factor that Kratos requests
// at target: below the site's [Client.Proxy], if there is one. If the URL by which browsers reach
// Kratos is known, no other is returned, and never a scheme other than http and https.
func (c *Client) secondFactorURL(target string) string {
	rewriter := c.rewriter.Load()
	if rewriter != nil {
		switch to, p := rewriter.resolve(rewriteContext{path: "/"}, target); p {
		case viaProxy:
			target = to
		case bypass, adminAPI:
			target = ""
		}
	}
	known := rewriter != nil || c.settings.publicURL != nil
	switch u, err := url.Parse(target); {
	case err == nil && rewriter != nil && target != "" && LocalPath(target) == target,
		err == nil && !known && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil,
		err == nil && known && rewriter == nil && strings.HasPrefix(target, strings.TrimSuffix(c.publicBaseURL(), "/")+"/"):
		return target
	case known:
		return strings.TrimSuffix(c.browserBaseURL(), "/") + "/self-service/login/browser?aal=aal2"
	}
	return ""
}
