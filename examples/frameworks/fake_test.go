package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// fake is a Kratos with one person, who can use one factor or two.
type fake struct {
	*kratostest.Kratos
	ann *kratostest.Person
}

func newKratos(t *testing.T) (fake, *sessions.Guard) {
	k := kratostest.New(t, kratostest.Configure(func(c *kratostest.Config) { c.SessionAAL = "aal1" }))
	guard := sessions.New(k.Client(kratos.WithRetries(0)), sessions.LoginPage("/login"))
	t.Cleanup(guard.Close)
	return fake{k, k.Person(kratostest.Person{TOTP: true})}, guard
}

// names returns what replaces the names of a test: "one-factor" and "two-factors" are new sessions,
// the cookie of the first of which Kratos renews, and "ANN" is the person.
func (f fake) names(t *testing.T) *strings.Replacer {
	browser := f.SignInBrowser(f.ann)
	f.Advance(time.Second)
	if _, err := f.Admin().ExtendSession(t.Context(), browser.ID); err != nil {
		t.Fatal(err)
	}
	cookie, _ := browser.AddTo(httptest.NewRequest("GET", "/", nil)).Cookie("ory_kratos_session")
	return strings.NewReplacer("ory_kratos_session=one-factor", cookie.String(), "one-factor", f.SignIn(f.ann).Token,
		"two-factors", f.SignIn(f.ann).AAL2().Token, "ANN", f.ann.ID)
}

// replaced returns a header with other values.
func replaced(h http.Header, r *strings.Replacer) http.Header {
	h = h.Clone()
	for _, values := range h {
		for i := range values {
			values[i] = r.Replace(values[i])
		}
	}
	return h
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
