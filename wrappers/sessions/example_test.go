package sessions_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

var ctx = context.Background()

// exampleClient is a client of a server that knows one token.
func exampleClient() (client *kratos.Client, stop func()) {
	f := &fakeKratos{sessions: map[string]person{"ory_st_example": {id: "77aa"}}, calls: map[string]int{}}
	return kratos.Must(kratos.NewClient("http://127.0.0.1:4433", kratos.WithHTTPClient(&http.Client{Transport: f}))), func() {}
}

func ExampleGuard_Require() {
	client, stop := exampleClient()
	defer stop()
	mux := http.NewServeMux()

	guard := sessions.New(client)
	mux.Handle("GET /account", guard.Require()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello", kratos.SessionFromContext(r.Context()).Identity.ID)
	})))

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/account", nil))
	fmt.Println(w.Code)
	r := httptest.NewRequest("GET", "/account", nil)
	r.Header.Set("X-Session-Token", "ory_st_example")
	w = httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// 401
	// 200 hello 77aa
}

func ExampleCache() {
	client, stop := exampleClient()
	defer stop()

	guard := sessions.New(client, sessions.Cache(10_000, time.Minute))
	defer guard.Close()

	h := guard.Require()(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for range 1000 {
		r := httptest.NewRequest("GET", "/account", nil)
		r.Header.Set("X-Session-Token", "ory_st_example")
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	fmt.Println(guard.Stats().Calls, "call")
	// Output:
	// 1 call
}

// In a framework with a context of its own, and for gRPC.
func ExampleGuard_CheckToken() {
	client, stop := exampleClient()
	defer stop()
	guard := sessions.New(client, sessions.Cache(10_000, time.Minute))
	defer guard.Close()

	check, err := guard.CheckToken(ctx, "ory_st_example", sessions.AAL2())
	if need := new(sessions.NeedError); errors.As(err, &need) {
		fmt.Println("needs", need.Need, "at", need.RedirectTo)
	}
	check, err = guard.CheckToken(ctx, "ory_st_example")
	fmt.Println(check.Session.Identity.ID, err)
	// Output:
	// needs aal2 at /login?aal=aal2
	// 77aa <nil>
}

// A role in the metadata, which only administrators can change.
func ExampleThat() {
	client, stop := exampleClient()
	defer stop()
	guard := sessions.New(client)

	administrator := sessions.That("administrator", func(s *kratos.Session) bool {
		metadata, err := kratos.MetadataPublic[struct{ Role string }](s.Identity)
		return err == nil && metadata.Role == "administrator"
	})
	_, err := guard.CheckToken(ctx, "ory_st_example", administrator)
	fmt.Println(err)
	// Output:
	// kratos: the session does not fulfil the need administrator: forbidden
}
