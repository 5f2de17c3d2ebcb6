package kratos

import (
	"context"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/internal/access"
)

// SessionFromContext returns the session of wrappers/sessions, or nil.
func SessionFromContext(ctx context.Context) *Session {
	value := ctx.Value(access.SessionKey{})
	if lazy, ok := value.(access.Session); ok {
		value = lazy.Session()
	}
	session, _ := value.(*Session)
	return session
}

// ContextWithSession sets the result of [SessionFromContext], in a test say.
func ContextWithSession(ctx context.Context, session *Session) context.Context {
	return context.WithValue(ctx, access.SessionKey{}, session)
}

// bearer returns the token of an "Authorization: Bearer", or "".
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
