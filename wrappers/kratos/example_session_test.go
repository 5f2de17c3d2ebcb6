package kratos_test

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A program that got the cookies of a browser as text, over a queue for example.
func ExampleClient_BrowserWithCookies() {
	client, stop := exampleClient()
	defer stop()

	cookies, err := http.ParseCookie("theme=dark; ory_kratos_session=MTcwMDAw")
	if err != nil {
		log.Fatal(err)
	}
	browser := client.BrowserWithCookies(cookies)
	session, err := browser.ActiveSession(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.Identity.ID)
	fmt.Println(len(browser.Cookies()), "cookies to set in the browser")
	// Output:
	// 77aa
	// 0 cookies to set in the browser
}

// A page for everybody, which greets those who are signed in.
func ExampleBrowser_ActiveSession() {
	client, stop := exampleClient()
	defer stop()

	front := func(w http.ResponseWriter, r *http.Request) {
		browser := client.Browser(r)
		session, err := browser.ActiveSession(r.Context())
		browser.SetCookies(w)
		switch {
		case err == nil:
			fmt.Fprint(w, "hello ", session.Identity.ID)
		case errors.Is(err, kratos.ErrNoSession), errors.Is(err, kratos.ErrAAL2Required):
			fmt.Fprint(w, "hello stranger")
		default:
			log.Print(err)
			http.Error(w, "please come back in a minute", http.StatusServiceUnavailable)
		}
	}

	for _, cookie := range []string{"", "ory_kratos_session=MTcwMDAw"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		front(w, r)
		fmt.Println(w.Body)
	}
	// Output:
	// hello stranger
	// hello 77aa
}

// A program without HTTP handlers, such as a gRPC server, has the token from its own protocol.
func ExampleClient_ActiveSession() {
	client, stop := exampleClient()
	defer stop()

	session, err := client.ActiveSession(ctx, kratos.SessionToken("ory_st_example"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.Identity.ID)

	_, err = client.ActiveSession(ctx, kratos.SessionToken("ory_st_of_the_first_factor"))
	fmt.Println(errors.Is(err, kratos.ErrAAL2Required))
	// Output:
	// 77aa
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
