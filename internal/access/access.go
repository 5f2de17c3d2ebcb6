// Package access is what package kratos offers to wrappers/sessions and wrappers/kratostest, and not
// to its users. Package kratos sets the functions; their clients are of type *kratos.Client.
package access

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"fmt"
)

// Kind is how a request carries a session.
type Kind byte

// The kinds of credentials. None is a request without one.
const (
	None    Kind = iota
	Token        // X-Session-Token, or "Authorization: Bearer"
	Cookie       // one cookie
	Cookies      // several cookies of sessions
)

// Credential is what a client sends to Kratos for a request: the only part of the request that
// decides which session it has. It is a secret.
type Credential struct {
	Kind  Kind
	Name  string // of the cookie
	Value string
}

// Format prints nothing of the credential.
func (Credential) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "Credential") }

var (
	// CredentialOf returns the credential of a request that a client checks.
	CredentialOf func(client any, r *http.Request) Credential
	// PageURL returns where a browser starts a flow, such as "login": at Kratos if its URL for
	// browsers is known, else the page of the site with that name.
	PageURL func(client any, flow string, query url.Values) string
	// ReadChange returns the credentials of the request of a kratos.SessionChange, and whether the
	// response is a success or a redirect.
	ReadChange func(change any) (credentials []Credential, succeeded bool)
	// NewError returns a *kratos.Error for a test, which matches one of the Err… variables.
	NewError func(is error, status int, id string) any
)

// SessionKey is the key of the session in a context: a *kratos.Session, or a [Session].
type SessionKey struct{}

// Session makes a *kratos.Session when a handler asks for it.
type Session interface{ Session() any }

type readinessKey struct{}

// WithReadiness makes a check of a session call ready before it believes that there is none,
// instead of sending a request (isReady).
func WithReadiness(ctx context.Context, ready func(context.Context) error) context.Context {
	return context.WithValue(ctx, readinessKey{}, ready)
}

// Readiness returns the function of [WithReadiness], or nil.
func Readiness(ctx context.Context) func(context.Context) error {
	ready, _ := ctx.Value(readinessKey{}).(func(context.Context) error)
	return ready
}
