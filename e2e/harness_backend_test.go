package e2e

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// backend is what a test runs on: real servers, or those in memory of package kratostest.
type backend string

const (
	realKratos   backend = "real"
	memoryKratos backend = "in memory"
)

// onBothServers runs a test on real servers, and on servers in memory of the same version. The
// tests that only run on real ones are in realOnly.
func onBothServers(t *testing.T, test func(*testing.T, backend)) {
	t.Helper()
	t.Parallel()
	t.Run(string(realKratos), func(t *testing.T) { test(t, realKratos) })
	if memoryVersion() == "" {
		return // kratostest does not know this version
	}
	t.Run(string(memoryKratos), func(t *testing.T) { test(t, memoryKratos) })
}

// memoryVersion is the version of this run's Kratos, or "" if package kratostest does not have it.
var memoryVersion = sync.OnceValue(func() string {
	admin, err := kratos.NewAdmin(shared.AdminURL)
	if err != nil {
		return ""
	}
	version, err := admin.Version(context.Background())
	if err != nil || !slices.Contains([]string{"v1.3.1", "v1.3.6", "v25.4.0"}, version) {
		return ""
	}
	return version
})

// start starts a Kratos for one test.
func (be backend) start(t *testing.T, opts server.Options) *server.Server {
	t.Helper()
	if be == memoryKratos {
		return server.InMemory(t, memoryVersion(), opts)
	}
	return server.ForTest(t, opts)
}

// shared returns a Kratos with the default configuration.
func (be backend) shared(t *testing.T) *server.Server {
	t.Helper()
	if be == memoryKratos {
		return be.start(t, server.Options{UI: sharedSite.url})
	}
	return shared
}

// newFixture is like the function newFixture. A real Kratos has env in its environment.
func (be backend) newFixture(t *testing.T, values map[string]any, env ...string) *fixture {
	t.Helper()
	mux := http.NewServeMux()
	app := httptest.NewServer(mux)
	t.Cleanup(app.Close)
	srv := be.start(t, server.Options{UI: app.URL, Config: nestConfig(values), Env: env})
	t.Cleanup(http.DefaultClient.CloseIdleConnections) // Kratos waits for open connections when it stops
	fx := fixtureFor(t, srv, app.URL)
	fx.backend, fx.values = be, values
	addPages(mux, fx.client)
	return fx
}

// sharedFixture is like the function sharedFixture. In memory, each test has its own.
func (be backend) sharedFixture(t *testing.T) *fixture {
	t.Helper()
	if be == memoryKratos {
		return be.newFixture(t, nil)
	}
	return sharedFixture(t)
}

// run runs a subtest that may be one of realOnly.
func (be backend) run(t *testing.T, name string, test func(*testing.T)) {
	t.Helper()
	if be.skips(t, name) {
		return
	}
	t.Run(name, test)
}

// skips reports whether a subtest runs on real servers only.
func (be backend) skips(t *testing.T, name string) bool {
	test, _, _ := strings.Cut(t.Name(), "/")
	return be == memoryKratos && realOnly[test+"/"+name] != ""
}

// lacks reports whether the servers do not have a method.
func (be backend) lacks(method string) bool {
	return be == memoryKratos && slices.Contains([]string{"oidc", "webauthn", "passkey"}, method)
}

// alone returns a user of a Kratos whose clock only this user moves: in memory one of its own.
func (u *user) alone() *user {
	u.t.Helper()
	if u.backend != memoryKratos {
		return u
	}
	return u.backend.newFixture(u.t, u.values).user(u.t, u.mode)
}
