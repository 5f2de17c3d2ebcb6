package kratos

import (
	"context"
	"iter"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/transport"
)

func (a *Admin) sessions(ctx context.Context) lister[Session] {
	return lister[Session]{
		operation: "listSessions",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			return a.api.ListSessions(streamed(ctx), nil, edits...)
		},
		checks: []check{filteredBy("active")},
		id:     sessionID,
	}
}

// Sessions returns the sessions of all people (listSessions, admin port). [Active] restricts the
// list; identities and devices are null unless [Expand] asks for them.
func (a *Admin) Sessions(ctx context.Context, opts ...CallOption) iter.Seq2[Session, error] {
	return a.sessions(ctx).all(opts)
}

// SessionsPage returns one page of [Admin.Sessions]: the first, or that of [PageToken].
func (a *Admin) SessionsPage(ctx context.Context, opts ...CallOption) (*Page[Session], error) {
	return a.sessions(ctx).page(opts)
}

// Session returns the session with this id, not token (getSession, admin port). It fails with
// [ErrNotFound] if there is none. Identity and devices are null unless [Expand] asks for them.
func (a *Admin) Session(ctx context.Context, id string, opts ...CallOption) (*Session, error) {
	const op = "getSession"
	if err := segment("the session's id", id); err != nil {
		return nil, failed(op, err)
	}
	resp, err := a.api.GetSession(ctx, id, nil, edit(opts)...)
	return whole(op, resp, err, isSession)
}

// DisableSession ends the session with this id (disableSession, admin port); ending it twice is no
// error. It fails with [ErrNotFound] if there never was one.
func (a *Admin) DisableSession(ctx context.Context, id string, opts ...CallOption) error {
	const op = "disableSession"
	if err := segment("the session's id", id); err != nil {
		return failed(op, err)
	}
	resp, err := a.api.DisableSession(ctx, id, edit(opts)...)
	return done(op, resp, err)
}

// ExtendSession lets the session with this id last for another whole lifespan (extendSession, admin
// port), and returns it. Kratos does nothing if it is too early for that (earliest_possible_extend
// in its configuration), and revives a session that has expired; one that was revoked stays
// inactive. It fails with [ErrNotFound] if there is none.
//
// The cookie in the person's browser still ends when the session would have ended. Kratos renews it
// when it is asked for the session the next time: [Client.RequireSession] passes the new cookie on,
// and so do [Browser.Whoami] and [Browser.ActiveSession], followed by [Browser.Relay] or
// [Browser.Cookies]. [Client.Proxy] does so for /sessions/whoami.
func (a *Admin) ExtendSession(ctx context.Context, id string, opts ...CallOption) (*Session, error) {
	const op = "extendSession"
	if err := segment("the session's id", id); err != nil {
		return nil, failed(op, err)
	}
	resp, err := a.api.ExtendSession(ctx, id, edit(opts)...)
	if err == nil && resp.StatusCode == http.StatusNoContent { // with feature_flags.faster_session_extend
		transport.Discard(resp.Body)
		return a.Session(ctx, id)
	}
	return whole(op, resp, err, isSession)
}

func (a *Admin) identitySessions(ctx context.Context, id string) lister[Session] {
	return lister[Session]{
		operation: "listIdentitySessions",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			if err := segment("the identity's id", id); err != nil {
				return nil, err
			}
			return a.api.ListIdentitySessions(streamed(ctx), id, nil, edits...)
		},
		checks:  []check{filteredBy("active")},
		counted: true,
		first:   1,
		id:      sessionID,
	}
}

// IdentitySessions returns the sessions of one identity (listIdentitySessions, admin port).
// [Active] restricts the list. It fails with [ErrNotFound] if there is no such identity, in Kratos
// versions that look.
func (a *Admin) IdentitySessions(ctx context.Context, id string, opts ...CallOption) iter.Seq2[Session, error] {
	return a.identitySessions(ctx, id).all(opts)
}

// IdentitySessionsPage returns one page of [Admin.IdentitySessions]: the first, or that of
// [PageToken].
func (a *Admin) IdentitySessionsPage(ctx context.Context, id string, opts ...CallOption) (*Page[Session], error) {
	return a.identitySessions(ctx, id).page(opts)
}

// DeleteIdentitySessions ends and deletes all sessions of an identity (deleteIdentitySessions,
// admin port). It fails with [ErrNotFound] if it has none.
func (a *Admin) DeleteIdentitySessions(ctx context.Context, id string, opts ...CallOption) error {
	const op = "deleteIdentitySessions"
	if err := segment("the identity's id", id); err != nil {
		return failed(op, err)
	}
	resp, err := a.api.DeleteIdentitySessions(ctx, id, edit(opts)...)
	return done(op, resp, err)
}

func sessionID(s *Session) string { return s.ID }

func isSession(s *Session) bool { return s.ID != "" }
