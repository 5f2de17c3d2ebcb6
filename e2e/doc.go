// Package e2e tests the SDK against a real Kratos, which it builds and starts itself (package
// server). Its files are of two sorts: harness_*_test.go is what tests are written with, and every
// other file is named for what it tests.
//
// # Fixture
//
// A fixture is a Kratos, its two clients, and a site that has the pages of all five flows. Tests of
// the usual configuration share one (sharedFixture); a test that needs another starts its own:
//
//	fx := newFixture(t, map[string]any{"selfservice.flows.login.style": "identifier_first"})
//
// Starting takes about a second. Tests run in parallel and share a database, so each takes people
// of its own (newPerson, or fx.member for somebody with an account), and waits for the mail to
// their address.
//
// # Users and modes
//
// Kratos' flows differ by who goes through them, so most tests run once in each mode: "native" (a
// session token and no cookies), "single-page" (cookies, and JSON by the program's own server) and
// "page" (a browser that follows redirects and posts forms). A user is somebody in one mode, with a
// token or cookie jar of their own; fx.inModes makes one for each, and u.another makes one more who
// is not signed in. A browser is only for tests with an OpenID provider: it opens the provider's
// pages as well. A site is for tests of pages and of the proxy as such.
//
// # Flow test
//
// A flowTest is a flow that a user is in. It looks the same in every mode:
//
//	fx.inModes(t, "a password is right or wrong", modes, func(u *user) {
//		p := fx.member(u.t, true)
//		at := start(u, login)
//		at.submit("refused", kratos.LoginPassword{Identifier: p.Email, Password: "wrong"})
//		at.submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
//	})
//
// login.with(kratos.StartLogin{Refresh: true}) is the flow with parameters to start with.
//
// submit sends a body in the user's mode, and fails the test unless that has the wanted outcome. An
// outcome is a word such as "done" or "refused" for what a caller of the SDK sees:
// harness_outcome_test.go reads it from a result, an error or a page. flowTests does the same with
// every body of a flow at once, for what all methods have in common, such as a flow that has
// expired.
//
// # Matrix
//
// The matrix has a cell for each flow, mode, method and outcome. A cell is tested, if a test that
// passed has covered it; submit covers the cell of its outcome, and cover is for tests that work
// without a flowTest. Or it is impossible: a rule of harness_matrix_rules_test.go names it and says
// why. A complete run fails if a cell is neither, or both, and writes the table to the file that
// the variable MATRIX names; "make test" shows it. So a new method, mode or outcome is a new row of
// harness_matrix_test.go, and the run then says which tests are missing.
package e2e
