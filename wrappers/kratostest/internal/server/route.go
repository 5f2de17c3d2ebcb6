package server

import (
	"net/http"
	"strings"
	"sync"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/front"
)

// operation is an endpoint.
type operation struct {
	id, pattern string // operationId, and pattern of http.ServeMux
	handle      func(*call)
	csrf        bool // a response sets the CSRF cookie if the request has none
}

// routes are the handlers of the ports, for all servers with the same router.
type routes struct{ public, admin *http.ServeMux }

// oldRoutes are those up to v1.3.6, newRoutes those since v25.4.0.
var oldRoutes, newRoutes = sync.OnceValue(func() routes { return makeRoutes(false) }), sync.OnceValue(func() routes { return makeRoutes(true) })

// makeRoutes returns the handlers of the ports.
func makeRoutes(slashes bool) routes {
	public, admin := http.NewServeMux(), http.NewServeMux()
	for _, op := range publicOperations() {
		register(public, op, false)
	}
	for _, op := range adminOperations() {
		register(admin, op, true)
	}
	addRoutes(public, admin, slashes)
	register(public, operation{id: "", pattern: "/", handle: (*call).noRoute, csrf: true}, false)
	register(admin, operation{id: "", pattern: "/", handle: (*call).noRoute}, true)
	return routes{public, admin}
}

// publicOperations are those of the public port.
func publicOperations() []operation {
	ops := []operation{
		{"isAlive", "GET /health/alive", (*call).alive, false},
		{"isReady", "GET /health/ready", (*call).alive, false},
		{"toSession", "GET /sessions/whoami", (*call).whoami, false},
		{"listMySessions", "GET /sessions", (*call).listMySessions, false},
		{"disableMyOtherSessions", "DELETE /sessions", (*call).disableMyOtherSessions, false},
		{"disableMySession", "DELETE /sessions/{id}", (*call).disableMySession, false},
		{"exchangeSessionToken", "GET /sessions/token-exchange", (*call).exchangeSessionToken, false},
		{"listIdentitySchemas", "GET /schemas", (*call).listSchemas, true},
		{"getIdentitySchema", "GET /schemas/{id}", (*call).getSchema, false},
		{"getFlowError", "GET /self-service/errors", (*call).flowError, true},
		{"getWebAuthnJavaScript", "GET /.well-known/ory/webauthn.js", (*call).webAuthnScript, true},
		{"createBrowserLogoutFlow", "GET /self-service/logout/browser", (*call).createLogout, true},
		{"updateLogoutFlow", "GET /self-service/logout", (*call).updateLogout, true},
		{"performNativeLogout", "DELETE /self-service/logout/api", (*call).nativeLogout, false},
	}
	for _, kind := range flowKinds {
		name, path := strings.ToUpper(string(kind[:1]))+string(kind[1:]), "/self-service/"+string(kind)
		ops = append(ops,
			operation{"createNative" + name + "Flow", "GET " + path + "/api", startFlow(kind, "api"), false},
			operation{"createBrowser" + name + "Flow", "GET " + path + "/browser", startFlow(kind, "browser"), true},
			operation{"get" + name + "Flow", "GET " + path + "/flows", getFlow(kind), true},
			operation{"update" + name + "Flow", "POST " + path, submitFlow(kind), false},
		)
	}
	return append(ops,
		operation{"_recoveryLink", "GET /self-service/recovery", (*call).recoveryLink, false},
		operation{"_verificationLink", "GET /self-service/verification", (*call).verificationLink, false},
		operation{"_settingsContinue", "GET /self-service/settings", (*call).settingsContinue, false},
	)
}

// register adds an operation to a mux, whose requests have a [target].
func register(mux *http.ServeMux, op operation, admin bool) {
	mux.HandleFunc(op.pattern, func(w http.ResponseWriter, r *http.Request) {
		t := w.(*target)
		t.server.serve(t.ResponseWriter, r, op, admin)
	})
}

// Public returns the handler of the public port.
func (s *Server) Public() http.Handler { return s.public }

// Admin returns the handler of the admin port.
func (s *Server) Admin() http.Handler { return s.admin }

// Operations returns the operations of both ports.
func Operations() []front.Operation {
	var all []front.Operation
	for _, op := range publicOperations() {
		all = append(all, front.Operation{ID: op.id, Pattern: op.pattern})
	}
	for _, op := range adminOperations() {
		all = append(all, front.Operation{ID: op.id, Pattern: op.pattern, Admin: true})
	}
	return all
}
