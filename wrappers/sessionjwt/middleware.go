package sessionjwt

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Middleware has the parameters of [Verifier.RequireWith].
type Middleware struct {
	// Token returns the token of a request, or "". Nil is BearerToken.
	Token func(*http.Request) string
	// Session, if it is set, returns the session of the request as Kratos knows it now, for handlers
	// that must not run for a revoked session: by sessions.Guard.CheckRequest without a cache, or by
	// kratos.Browser.ActiveSession. It is called after the token was verified, with the claims in the
	// context of the request. The handler runs if the session is active and has the id of the claim
	// sid; it gets it by kratos.SessionFromContext.
	Session func(w http.ResponseWriter, r *http.Request) (*kratos.Session, error)
	// OnError responds to a request that must not reach the handler. Nil is WriteError.
	OnError func(w http.ResponseWriter, r *http.Request, err error)
}

// Require is middleware that passes on requests with a valid [BearerToken], with the claims in
// their context: [ClaimsFromContext]. It responds to others by [WriteError].
func (v *Verifier[C]) Require(next http.Handler) http.Handler {
	return v.RequireWith(Middleware{})(next)
}

// RequireWith returns middleware like [Verifier.Require] with these parameters.
func (v *Verifier[C]) RequireWith(m Middleware) func(next http.Handler) http.Handler {
	if m.Token == nil {
		m.Token = BearerToken
	}
	if m.OnError == nil {
		m.OnError = WriteError
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r, err := v.authenticate(w, r, m)
			if err != nil {
				m.OnError(w, r, err)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// authenticate returns the request with the claims in its context.
func (v *Verifier[C]) authenticate(w http.ResponseWriter, r *http.Request, m Middleware) (*http.Request, error) {
	token := m.Token(r)
	if token == "" {
		return r, fmt.Errorf("kratos: %w", ErrNoToken)
	}
	claims, err := v.Verify(r.Context(), token)
	if err != nil {
		return r, err
	}
	withClaims := r.WithContext(ContextWithClaims(r.Context(), claims))
	if m.Session == nil {
		return withClaims, nil
	}
	session, err := m.Session(w, withClaims)
	switch {
	case err != nil:
		return r, err
	case session == nil || !session.Active:
		return r, newError(ErrSession, "the session is not active")
	case session.ID == "" || session.ID != claims.SessionID:
		return r, newError(ErrSession, "its sid is not the id of the session")
	}
	return withClaims.WithContext(kratos.ContextWithSession(withClaims.Context(), session)), nil
}

// BearerToken returns the token of "Authorization: Bearer", or "" if the request has another
// Authorization or more than one.
func BearerToken(r *http.Request) string {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimLeft(token, " ")
}

// TokenFromCookie returns a [Middleware].Token that reads a cookie, and nothing if the request has
// more than one with the name. Browsers send cookies with requests from other sites: protect
// handlers from CSRF, for example with [http.CrossOriginProtection].
func TokenFromCookie(name string) func(*http.Request) string {
	return func(r *http.Request) string {
		if cookies := r.CookiesNamed(name); len(cookies) == 1 {
			return cookies[0].Value
		}
		return ""
	}
}

// WriteError responds with the status of an error, as application/problem+json (RFC 9457):
//   - 401 for a token that is missing or invalid, [ErrSession] and [kratos.ErrNoSession], with
//     WWW-Authenticate by RFC 6750.
//   - 403 for [kratos.ErrAAL2Required], [kratos.ErrRefreshRequired], [kratos.ErrAddressNotVerified]
//     and [kratos.ErrForbidden], and 429 for [kratos.ErrRateLimited].
//   - 503 for [ErrKeys] and all others.
//
// 429 and 503 have Retry-After if the time is known.
func WriteError(w http.ResponseWriter, _ *http.Request, err error) {
	status, detail := classify(err)
	header := w.Header()
	switch status {
	case http.StatusUnauthorized:
		challenge := "Bearer"
		if !errors.Is(err, ErrNoToken) {
			challenge += ` error="invalid_token"`
		}
		header.Set("WWW-Authenticate", challenge)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		if wait := retryAfter(err); wait > 0 {
			header.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
		}
	}
	header.Set("Content-Type", "application/problem+json")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(struct { // fails if the client has gone
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail,omitempty"`
	}{http.StatusText(status), status, detail})
}

// statuses are those of the errors, the first that matches.
var statuses = []struct {
	sentinel error
	status   int
}{
	{ErrKeys, http.StatusServiceUnavailable},
	{ErrNoToken, http.StatusUnauthorized},
	{ErrMalformed, http.StatusUnauthorized},
	{ErrAlgorithm, http.StatusUnauthorized},
	{ErrUnknownKey, http.StatusUnauthorized},
	{ErrSignature, http.StatusUnauthorized},
	{ErrIssuer, http.StatusUnauthorized},
	{ErrAudience, http.StatusUnauthorized},
	{ErrNotYetValid, http.StatusUnauthorized},
	{ErrExpired, http.StatusUnauthorized},
	{ErrTooOld, http.StatusUnauthorized},
	{ErrSession, http.StatusUnauthorized},
	{kratos.ErrRateLimited, http.StatusTooManyRequests},
	{kratos.ErrNoSession, http.StatusUnauthorized},
	{kratos.ErrAAL2Required, http.StatusForbidden},
	{kratos.ErrRefreshRequired, http.StatusForbidden},
	{kratos.ErrAddressNotVerified, http.StatusForbidden},
	{kratos.ErrForbidden, http.StatusForbidden},
}

// classify returns the status of an error, and its text without details.
func classify(err error) (status int, detail string) {
	for _, s := range statuses {
		if errors.Is(err, s.sentinel) {
			return s.status, s.sentinel.Error()
		}
	}
	return http.StatusServiceUnavailable, ""
}

// retryAfter returns how long clients are to wait, or 0 if it is not known.
func retryAfter(err error) time.Duration {
	if keys := new(keysError); errors.As(err, &keys) {
		return keys.retryAfter
	}
	if call := new(kratos.Error); errors.As(err, &call) {
		return call.RetryAfter
	}
	return 0
}
