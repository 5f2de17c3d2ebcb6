package kratos

import (
	"context"
	"iter"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// ListSessions has the parameters of [Admin.Sessions], all optional.
type ListSessions struct {
	// Active restricts the list to sessions that are active, or that are not; nil restricts
	// nothing.
	Active *bool
	// Expand adds these parts to each session, which are null otherwise.
	Expand []SessionExpandable
	// PageSize is the maximal number of sessions on a page: 1 to 1000, and 0 for the server's
	// default of 250.
	PageSize int
	// PageToken is the NextPageToken of the [Page] before, or ""; see [ListIdentities].
	PageToken string
}

func (l ListSessions) params() *gen.ListSessionsParams {
	return &gen.ListSessionsParams{
		Active:    l.Active,
		Expand:    optionalList(l.Expand),
		PageSize:  optional(int64(l.PageSize)),
		PageToken: optional(l.PageToken),
	}
}

func (a *Admin) sessions(ctx context.Context, list ListSessions) pager[Session] {
	return pager[Session]{
		operation: "listSessions",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			return a.api.ListSessions(withStreaming(ctx), list.params(), edits...)
		},
		checks: []check{checkFilters("active")},
		id:     sessionID,
	}
}

// Sessions returns the sessions of all identities (listSessions).
func (a *Admin) Sessions(ctx context.Context, list ListSessions, opts ...RequestOption) iter.Seq2[Session, error] {
	return a.sessions(ctx, list).all(opts)
}

// SessionsPage returns one page of [Admin.Sessions].
func (a *Admin) SessionsPage(ctx context.Context, list ListSessions, opts ...RequestOption) (*Page[Session], error) {
	return a.sessions(ctx, list).page(opts)
}

// Session returns a session by its id, with the parts of expand (getSession).
func (a *Admin) Session(ctx context.Context, id string, expand []SessionExpandable, opts ...RequestOption) (*Session, error) {
	const op = "getSession"
	if err := checkPathSegment("the session's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.GetSession(ctx, id, &gen.GetSessionParams{Expand: optionalList(expand)}, requestEditors(opts)...)
	return decodeValid(op, resp, err, isSession)
}

// DisableSession revokes a session by its id (disableSession).
func (a *Admin) DisableSession(ctx context.Context, id string, opts ...RequestOption) error {
	const op = "disableSession"
	if err := checkPathSegment("the session's id", id); err != nil {
		return wrapError(op, err)
	}
	resp, err := a.api.DisableSession(ctx, id, requestEditors(opts)...)
	return expectNoContent(op, resp, err)
}

// ExtendSession extends a session by the configured lifespan, not before earliest_possible_extend,
// and reactivates an expired one (extendSession). The cookie of the browser is renewed at its next
// whoami request.
func (a *Admin) ExtendSession(ctx context.Context, id string, opts ...RequestOption) (*Session, error) {
	const op = "extendSession"
	if err := checkPathSegment("the session's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.ExtendSession(ctx, id, requestEditors(opts)...)
	if err == nil && resp.StatusCode == http.StatusNoContent { // with feature_flags.faster_session_extend
		transport.Discard(resp.Body)
		return a.Session(ctx, id, nil)
	}
	return decodeValid(op, resp, err, isSession)
}

// ListIdentitySessions has the parameters of [Admin.IdentitySessions].
type ListIdentitySessions struct {
	// Active restricts the list to sessions that are active, or that are not; nil restricts
	// nothing.
	Active *bool
	// PageSize is the maximal number of sessions on a page: 1 to 1000, and 0 for the server's
	// default of 250.
	PageSize int
	// PageToken is the NextPageToken of the [Page] before, or ""; see [ListIdentities].
	PageToken string
}

func (l ListIdentitySessions) params() *gen.ListIdentitySessionsParams {
	return &gen.ListIdentitySessionsParams{
		Active:    l.Active,
		PageSize:  optional(int64(l.PageSize)),
		PageToken: optional(l.PageToken),
	}
}

func (a *Admin) identitySessions(ctx context.Context, id string, list ListIdentitySessions) pager[Session] {
	return pager[Session]{
		operation: "listIdentitySessions",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			if err := checkPathSegment("the identity's id", id); err != nil {
				return nil, err
			}
			return a.api.ListIdentitySessions(withStreaming(ctx), id, list.params(), edits...)
		},
		checks:      []check{checkFilters("active")},
		offsetPaged: true,
		firstPage:   1,
		id:          sessionID,
	}
}

// IdentitySessions returns the sessions of an identity (listIdentitySessions).
func (a *Admin) IdentitySessions(ctx context.Context, id string, list ListIdentitySessions, opts ...RequestOption) iter.Seq2[Session, error] {
	return a.identitySessions(ctx, id, list).all(opts)
}

// IdentitySessionsPage returns one page of [Admin.IdentitySessions].
func (a *Admin) IdentitySessionsPage(ctx context.Context, id string, list ListIdentitySessions, opts ...RequestOption) (*Page[Session], error) {
	return a.identitySessions(ctx, id, list).page(opts)
}

// DeleteIdentitySessions deletes the sessions of an identity (deleteIdentitySessions). It fails
// with [ErrNotFound] if there are none.
func (a *Admin) DeleteIdentitySessions(ctx context.Context, id string, opts ...RequestOption) error {
	const op = "deleteIdentitySessions"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return wrapError(op, err)
	}
	resp, err := a.api.DeleteIdentitySessions(ctx, id, requestEditors(opts)...)
	return expectNoContent(op, resp, err)
}

func sessionID(s *Session) string { return s.ID }

func isSession(s *Session) bool { return s.ID != "" }
