package e2e

import (
	"flag"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// shared is the Kratos of all tests with the default configuration.
var shared *server.Server

func TestMain(m *testing.M) {
	site := httptest.NewServer(sharedSite.mux)
	sharedSite.url = site.URL
	status := server.Main(m, server.Options{UI: site.URL}, &shared)
	site.Close()
	if status == 0 && allTestsRan() {
		status = reportMatrix()
	}
	os.Exit(status)
}

// allTestsRan reports whether all tests of the package have run.
func allTestsRan() bool {
	for _, name := range []string{"test.run", "test.skip", "test.list"} {
		if flag.Lookup(name).Value.String() != "" {
			return false
		}
	}
	return true
}

// clients returns clients of both APIs. If the test fails, Kratos' log is shown.
func clients(t *testing.T, srv *server.Server) (*kratos.Client, *kratos.Admin) {
	t.Helper()
	srv.LogOnFailure(t)
	client, err := kratos.NewClient(srv.PublicURL)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := kratos.NewAdmin(srv.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	return client, admin
}
