// Package server builds and runs a real Ory Kratos for tests and examples: one process on loopback
// ports with a database that is thrown away, and a mail server beside it that keeps what Kratos
// sends. It runs on Linux and macOS, and needs Go and a C compiler; once Kratos is built it needs
// no network.
//
// A test that wants a server of its own, configured its own way:
//
//	srv := server.ForTest(t, server.Options{
//		Config: map[string]any{"feature_flags": map[string]any{"use_continue_with_transitions": true}},
//	})
//
// Starting takes about a second, so tests that can do with the same configuration share one server
// for the whole test binary, and take people with different addresses:
//
//	var shared *server.Server
//
//	func TestMain(m *testing.M) {
//		os.Exit(server.Main(m, server.Options{}, &shared))
//	}
//
//	func TestSomething(t *testing.T) {
//		shared.LogOnFailure(t)
//		…
//	}
package server
