// Package server builds and runs a real Ory Kratos for tests and examples: a process on loopback
// ports with a temporary database, and a mail server that keeps the emails from Kratos. It runs on
// Linux and macOS and needs Go and a C compiler. It needs the network only to build Kratos.
//
// With the environment variable KRATOS_BINARY, the absolute path of an executable of any version,
// it runs that Kratos and builds none.
//
// A test with its own server and configuration:
//
//	srv := server.ForTest(t, server.Options{
//		Config: map[string]any{"feature_flags": map[string]any{"use_continue_with_transitions": true}},
//	})
//
// Starting takes about a second, so tests with the same configuration share a server per test
// binary and use different email addresses:
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
