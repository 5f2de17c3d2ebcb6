package kratos

import (
	"context"
	"iter"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/transport"
)

func (a *Admin) sessions(ctx context.Context) pager[Session] {
	return pager[Session]{
		operation: "listSessions",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			return a.api.ListSessions(withStreaming(ctx), nil, edits...)
		},
		checks: []check{checkFilters("active")},
		id:     sessionID,
	}
}

// Sessions returns the sessions of all people (listSessions, admin port). [Active] restricts the
// list; identities and devices are null unless [Expand] asks for them.
func (a *Admin) Sessions(ctx context.Context, opts ...RequestOption) iter.Seq2[Session, error] {
	return a.sessions(ctx).all(opts)
}

// SessionsPage returns one page of [Admin.Sessions]: the first, or that of [PageToken].
func (a *Admin) SessionsPage(ctx context.Context, opts ...RequestOption) (*Page[Session], error) {
	return a.sessions(ctx).page(opts)
}

// Session returns the session with this id, not token (getSession, admin port). It fails with
// [ErrNotFound] if there is none. Identity and devices are null unless [Expand] asks for them.
func (a *Admin) Session(ctx context.Context, id string, opts ...RequestOption) (*Session, error) {
	const op = "getSession"
	if err := checkPathSegment("the session's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.GetSession(ctx, id, nil, requestEditors(opts)...)
	return decodeValid(op, resp, err, isSession)
}

// DisableSession ends the session with this id (disableSession, admin port); ending it twice is no
// error. It fails with [ErrNotFound] if there never was one.
func (a *Admin) DisableSession(ctx context.Context, id string, opts ...RequestOption) error {
	const op = "disableSession"
	if err := checkPathSegment("the session's id", id); err != nil {
		return wrapError(op, err)
	}
	resp, err := a.api.DisableSession(ctx, id, requestEditors(opts)...)
	return expectNoContent(op, resp, err)
}

// ExtendSession lets the session with this id last for another whole lifespan (extendSession, admin
// port), and returns it. Kratos does nothing if it is too early for that (earliest_possible_extend
// in its configuration), and revives a session that has expired; one that was revoked stays
// inactive. It fails with [ErrNotFound] if there is none.
//
// The cookie in the person's browser still ends when the session would have ended. Kratos renews it
// when it is asked for the session the next time: [Client.RequireSession] passes the new cookie on,
// and so do [Browser.Whoami] and [Browser.ActiveSession], followed by [Browser.SetCookies] or
// [Browser.Cookies]. [Client.Proxy] does so for /sessions/whoami.
func (a *Admin) ExtendSession(ctx context.Context, id string, opts ...RequestOption) (*Session, error) {
	const op = "extendSession"
	if err := checkPathSegment("the session's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.ExtendSession(ctx, id, requestEditors(opts)...)
	if err == nil && resp.StatusCode == http.StatusNoContent { // with feature_flags.faster_session_extend
		transport.Discard(resp.Body)
		return a.Session(ctx, id)
	}
	return decodeValid(op, resp, err, isSession)
}

func (a *Admin) identitySessions(ctx context.Context, id string) pager[Session] {
	return pager[Session]{
		operation: "listIdentitySessions",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			if err := checkPathSegment("the identity's id", id); err != nil {
				return nil, err
			}
			return a.api.ListIdentitySessions(withStreaming(ctx), id, nil, edits...)
		},
		checks:      []check{checkFilters("active")},
		offsetPaged: true,
		firstPage:   1,
		id:          sessionID,
	}
}

// IdentitySessions returns the sessions of one identity (listIdentitySessions, admin port).
// [Active] restricts the list. It fails with [ErrNotFound] if there is no such identity, in Kratos
// versions that look.
func (a *Admin) IdentitySessions(ctx context.Context, id string, opts ...RequestOption) iter.Seq2[Session, error] {
	return a.identitySessions(ctx, id).all(opts)
}

// IdentitySessionsPage returns one page of [Admin.IdentitySessions]: the first, or that of
// [PageToken].
func (a *Admin) IdentitySessionsPage(ctx context.Context, id string, opts ...RequestOption) (*Page[Session], error) {
	return a.identitySessions(ctx, id).page(opts)
}

// DeleteIdentitySessions ends and deletes all sessions of an identity (deleteIdentitySessions,
// admin port). It fails with [ErrNotFound] if it has none.
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
