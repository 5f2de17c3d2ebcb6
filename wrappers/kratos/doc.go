// Package kratos is a client for Ory Kratos (https://www.ory.sh/docs/kratos).
//
// [Client] calls the public API (port 4433 by default) for native clients, and [Browser] for the
// person whose browser sent a request. [Admin] calls the admin API (port 4434), which has no
// authentication: an Admin can read and change every identity. All are safe for concurrent use.
//
//	client, err := kratos.NewClient("https://auth.example.com")
//	login, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: password})
//	session, err := client.Whoami(ctx, kratos.SessionToken(login.SessionToken))
//
// # Flows
//
// Login, registration, settings, recovery and verification are flows: a flow is started, shown as a
// form, and submitted until it is complete. A [FlowClient] has their methods, and Submit returns a
// [FlowResult].
//
//	              native                  single-page application   server-rendered pages
//	runs in       an app or a command     a browser, Go backend     a Go server
//	session       token, in the app       cookie, in the browser    cookie, in the browser
//	flow          client.Login            client.Browser(r).Login   client.Login.Handler(render)
//	submission    Submit                  Submit                    browser, to Form().Action
//	cookies       –                       return with SetCookies(w) SetCookies(w), or by Handler
//	access        wrappers/sessions       wrappers/sessions         wrappers/sessions
//	  outside     Client.ActiveSession    BrowserWithCookies(c).ActiveSession
//	  net/http
//	session data  Whoami, SessionToken    client.Browser(r).Whoami  client.Browser(r).Whoami
//	Kratos' URLs  –                       Proxy, or the same site   Proxy, or the same site
//	passkeys      from Kratos v26 on      Form.CredentialOptions    script in the form
//	provider      ExchangeSessionToken,   FlowResult.RedirectTo     redirect from Kratos
//	              or LoginOIDC.IDToken
//	logout        Client.Logout           CreateLogoutFlow, Logout  link to LogoutFlow.LogoutURL
//
// Kratos refuses native requests with a cookie or an Origin header, and browsers' requests without
// the cookies of the flow. A Client therefore sends no cookies, and a Browser those of one request.
// Handler is a method of client.Login, because it makes the Browser of each request itself.
//
// # Results of a submission
//
//	complete                 FlowResult.Done, with Session, SessionToken and Identity if present
//	  with a next step       FlowResult.ContinueWith.NextUI
//	another form             FlowResult.Flow: a code was sent, for example
//	only in a browser        FlowResult.RedirectTo
//	wrong input              ErrRejected: show RejectedFlow. Error.Messages are about the form
//	                         (a wrong password), Error.FieldErrors about one field.
//	expired, replaced flow   ErrFlowExpired, ErrFlowReplaced: Restart, or Get with Error.FlowID
//	second factor missing    ErrAAL2Required: StartLogin{AAL: AAL2}
//	session too old          ErrRefreshRequired: StartLogin{Refresh: true}, then submit again
//	address not verified     ErrAddressNotVerified: Error.ContinueWith has the verification
//	form of another browser  ErrCSRF, whose text says what is missing
//
// # Errors and secrets
//
// Every call fails with an [*Error]: test it with [errors.Is] and the Err… variables, not by text
// or status.
//
// Errors contain no body, token, cookie, code, password or URL query. Packages fmt and log/slog
// print only the type, UUIDs and enum fields of a value. Other loggers may write a field, or all
// JSON that Kratos sent, such as a [Session]. What is not protected is in wrappers/kratos/README.md.
//
// Members that a newer Kratos sends are in the field AdditionalProperties of a model. They are
// encoded again with it, and not printed.
package kratos
