// Package e2e tests the SDK with a real Kratos, which package server builds and starts. The files
// harness_*_test.go have the helpers of the tests; every other file is named for what it tests.
//
// The environment variable KRATOS_BINARY is the absolute path of another Kratos executable, of any
// version from v1.3.1 on, that the tests use instead. Where versions differ, a test asks features,
// and checks what is documented for a server that lacks the feature; there are no skipped tests.
//
// # Fixture
//
// A fixture is a Kratos, its two clients, and a site with the pages of all five flows. Tests with
// the default configuration share one (sharedFixture). A test with another configuration starts its
// own:
//
//	fx := newFixture(t, map[string]any{"selfservice.flows.login.style": "identifier_first"})
//
// Starting one takes about a second. Tests run in parallel and share a database, so each test uses
// its own people (newPerson, or fx.createPerson for an identity with a password) and reads the
// emails to their addresses only.
//
// # Both kinds of servers
//
// A test that uses only what package kratostest has runs on real servers, and on servers in memory
// of the same version and configuration:
//
//	func TestLogins(t *testing.T) { onBothServers(t, testLogins) }
//
//	func testLogins(t *testing.T, be backend) {
//		fx := be.sharedFixture(t)
//
// The other tests and subtests are in the table realOnly, each with the reason.
//
// # Users and modes
//
// Kratos' flows depend on the type of client, so most tests run once in each mode:
//
//   - "native": a session token and no cookies.
//   - "single-page": cookies, and JSON through the program's own server.
//   - "page": a browser that follows redirects and submits HTML forms.
//
// A user is a client in one mode, with its own token or cookie jar. fx.inModes creates one for each
// mode, and u.newUser another one that is not logged in. Two types are for single purposes: a
// browser opens the pages of an OpenID Connect provider as well, and a site is for tests of page
// handlers and of the proxy.
//
// # Flow test
//
// A flowTest is a flow of a user. It works the same in every mode:
//
//	fx.inModes(t, "a password logs in and a wrong one is rejected", modes, func(u *user) {
//		p := fx.createPerson(u.t, true)
//		ft := start(u, login)
//		ft.submit("rejected", kratos.LoginPassword{Identifier: p.Email, Password: "wrong"})
//		ft.submit("done", kratos.LoginPassword{Identifier: p.Email, Password: p.password})
//	})
//
// login.with(kratos.StartLogin{Refresh: true}) is a flow that is started with parameters.
//
// submit submits a body in the user's mode, and fails the test if its outcome is not the expected
// one. An outcome is a word such as "done" or "rejected" for what a caller of the SDK sees;
// harness_outcome_test.go derives it from a result, an error or a page. flowTests does the same
// with every body of a flow, for what all methods have in common, such as an expired flow.
//
// # Matrix
//
// The matrix has a cell for each flow, mode, method and outcome. A cell is either tested or
// impossible:
//
//   - Tested: a passed test covers it. submit covers the cell of its outcome; tests without a
//     flowTest call cover.
//   - Impossible: a rule in harness_matrix_rules_test.go matches it and has the reason. Rules can
//     depend on the version of Kratos.
//
// A complete run fails if a cell is neither or both. It writes the table to the file in the
// environment variable MATRIX; "make test" shows it. To add a method, mode or outcome, add it to
// harness_matrix_test.go: the run then lists the missing tests.
package e2e
