package kratos

import (
	"context"
	"errors"
	"net/http"
	"strings"
)

// RequireSession returns middleware that lets a request through only if it comes with a valid session (toSession, public port):
// a token in the header X-Session-Token, Kratos' session cookie, or a token in "Authorization: Bearer", in this order.
// [SessionOf] has the session in the handlers behind it.
//
//	signedIn := client.RequireSession(nil)
//	mux.Handle("GET /account", signedIn(account))
//
// Without a session ([ErrNoSession]), or before the second factor ([ErrAAL2Required]), otherwise gets the request, and the error,
// whose RedirectTo says where a browser gives its second factor; nil answers 401 and 403. Where Kratos cannot say who it is, the
// answer is 503. Every request asks Kratos; nothing is kept. A session cookie comes with requests that other sites make as well:
// a handler that changes something has to see to that itself.
func (c *Client) RequireSession(otherwise func(w http.ResponseWriter, r *http.Request, err error)) func(http.Handler) http.Handler {
	if otherwise == nil {
		otherwise = func(w http.ResponseWriter, _ *http.Request, err error) {
			if errors.Is(err, ErrAAL2Required) {
				refuse(w, http.StatusForbidden)
				return
			}
			refuse(w, http.StatusUnauthorized)
		}
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			session, err := c.session(w, r)
			switch {
			case errors.Is(err, ErrNoSession), errors.Is(err, ErrAAL2Required):
				otherwise(w, r, err)
			case err != nil:
				refuse(w, http.StatusServiceUnavailable)
			default:
				next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), sessionKey{}, session)))
			}
		})
	}
}

type sessionKey struct{}

// SessionOf returns the session that [Client.RequireSession] found for the request with this context, or nil.
func SessionOf(ctx context.Context) *Session {
	session, _ := ctx.Value(sessionKey{}).(*Session)
	return session
}

// session asks Kratos whose request r is.
func (c *Client) session(w http.ResponseWriter, r *http.Request) (*Session, error) {
	noStore(w)
	if token := r.Header.Get(headerSessionToken); token != "" {
		return active(c.Whoami(interactive(r.Context()), Token(token)))
	}
	browser := c.Browser(r)
	if token := bearer(r); token != "" && browser.jar.signedIn(r) != nil {
		return active(c.Whoami(interactive(r.Context()), Token(token)))
	}
	session, err := browser.Whoami(r.Context())
	browser.Relay(w)
	return active(session, err)
}

// bearer returns the token of an "Authorization: Bearer", or "".
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// active refuses a session that has ended, though Kratos does not hand one out.
func active(session *Session, err error) (*Session, error) {
	if err == nil && !session.Active {
		return nil, &Error{Operation: "toSession", kind: ErrNoSession}
	}
	return session, err
}
