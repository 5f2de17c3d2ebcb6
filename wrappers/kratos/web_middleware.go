package kratos

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// RequireSession returns middleware that lets a request through only if it comes with a valid
// session (toSession, public port): a token in the header X-Session-Token, Kratos' session cookie,
// or a token in "Authorization: Bearer". [SessionFromContext] has the session in the handlers behind it.
//
//	signedIn := client.RequireSession(nil)
//	mux.Handle("GET /account", signedIn(account))
//
// The session is asked for at every request; nothing is kept. Who is let in:
//   - Somebody whose session Kratos returns with status 200, as active, not expired by the clock of
//     this program (give or take a minute), and with an identity that has an id and is not
//     inactive. So Session.Identity is never nil behind the middleware.
//   - Without a session ([ErrNoSession]), onUnauthenticated gets the request and the error; nil
//     answers 401. A request without any credential costs Kratos nothing, and one with a credential
//     that Kratos does not know two requests: see [Client.ActiveSession].
//   - Before the second factor ([ErrAAL2Required]), onUnauthenticated gets the request too:
//     RedirectTo of the [Error] says where a browser gives it, below the site's [Client.Proxy] if
//     there is one. nil answers 403.
//   - Where Kratos cannot say who it is, the response is 503: it fails, or has no database; a
//     gateway refuses this program's own API key ([ErrUnauthorized]); something other than Kratos
//     answers at its URL.
//
// Only the first of these credentials counts, even if it is not valid: a request with the token of
// one person and the cookie of another is that of the first. (Kratos itself would go on to the
// bearer token after a cookie that it cannot decode.) Any cookie that [Client.Browser] would take
// for a session counts, one of another Ory project on the same domain as well, unless
// [WithSessionCookie] says which it is.
//
// A session cookie comes with requests that other sites make as well: see to it that those change
// nothing, with [http.CrossOriginProtection] for example. For other kinds of handlers, for pages
// that people without a session see too, and for answers of another form, there is
// [Browser.ActiveSession].
func (c *Client) RequireSession(onUnauthenticated func(w http.ResponseWriter, r *http.Request, err error)) func(http.Handler) http.Handler {
	if onUnauthenticated == nil {
		onUnauthenticated = func(w http.ResponseWriter, _ *http.Request, err error) {
			if errors.Is(err, ErrAAL2Required) {
				writeStatus(w, http.StatusForbidden)
				return
			}
			writeStatus(w, http.StatusUnauthorized)
		}
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			browser := c.Browser(r)
			session, err := browser.ActiveSession(r.Context())
			browser.SetCookies(w)
			switch {
			case errors.Is(err, ErrNoSession), errors.Is(err, ErrAAL2Required):
				onUnauthenticated(w, r, err)
			case err != nil:
				writeStatus(w, http.StatusServiceUnavailable)
			default:
				next.ServeHTTP(w, r.WithContext(ContextWithSession(r.Context(), session)))
			}
		})
	}
}

type sessionKey struct{}

// SessionFromContext returns the session that [Client.RequireSession] found for the request with this
// context, or nil.
func SessionFromContext(ctx context.Context) *Session {
	session, _ := ctx.Value(sessionKey{}).(*Session)
	return session
}

// ContextWithSession returns a context in which [SessionFromContext] finds session: for tests of handlers
// that are behind [Client.RequireSession], and for middleware of other frameworks.
func ContextWithSession(ctx context.Context, session *Session) context.Context {
	return context.WithValue(ctx, sessionKey{}, session)
}

// bearer returns the token of an "Authorization: Bearer", or "".
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
