package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

var ctx = context.Background()

// exampleTB is a testing.TB for examples, which get none. What they start ends with the process.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper()                           {}
func (exampleTB) Cleanup(func())                    {}
func (exampleTB) Context() context.Context          { return ctx }
func (exampleTB) Fatalf(format string, args ...any) { log.Fatalf(format, args...) }

// exampleClient returns a client of a Kratos that knows Ada, and a session of hers.
func exampleClient() (*kratos.Client, *kratostest.Session, *kratostest.Person) {
	k := kratostest.New(exampleTB{})
	ada := k.Person(kratostest.Person{})
	return k.Client(), k.SignIn(ada), ada
}

func ExampleGuard_Require() {
	client, session, ada := exampleClient()
	mux := http.NewServeMux()

	guard := sessions.New(client)
	mux.Handle("GET /account", guard.Require()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello", kratos.SessionFromContext(r.Context()).Identity.ID)
	})))

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/account", nil))
	fmt.Println(w.Code)
	w = httptest.NewRecorder()
	mux.ServeHTTP(w, session.AddTo(httptest.NewRequest("GET", "/account", nil)))
	fmt.Print(w.Code, " ", strings.Replace(w.Body.String(), ada.ID, "Ada", 1))
	// Output:
	// 401
	// 200 hello Ada
}

func ExampleCache() {
	client, session, _ := exampleClient()

	guard := sessions.New(client, sessions.Cache(10_000, time.Minute))
	defer guard.Close()

	h := guard.Require()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for range 1000 {
		h.ServeHTTP(httptest.NewRecorder(), session.AddTo(httptest.NewRequest("GET", "/account", nil)))
	}
	fmt.Println(guard.Stats().Calls, "call")
	// Output:
	// 1 call
}

// In a framework with a context of its own, and for gRPC.
func ExampleGuard_CheckToken() {
	client, session, _ := exampleClient()
	guard := sessions.New(client, sessions.Cache(10_000, time.Minute))
	defer guard.Close()

	check, err := guard.CheckToken(ctx, session.Token, sessions.AAL2())
	if need := new(sessions.NeedError); errors.As(err, &need) {
		fmt.Println("needs", need.Need, "at", need.RedirectTo)
	}
	check, err = guard.CheckToken(ctx, session.Token)
	fmt.Println(check.Session.ID == session.ID, err)
	// Output:
	// needs aal2 at /login?aal=aal2
	// true <nil>
}

// A role in the metadata, which only administrators can change.
func ExampleThat() {
	client, session, _ := exampleClient()
	guard := sessions.New(client)

	administrator := sessions.That("administrator", func(s *kratos.Session) bool {
		metadata, err := kratos.MetadataPublic[struct{ Role string }](s.Identity)
		return err == nil && metadata.Role == "administrator"
	})
	_, err := guard.CheckToken(ctx, session.Token, administrator)
	fmt.Println(err)
	// Output:
	// kratos: the session does not fulfil the need administrator: forbidden
}
