package kratos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// selfService has the methods of Client and Browser for the sessions of one person.
type selfService struct {
	api                *gen.Client
	requireCredentials check // rejects a call without credentials of a person
}

// Whoami returns the session of the [SessionToken], or of the browser's cookie (toSession, public
// port), or fails with [ErrNoSession] or [ErrAAL2Required]. It is for display: use ActiveSession to
// decide on access.
func (m selfService) Whoami(ctx context.Context, opts ...RequestOption) (*Session, error) {
	return m.whoami(ctx, nil, func(*response, *Session) error { return nil }, opts)
}

// Tokenize is Whoami with Session.Tokenized, a JWT by a configured template:
// https://www.ory.sh/docs/identities/session-to-jwt-cors (or [ErrBadRequest]).
func (m selfService) Tokenize(ctx context.Context, template string, opts ...RequestOption) (*Session, error) {
	if template == "" {
		return nil, newArgumentError("toSession", "the template is empty")
	}
	return m.whoami(ctx, &gen.ToSessionParams{TokenizeAs: &template}, func(a *response, s *Session) error {
		if s.Tokenized == "" {
			return a.unexpectedError(nil)
		}
		return nil
	}, opts)
}

// whoami is Whoami with further parameters and a further check.
func (m selfService) whoami(ctx context.Context, params *gen.ToSessionParams, check func(*response, *Session) error, opts []RequestOption) (*Session, error) {
	resp, err := m.api.ToSession(ctx, params, requestEditors(opts, m.requireCredentials)...)
	a, err := readResponse("toSession", resp, err)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	if !a.succeeded() {
		return nil, a.responseError()
	}
	session := new(Session)
	if err := a.decode(session); err != nil {
		return nil, err
	}
	if a.StatusCode != http.StatusOK || !isSession(session) || a.hasError() {
		return nil, a.unexpectedError(nil)
	}
	if err := check(a, session); err != nil {
		return nil, err
	}
	return session, nil
}

// hasError reports whether an object has an error besides its other members.
func (a *response) hasError() bool {
	if !bytes.Contains(a.body, []byte("error")) && !bytes.Contains(a.body, []byte(`\u`)) {
		return false // without decoding it twice
	}
	var shape struct {
		Error json.RawMessage `json:"error"`
	}
	return jsonv2.Unmarshal(a.body, &shape) != nil || len(shape.Error) > 0 && string(shape.Error) != "null"
}

// ListMySessions has the parameters of MySessions, which fails with [ErrNoSession] and, from Kratos
// v25.4 on, with [ErrAAL2Required].
type ListMySessions struct {
	// PageSize is the maximal number of sessions on a page: 1 to 1000, and 0 for the server's
	// default of 250.
	PageSize int
	// PageToken is the NextPageToken of the [Page] before, or ""; see [ListIdentities].
	PageToken string
}

func (l ListMySessions) params() *gen.ListMySessionsParams {
	return &gen.ListMySessionsParams{
		PageSize:  optional(int64(l.PageSize)),
		PageToken: optional(l.PageToken),
	}
}

func (m selfService) listMySessions(ctx context.Context, list ListMySessions) pager[Session] {
	return pager[Session]{
		operation: "listMySessions",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			resp, err := m.api.ListMySessions(withStreaming(ctx), list.params(), edits...)
			if err == nil && isAdminSessionList(resp) {
				transport.Discard(resp.Body)
				return nil, (&response{operation: "listMySessions", Response: resp}).unexpectedError(nil)
			}
			return resp, err
		},
		checks:      []check{m.requireCredentials, checkFilters()},
		offsetPaged: true,
		firstPage:   1,
		id:          sessionID,
	}
}

// isAdminSessionList reports whether a response to listMySessions is from the admin port: from
// v26.2 on, it lists the sessions of all identities at the same path, and does not count them.
func isAdminSessionList(resp *http.Response) bool {
	return resp.StatusCode == http.StatusOK && resp.Header.Get("X-Total-Count") == ""
}

// MySessions lists the person's other sessions (listMySessions, public port).
func (m selfService) MySessions(ctx context.Context, list ListMySessions, opts ...RequestOption) iter.Seq2[Session, error] {
	return m.listMySessions(ctx, list).all(opts)
}

// MySessionsPage returns one page of MySessions.
func (m selfService) MySessionsPage(ctx context.Context, list ListMySessions, opts ...RequestOption) (*Page[Session], error) {
	return m.listMySessions(ctx, list).page(opts)
}

// DisableMySession ends one of MySessions (disableMySession, public port). An unknown id is
// ignored; the id of the call's own session is [ErrBadRequest].
func (m selfService) DisableMySession(ctx context.Context, id string, opts ...RequestOption) error {
	const op = "disableMySession"
	if err := checkPathSegment("the session's id", id); err != nil {
		return wrapError(op, err)
	}
	resp, err := m.api.DisableMySession(ctx, id, nil, requestEditors(opts, m.requireCredentials)...)
	return expectNoContent(op, resp, err)
}

// DisableMyOtherSessions ends MySessions (disableMyOtherSessions, public port). The number may
// include sessions that had ended before.
func (m selfService) DisableMyOtherSessions(ctx context.Context, opts ...RequestOption) (int, error) {
	resp, err := m.api.DisableMyOtherSessions(ctx, nil, requestEditors(opts, m.requireCredentials)...)
	count, err := decode[gen.DeleteMySessionsCount]("disableMyOtherSessions", resp, err)
	if err != nil {
		return 0, err
	}
	return int(count.Count), nil
}

// Logout ends a session (performNativeLogout, public port), also if it has ended already. An
// unknown token is [ErrNoSession].
func (c *Client) Logout(ctx context.Context, sessionToken string, opts ...RequestOption) error {
	if sessionToken == "" {
		return newArgumentError("performNativeLogout", "the session token is empty")
	}
	var sent *http.Request
	keep := func(_ context.Context, r *http.Request) error { sent = r; return nil }
	resp, err := c.api.PerformNativeLogout(ctx, gen.PerformNativeLogoutBody{SessionToken: sessionToken}, append(requestEditors(opts, checkNativeRequest), keep)...)
	if sent != nil {
		c.settings.changed(sent, resp, sessionToken)
	}
	return expectNoContent("performNativeLogout", resp, err)
}

// ExchangeSessionToken returns the session of a login in the system's browser
// (exchangeSessionToken, public port), or [ErrNotFound] until the login is complete; see
// [StartLogin]. The returnToCode is what the browser brings back.
func (c *Client) ExchangeSessionToken(ctx context.Context, initCode, returnToCode string, opts ...RequestOption) (*SuccessfulCodeExchange, error) {
	const op = "exchangeSessionToken"
	if initCode == "" || returnToCode == "" {
		return nil, newArgumentError(op, "a code is empty")
	}
	resp, err := c.api.ExchangeSessionToken(ctx, &gen.ExchangeSessionTokenParams{InitCode: initCode, ReturnToCode: returnToCode}, requestEditors(opts, checkNativeRequest)...)
	return decodeValid(op, resp, err, func(e *SuccessfulCodeExchange) bool { return e.SessionToken != "" })
}

// AwaitSessionToken calls [Client.ExchangeSessionToken] every pause while it fails with
// [ErrNotFound]. Set a deadline: the person may never finish.
func (c *Client) AwaitSessionToken(ctx context.Context, initCode, returnToCode string, pause time.Duration, opts ...RequestOption) (*SuccessfulCodeExchange, error) {
	if pause <= 0 {
		return nil, newArgumentError("AwaitSessionToken", "the pause is not positive")
	}
	for {
		session, err := c.ExchangeSessionToken(ctx, initCode, returnToCode, opts...)
		if !errors.Is(err, ErrNotFound) {
			return session, err
		}
		if err := transport.Sleep(ctx, pause); err != nil {
			return nil, wrapError("exchangeSessionToken", err)
		}
	}
}
