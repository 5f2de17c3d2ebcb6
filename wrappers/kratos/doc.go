// Package kratos is a client for Ory Kratos, the self-hosted identity server.
//
// [Client] talks to Kratos' public API (port 4433 by default): it logs people in, registers them,
// verifies their addresses and tells whose session a token is. It is safe to hold in any handler.
// [Admin] talks to the admin API (port 4434), which has no authentication of its own and can read
// and change every identity; it is a type of its own so that nobody holds it by accident.
//
//	client, err := kratos.NewClient("https://auth.example.com")
//	login, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: password})
//	session, err := client.Whoami(ctx, kratos.SessionToken(login.SessionToken))
//
// # Flows
//
// Kratos does everything that a person does to an account in flows: a flow is started, shown to the
// person as a form, and submitted, possibly several times, until it is done. All of them have the
// type [FlowClient], so they are learnt once: With sets the parameters that a flow starts with,
// such as [StartLogin], Start and Get fetch a flow, Submit sends what the person entered, Do does
// Start and Submit where one submission is enough, and Handler is the page of a website that shows
// the flow.
//
// Submit returns a [FlowResult]. FlowResult.Done says whether the flow is at its end; if it is not,
// FlowResult.Flow is the form to show next (a code was sent, say), or FlowResult.RedirectTo is
// where a browser has to go. What the person typed being refused is an error, [ErrRejected], with
// the form to show again ([RejectedFlow]) and its messages ([Error.FieldErrors]).
//
// # Native, single-page, server-rendered
//
//	                     native                       single-page, with a Go backend    server-rendered
//	who                  apps, command lines          JavaScript that calls the backend  pages made by the server
//	session              a token, kept by the app     a cookie, kept by the browser      a cookie, kept by the browser
//	flows                client.Login                 client.Browser(r).Login            client.Login.Handler(show)
//	a form is sent       by Submit                    by Submit, with Form.Submission        by the browser, to form.Action
//	protect a handler    RequireSession               RequireSession                     RequireSession
//	… without net/http   ActiveSession(ctx, SessionToken(t)) BrowserWithCookies(cookies).ActiveSession(ctx)
//	who is it            Whoami(ctx, SessionToken(t))        client.Browser(r).Whoami(ctx)      client.Browser(r).Whoami(ctx)
//	afterwards           –                            SetCookies(w), whatever happened        Page does it; else SetCookies(w)
//	Kratos' own URLs     not seen                     Proxy, or Kratos on the same site  Proxy, or Kratos on the same site
//	passkeys, keys       from Kratos v26 on           Form.CredentialOptions             the script of the form
//	another provider     StartLogin, exchange code,   FlowResult.RedirectTo                    the browser is sent there
//	                     and id tokens
//	logout               Logout(ctx, token)           CreateLogoutFlow, Logout           a link to CreateLogoutFlow's URL
//
// Kratos refuses native calls that have a cookie or an Origin, and browsers' calls whose cookies do
// not belong to the flow. So the two are different entry points here: a native call with a cookie
// is refused before it is sent, and a [Browser] sends the cookies of the one request that it was
// made for.
//
// # What comes of a submission
//
//	the flow is at its end               FlowResult.Done; Session, SessionToken and Identity as far as there are any
//	… and Kratos suggests more           FlowResult.ContinueWith.NextUI
//	it goes on                           FlowResult.Flow: a code was sent, the identifier or the profile was accepted
//	only a browser can go on             FlowResult.RedirectTo
//	the input was wrong                  [ErrRejected]: show [RejectedFlow] again
//	the flow has expired, or is spent    [ErrFlowExpired], [ErrFlowReplaced]: [FlowClient.Restart], or Get with FlowID
//	the second factor is missing         [ErrAAL2Required]: log in with StartLogin{AAL: AAL2}
//	the session is too old for it        [ErrRefreshRequired]: log in with StartLogin{Refresh: true}, and submit the same again
//	the address is not verified          [ErrAddressNotVerified]: Error.ContinueWith has the verification
//	the form is another browser's        [ErrCSRF], whose text says what was missing
//
// # Lists
//
// A list is an iterator over all pages, such as [Admin.Identities], and a method for single pages,
// such as [Admin.IdentitiesPage], which can be resumed from a token. Its filters and the size of a
// page are the fields of a struct, such as [ListIdentities].
//
// # Errors
//
// Every error that a call returns is an [*Error]. Test for what matters with [errors.Is] and the
// Err… variables of this package, never by text or status: Kratos answers a wrong verification code
// with status 200, and a step that worked with status 400. No error text contains a body, token,
// cookie, code, password or URL query.
//
// # Secrets
//
// Package fmt (with any verb), log/slog, errors and panics show a value as its type with UUIDs and
// enums, such as Session{id: 0b9f0b3e-…, identity: {id: 6c2f6ba3-…, state: active}}, a client as
// addresses, and nothing that a person entered. The JSON of what is only sent, such as [LoginPassword] or [CreateIdentity],
// has no secret. The JSON of what Kratos sent, such as [Session] or a flow, is complete: to a logger
// that writes JSON, other than log/slog, pass the id or fmt.Sprint of the value. Not protected are a
// field that is logged by itself, a value in an unexported field of another type, what Kratos sent
// inside a struct, map or slice that is logged as JSON, and a pointer to a slice that is printed
// with a verb that does not fit, such as %s.
//
// # Transport
//
// A call takes 30 seconds at most, with all its attempts and the pauses between them, and follows
// no redirect. What only reads is sent again after a failure that may pass. What changes something
// is sent once, unless it certainly had no effect: see [WithRetries] and [ErrNotProcessed].
// [WithLogger] logs every request. Tracing, TLS and Unix sockets come from the caller's
// [http.Client]: see [WithHTTPClient] and the programs in examples/.
package kratos
