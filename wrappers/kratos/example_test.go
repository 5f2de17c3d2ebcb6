package kratos_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

var (
	ctx      = context.Background()
	email    = "ada@example.org"
	password = "correct horse battery staple"
)

func ExampleNewClient() {
	client, err := kratos.NewClient("https://auth.example.org")
	if err != nil {
		log.Fatal(err)
	}
	admin, err := kratos.NewAdmin("http://kratos.internal:4434")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%T %T\n", client, admin)

	_, err = kratos.NewClient("auth.example.org")
	fmt.Println(err)
	// Output:
	// *kratos.Client *kratos.Admin
	// kratos: NewClient: the base URL does not begin with http:// or https://
}

func ExampleFlows_Do() {
	client, stop := exampleClient()
	defer stop()

	login, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: password})
	if err != nil {
		log.Fatal(err)
	}
	session, err := client.Whoami(ctx, kratos.Token(login.SessionToken))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.Identity.ID, session.AAL)
	// Output:
	// 77aa aal1
}

func ExampleFlows_Do_registration() {
	client, stop := exampleClient()
	defer stop()

	type Traits struct {
		Email string `json:"email"`
	}
	registered, err := client.Registration.Do(ctx, kratos.RegistrationPassword{Traits: Traits{email}, Password: password})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("registered", registered.Identity.ID)

	// Kratos has mailed a code if the identity schema says that the address is to be verified.
	if next := registered.ContinueWith.Action(kratos.ContinueShowVerificationUI); next != nil {
		flow, err := client.Verification.Get(ctx, next.Flow.ID)
		if err != nil {
			log.Fatal(err)
		}
		verified, err := client.Verification.Submit(ctx, flow, kratos.VerificationCode{Code: "123456"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("verified", next.Flow.VerifiableAddress, verified.Done)
	}
	// Output:
	// registered 77aa
	// verified ada@example.org true
}

func ExampleFlows_Submit() {
	client, stop := exampleClient()
	defer stop()

	flow, err := client.Login.Start(ctx)
	if err != nil {
		log.Fatal(err)
	}
	step, err := client.Login.Submit(ctx, flow, kratos.LoginCode{Identifier: email})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(step.Done, step.Flow.State) // a code was sent

	step, err = client.Login.Submit(ctx, step.Flow, kratos.LoginCode{Identifier: email, Code: "123456"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(step.Done, step.Session.ID)
	// Output:
	// false sent_email
	// true 5a2b
}

func ExampleRejected() {
	client, stop := exampleClient()
	defer stop()

	_, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: "a wrong one"})
	var failure *kratos.Error
	switch {
	case err == nil:
		fmt.Println("welcome")
	case errors.Is(err, kratos.ErrRejected):
		flow := kratos.Rejected[kratos.LoginFlow](err) // the form to show again
		errors.As(err, &failure)
		fmt.Println(len(flow.UI.Nodes), "fields:", failure.Messages()[0].Text)
	default:
		log.Print(err)
	}
	// Output:
	// 2 fields: The provided credentials are invalid, check for spelling mistakes in your password or username, email address, or phone number.
}

func ExampleClient_Whoami() {
	client, stop := exampleClient()
	defer stop()

	hello := func(w http.ResponseWriter, r *http.Request) {
		session, err := client.Whoami(r.Context(), kratos.Token(r.Header.Get("X-Session-Token")))
		switch {
		case err == nil:
			fmt.Fprintln(w, "hello", session.Identity.ID)
		case errors.Is(err, kratos.ErrNoSession):
			http.Error(w, "log in first", http.StatusUnauthorized)
		case errors.Is(err, kratos.ErrAAL2Required):
			http.Error(w, "log in with your second factor", http.StatusForbidden)
		default: // Kratos cannot say, so nobody gets in
			http.Error(w, "try again later", http.StatusServiceUnavailable)
		}
	}

	w := httptest.NewRecorder()
	hello(w, httptest.NewRequest("GET", "/", nil))
	fmt.Print(w.Code, " ", w.Body)
	// Output:
	// 401 log in first
}

func ExampleAdmin_Identities() {
	admin, stop := exampleAdmin()
	defer stop()

	for identity, err := range admin.Identities(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(identity.ID, identity.State)
	}
	// Output:
	// 77aa active
	// 88bb inactive
}

// exampleClient returns a client of a server that knows Ada.
func exampleClient() (*kratos.Client, func()) {
	server := exampleServer()
	client, err := kratos.NewClient(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	return client, server.Close
}

func exampleAdmin() (*kratos.Admin, func()) {
	server := exampleServer()
	admin, err := kratos.NewAdmin(server.URL)
	if err != nil {
		log.Fatal(err)
	}
	return admin, server.Close
}

func exampleServer() *httptest.Server {
	flow := reply{status: 200, body: flowBody("f", "choose_method", "[]", "[]")}
	session := `"session":` + sessionBody + `,"session_token":"ory_st_example"`
	return httptest.NewServer(routes{
		"GET /self-service/login/api":          flow,
		"GET /self-service/registration/api":   flow,
		"GET /self-service/verification/flows": reply{status: 200, body: flowBody("v", "sent_email", "[]", "[]")},
		"POST /self-service/verification":      reply{status: 200, body: flowBody("v", "passed_challenge", "[]", "[]")},
		"POST /self-service/registration": reply{status: 200, body: `{"identity":{"id":"77aa"},` + session +
			`,"continue_with":[{"action":"show_verification_ui","flow":{"id":"v","verifiable_address":"ada@example.org"}}]}`},
		"POST /self-service/login": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var in struct{ Method, Password, Code string }
			_ = json.NewDecoder(r.Body).Decode(&in)
			answer := reply{status: 400, body: flowBody("f", "choose_method", wrong, "[]")}
			switch {
			case in.Password == password, in.Code != "":
				answer = reply{status: 200, body: "{" + session + "}"}
			case in.Method == "code":
				answer = reply{status: 400, body: flowBody("f", "sent_email", sent, "[]")}
			}
			answer.ServeHTTP(w, r)
		}),
		"GET /sessions/whoami":  reply{status: 200, body: sessionBody},
		"GET /admin/identities": reply{status: 200, body: `[{"id":"77aa","state":"active"},{"id":"88bb","state":"inactive"}]`},
	})
}
