package sessionjwt_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessionjwt"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// newKratos starts a server that tokenizes every session, as a Kratos does whose template has a
// claims mapper that adds a role.
func newKratos() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"id":%q,"active":true,"expires_at":"2100-01-01T00:00:00Z","identity":{"id":%q,"schema_id":"person","schema_url":"","traits":{},"verifiable_addresses":[{"value":"a@example.org","via":"email","verified":true,"status":"completed"}]},"tokenized":%q}`,
			sessionID, identityID, token(claimsAt(time.Now())))
	}))
}

// newKeyServer starts a server with the public key of newKratos.
func newKeyServer() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(jwkSet("ec")) }))
}

// A client exchanges its session token for a JWT, and a service verifies that without Kratos.
func Example() {
	ctx := context.Background()
	kratosServer, keyServer := newKratos(), newKeyServer()
	defer kratosServer.Close()
	defer keyServer.Close()

	// The client.
	client, err := kratos.NewClient(kratosServer.URL)
	if err != nil {
		log.Fatal(err)
	}
	session, err := client.Tokenize(ctx, "orders", kratos.SessionToken("ory_st_…"))
	if err != nil {
		log.Fatal(err)
	}

	// The service.
	type Roles struct {
		Role string `json:"role"`
	}
	keys, err := sessionjwt.KeysFromURL(keyServer.URL)
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := sessionjwt.New[Roles](keys, sessionjwt.Rules{Issuer: "https://auth.example.org/"})
	if err != nil {
		log.Fatal(err)
	}
	claims, err := verifier.Verify(ctx, session.Tokenized)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(claims.Subject, claims.Custom.Role)

	_, err = verifier.Verify(ctx, "ory_st_…") // the session token itself
	fmt.Println(errors.Is(err, sessionjwt.ErrMalformed))
	// Output:
	// 9f425a8d-7efc-4768-8f23-7647a74fdf13 clerk
	// true
}

func ExampleVerifier_Require() {
	keyServer := newKeyServer()
	defer keyServer.Close()
	keys, err := sessionjwt.KeysFromURL(keyServer.URL)
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := sessionjwt.New[struct{}](keys, sessionjwt.Rules{Issuer: "https://auth.example.org/"})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /orders", verifier.Require(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claims := sessionjwt.ClaimsFromContext[struct{}](r.Context())
		fmt.Fprint(w, "the orders of ", claims.Subject)
	})))

	r := httptest.NewRequest("GET", "/orders", nil)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("WWW-Authenticate"))

	r.Header.Set("Authorization", "Bearer "+token(claimsAt(time.Now())))
	w = httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output:
	// 401 Bearer
	// 200 the orders of 9f425a8d-7efc-4768-8f23-7647a74fdf13
}

// To delete an account, a valid token is not enough: its session may be revoked. The client sends
// its session as well, and a guard asks Kratos about it.
func ExampleMiddleware() {
	kratosServer := newKratos()
	defer kratosServer.Close()
	client, err := kratos.NewClient(kratosServer.URL)
	if err != nil {
		log.Fatal(err)
	}
	guard := sessions.New(client) // without a cache
	defer guard.Close()
	keys, err := sessionjwt.KeysFromJSON(jwkSet("ec"))
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := sessionjwt.New[struct{}](keys, sessionjwt.Rules{Issuer: "https://auth.example.org/"})
	if err != nil {
		log.Fatal(err)
	}
	confirmed := verifier.RequireWith(sessionjwt.Middleware{
		Session: func(w http.ResponseWriter, r *http.Request) (*kratos.Session, error) {
			check, err := guard.CheckRequest(w, r, sessions.VerifiedAddress())
			return check.Session, err
		},
	})
	deleteAccount := confirmed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "deleted ", kratos.SessionFromContext(r.Context()).Identity.ID)
	}))

	r := httptest.NewRequest("DELETE", "/account", nil)
	r.Header.Set("Authorization", "Bearer "+token(claimsAt(time.Now())))
	r.Header.Set("X-Session-Token", "ory_st_…")
	w := httptest.NewRecorder()
	deleteAccount.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output:
	// 200 deleted 9f425a8d-7efc-4768-8f23-7647a74fdf13
}

// A test of a handler needs no token.
func ExampleContextWithClaims() {
	type Roles struct {
		Role string `json:"role"`
	}
	handler := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, sessionjwt.ClaimsFromContext[Roles](r.Context()).Custom.Role)
	}
	claims := &sessionjwt.Claims[Roles]{Subject: "an identity", Custom: Roles{"clerk"}}
	r := httptest.NewRequest("GET", "/", nil)
	r = r.WithContext(sessionjwt.ContextWithClaims(r.Context(), claims))
	w := httptest.NewRecorder()
	handler(w, r)
	fmt.Println(w.Body)
	// Output: clerk
}
