package kratos

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// RequireSession returns middleware that requires a session as [Browser.ActiveSession] does, for
// every request, without a cache:
//   - [ErrNoSession] and [ErrAAL2Required] go to onUnauthenticated, or, if it is nil, are status
//     401 and 403. If the session cannot be checked, the status is 503.
//   - Browsers send the cookie with requests from other sites: protect handlers from CSRF, for
//     example with [http.CrossOriginProtection].
//   - Set [WithSessionCookie] if other Ory projects use the same domain.
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

// SessionFromContext returns the session of [Client.RequireSession], or nil.
func SessionFromContext(ctx context.Context) *Session {
	session, _ := ctx.Value(sessionKey{}).(*Session)
	return session
}

// ContextWithSession sets the result of [SessionFromContext], in a test say.
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
