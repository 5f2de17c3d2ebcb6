package server

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// ForTest starts a server for a test, stops it at the end of the test, and shows Kratos' log if the
// test failed.
func ForTest(t testing.TB, opts Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	s.LogOnFailure(t)
	return s
}

// LogOnFailure shows Kratos' log from now on if the test fails. For tests that share a server.
func (s *Server) LogOnFailure(t testing.TB) {
	_, from := s.log.since(0)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the end of Kratos' log:\n%s", s.tail(from))
		}
	})
}

// Main starts a server for all tests of a package, sets *shared, runs the tests, stops the server
// and returns the exit status. See the package comment.
func Main(m *testing.M, opts Options, shared **Server) int {
	s, err := Start(context.Background(), opts)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer s.Stop()
	*shared = s
	return m.Run()
}
