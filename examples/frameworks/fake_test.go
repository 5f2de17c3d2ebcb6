package main

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// fakeKratos knows the credentials one-factor and two-factors; for limited, it limits requests.
func fakeKratos(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path != "/sessions/whoami" {
		fmt.Fprint(w, `{"status":"ok"}`)
		return
	}
	credential := r.Header.Get("X-Session-Token")
	if cookie, err := r.Cookie("ory_kratos_session"); err == nil {
		credential = cmp.Or(credential, cookie.Value)
		w.Header().Set("Set-Cookie", "ory_kratos_session=renewed; Path=/; HttpOnly")
	}
	aal := map[string]string{"one-factor": "aal1", "two-factors": "aal2"}[credential]
	switch {
	case credential == "limited":
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(429)
		fmt.Fprint(w, `{"error":{"code":429,"message":"m"}}`)
	case aal == "":
		w.WriteHeader(401)
		fmt.Fprint(w, `{"error":{"code":401,"status":"Unauthorized","message":"The request could not be authorized","reason":"No valid session credentials found in the request."}}`)
	default:
		fmt.Fprintf(w, `{"id":"s","active":true,"expires_at":"2100-01-01T00:00:00Z","authenticated_at":"2026-01-01T00:00:00Z",
			"authenticator_assurance_level":%q,"identity":{"id":%q,"schema_id":"person","schema_url":"http://kratos/s","traits":{}}}`, aal, "77aa")
	}
}

// newGuard returns a guard with the fake, or with a Kratos that is down.
func newGuard(t *testing.T, down bool) *sessions.Guard {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(fakeKratos))
	t.Cleanup(server.Close)
	if down {
		server.Close()
	}
	client, err := kratos.NewClient(server.URL, kratos.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	guard := sessions.New(client, sessions.LoginPage("/login"))
	t.Cleanup(guard.Close)
	return guard
}

// start serves a framework until the test ends.
func start(t *testing.T, l net.Listener, guard *sessions.Guard, serve func(net.Listener, *sessions.Guard) error) {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = serve(l, guard) // ends with an error when the listener is closed
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
}

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode)
	m.Run()
}
