// Package kratos is a client for Ory Kratos, the self-hosted identity server.
//
// [Client] talks to Kratos' public API (port 4433 by default): it logs people in, registers them, verifies their
// addresses and tells whose session a token is. It is safe to hold in any handler. [Admin] talks to the admin API (port
// 4434), which has no authentication of its own and can read and change every identity; it is a type of its own so that
// nobody holds it by accident.
//
//	client, err := kratos.NewClient("https://auth.example.com")
//	login, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: password})
//	session, err := client.Whoami(ctx, kratos.Token(login.SessionToken))
//
// # Flows
//
// Kratos does everything that a person does to an account in flows: a flow is started, shown to the person as a form, and
// submitted, possibly several times, until it is done. All of them have the type [Flows], so they are learnt once: Start and
// Get fetch a flow, Submit sends one answer to it, and Do does Start and Submit where one answer is enough.
//
// Submit returns a [Step]. Step.Done says whether the flow is at its end; if it is not, Step.Flow is the form to show
// next (a code was sent, say). What the person typed being refused is an error, [ErrRejected], with the form to show again
// ([Rejected]) and its messages ([Error.FieldErrors]).
//
// # Errors
//
// Every error that a call returns is an [*Error]. Test for what matters with [errors.Is] and the Err… variables of this
// package, never by text or status: Kratos answers a wrong verification code with status 200, and a step that worked
// with status 400. No error text contains a body, token, cookie, code, password or URL query.
package kratos
