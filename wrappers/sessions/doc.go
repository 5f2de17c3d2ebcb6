// Package sessions decides which person sent a request, and protects handlers. A [Guard] checks
// each request with Kratos, or with [Cache] once per session and lifetime:
//
//	guard := sessions.New(client, sessions.Cache(10_000, time.Minute))
//	mux.Handle("GET /account", guard.Require()(account))
//	mux.Handle("POST /payment", guard.Require(sessions.AAL2(), sessions.Fresh(10*time.Minute))(payment))
//
// A handler reads the session with [kratos.SessionFromContext]. Outside net/http, or in a framework
// with a context of its own, call [Guard.CheckRequest] or [Guard.CheckToken].
//
// # Outcomes
//
//	                         status  error
//	no session, or it ended  401     kratos.ErrNoSession
//	a Need is not fulfilled  403     kratos.ErrAAL2Required, *NeedError
//	Kratos limits requests   429     kratos.ErrRateLimited, with Retry-After
//	Kratos cannot say        503     any other, with Retry-After
//
// A browser that navigates is redirected instead of 401 and 403: to the login, with the page as a
// local return_to, or to where the need is fulfilled. Other clients get application/problem+json
// (RFC 9457). [Otherwise] replaces both. No response deletes a cookie: after a 503, the session may
// still be valid.
//
// # Credentials
//
// A request's credential is the first of the header X-Session-Token, the session cookie, and
// "Authorization: Bearer", also if it is invalid: a bearer token does not help beside a cookie that
// Kratos rejects. Of two cookies with one name, the first counts. A request without a credential
// costs no call to Kratos.
//
// # Cache
//
// A session is kept for the least of the lifetime of [Cache], Kratos' header Ory-Session-Cache-For
// and the rest of expires_at. A session that was revoked can pass for that long, unless the guard
// forgets it:
//
//   - By itself after logins, logouts and submissions with the client of the guard, its Browser and
//     Proxy: in this process, or in all that share a [Store]. A form that a browser sends to Kratos
//     itself is not noticed.
//   - With [Guard.Forget], [Guard.ForgetToken] or [Guard.ForgetIdentity] after others, such as
//     those of a [kratos.Admin] or another program: a web hook can call them.
//
// Concurrent requests with one credential cause one call. That a credential is refused, or lacks a
// need, is kept for a second at most, so that retries do not reach Kratos. A need is refused only
// after Kratos was asked again, as a login can add it to the session without a new credential.
//
// The session of each request is a copy: a handler can change it.
//
// # If Kratos fails
//
// Kratos responds with 401 if its database fails: before the guard believes that a session has
// ended, Kratos has to be ready (isReady). With [Stale], a session that was valid when it was
// checked last is used for a while, and [IsStale] reports it.
package sessions
