// Package kratostest is a Kratos in memory for tests: it starts in a millisecond, needs no
// container, and responds as real servers do.
//
//	k := kratostest.New(t)
//	ann := k.Person(kratostest.Person{Email: "ann@example.org"})
//	r := k.SignIn(ann).AddTo(httptest.NewRequest("GET", "/account", nil))
//	handler(k.Client()).ServeHTTP(w, r)
//
// Programs use it through its two ports, [Kratos.PublicURL] and [Kratos.AdminURL], with any client.
// It keeps its state until the test ends: identities, flows, sessions and messages.
//
//	people      Person, with a password, an authenticator app or backup codes
//	sessions    SignIn for native clients, SignInBrowser for browsers; Session.AAL2, Refresh, Revoke
//	messages    Code, Link, Mails: what was sent to an address
//	hooks       Config.Hooks, PasswordMigration, Courier: Kratos calls handlers of package hooks
//	time        Advance: sessions, flows and codes expire
//	failures    Fail: a status, a time-out, a broken connection, a rate limit, a failed database
//	requests    Calls: what the program sent, without its secrets
//	no server   FakeSession, FakeError, FakeRejection
//
// # How it differs from a real server
//
// Recordings of Kratos v1.3.1, v1.3.6 and v25.4.0 are replayed to it: it responds with the same
// status, the same members of JSON, the same error ids, message numbers and headers. [As] selects
// the version. The texts of messages and errors are its own: tests compare numbers and ids.
//
// It has the methods password, code, totp, lookup_secret, profile and link, in native flows, in
// flows of single-page applications, and in those of pages. It has no social sign-in, passkeys,
// security keys, SAML, OAuth 2.0 and organizations: such requests have status 501 and a text that
// says so. Passwords are compared, not hashed, and are not checked against leaked ones.
//
// Web hooks have the body of hooks.Jsonnet, and up to three attempts of 30 seconds, as those of
// Kratos. Nothing waits between attempts: the clock moves forward by the pause. The courier tries
// again at once. The flows that Kratos starts by itself, such as the settings after a recovery, call no hooks
// that come before a flow.
//
// A test that has to be right for a real server too runs on both, with the function Real of package
// e2e/server in the repository, which starts one behind [Over].
package kratostest
