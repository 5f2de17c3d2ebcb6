package kratos_test

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// A program that got the cookies of a browser as text, over a queue for example.
func ExampleClient_BrowserWithCookies() {
	client, k, ada := exampleClient()

	r := k.SignInBrowser(ada).AddTo(httptest.NewRequest("GET", "/", nil))
	cookies, err := http.ParseCookie("theme=dark; " + r.Header.Get("Cookie"))
	if err != nil {
		log.Fatal(err)
	}
	browser := client.BrowserWithCookies(cookies)
	session, err := browser.ActiveSession(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.Identity.ID == ada.ID)
	fmt.Println(len(browser.Cookies()), "cookies to set in the browser")
	// Output:
	// true
	// 0 cookies to set in the browser
}

// A page for everybody, which greets those who are signed in.
func ExampleBrowser_ActiveSession() {
	client, k, ada := exampleClient()

	front := func(w http.ResponseWriter, r *http.Request) {
		browser := client.Browser(r)
		session, err := browser.ActiveSession(r.Context())
		browser.SetCookies(w)
		switch {
		case err == nil:
			fmt.Fprint(w, "hello ", string(session.Identity.RawTraits))
		case errors.Is(err, kratos.ErrNoSession), errors.Is(err, kratos.ErrAAL2Required):
			fmt.Fprint(w, "hello stranger")
		default:
			log.Print(err)
			http.Error(w, "please come back in a minute", http.StatusServiceUnavailable)
		}
	}

	stranger := httptest.NewRequest("GET", "/", nil)
	for _, r := range []*http.Request{stranger, k.SignInBrowser(ada).AddTo(stranger.Clone(ctx))} {
		w := httptest.NewRecorder()
		front(w, r)
		fmt.Println(w.Body)
	}
	// Output:
	// hello stranger
	// hello {"email":"ada@example.org"}
}

// A program without HTTP handlers, such as a gRPC server, has the token from its own protocol.
func ExampleClient_ActiveSession() {
	client, k, ada := exampleClient()

	session, err := client.ActiveSession(ctx, kratos.SessionToken(k.SignIn(ada).Token))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.Identity.ID == ada.ID)

	bob := k.Person(kratostest.Person{TOTP: true})
	_, err = client.ActiveSession(ctx, kratos.SessionToken(k.SignIn(bob).Token))
	fmt.Println(errors.Is(err, kratos.ErrAAL2Required))
	// Output:
	// true
	// true
}

// The test of a handler that is behind RequireSession needs no Kratos.
func ExampleContextWithSession() {
	account := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "the account of ", kratos.SessionFromContext(r.Context()).Identity.ID)
	})

	session := &kratos.Session{ID: "5a2b", Active: true, Identity: &kratos.Identity{ID: "77aa"}}
	r := httptest.NewRequest("GET", "/account", nil)
	w := httptest.NewRecorder()
	account.ServeHTTP(w, r.WithContext(kratos.ContextWithSession(r.Context(), session)))
	fmt.Println(w.Body)
	// Output:
	// the account of 77aa
}
