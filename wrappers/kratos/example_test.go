package kratos_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
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

func ExampleFlowClient_Do() {
	client, stop := exampleClient()
	defer stop()

	login, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: password})
	if err != nil {
		log.Fatal(err)
	}
	session, err := client.Whoami(ctx, kratos.SessionToken(login.SessionToken))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.Identity.ID, session.AAL)
	// Output:
	// 77aa aal1
}

func ExampleFlowClient_Do_registration() {
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

	// Kratos has mailed a code if the identity schema says that the address is to be verified. From
	// v25.4 on, it names the flow only where the configuration has the hook show_verification_ui.
	if next := registered.ContinueWith.Find(kratos.ContinueShowVerificationUI); next != nil {
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

func ExampleFlowClient_Submit() {
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

func ExampleRejectedFlow() {
	client, stop := exampleClient()
	defer stop()

	_, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: "a wrong one"})
	if failure := new(kratos.Error); errors.Is(err, kratos.ErrRejected) && errors.As(err, &failure) {
		for _, message := range failure.Messages() {
			fmt.Println(message.ID == kratos.MessageInvalidCredentials, message.Text)
		}
	}

	flow := kratos.RejectedFlow[kratos.LoginFlow](err) // the form to show again
	fmt.Println(len(flow.UI.Nodes), "fields")
	// Output:
	// true The provided credentials are invalid, check for spelling mistakes in your password or username, email address, or phone number.
	// 2 fields
}

func ExampleClient_Whoami_stepUp() {
	client, stop := exampleClient()
	defer stop()

	token := kratos.SessionToken("ory_st_of_the_first_factor")
	session, err := client.Whoami(ctx, token)
	if errors.Is(err, kratos.ErrAAL2Required) {
		fmt.Println("the code of the app, please")
		_, err = client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Do(ctx, kratos.LoginTOTP{TOTPCode: "123456"}, token)
		if err != nil {
			log.Fatal(err)
		}
		session, err = client.Whoami(ctx, token) // the same session, and more of it
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.ID, session.AAL)
	// Output:
	// the code of the app, please
	// 5a2b aal2
}

func ExampleFlowClient_Submit_reauthentication() {
	client, stop := exampleClient()
	defer stop()

	token := kratos.SessionToken("ory_st_of_yesterday")
	flow, err := client.Settings.Start(ctx, token)
	if err != nil {
		log.Fatal(err)
	}
	change := kratos.SettingsPassword{Password: "a new correct horse"}
	step, err := client.Settings.Submit(ctx, flow, change, token)
	if errors.Is(err, kratos.ErrRefreshRequired) {
		fmt.Println("the password of now, please")
		login, err := client.Login.With(kratos.StartLogin{Refresh: true}).Do(ctx, kratos.LoginPassword{Identifier: email, Password: password}, token)
		if err != nil {
			log.Fatal(err)
		}
		step, err = client.Settings.Submit(ctx, flow, change, kratos.SessionToken(login.SessionToken)) // nothing of it was lost
		if err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("saved:", step.Done)
	// Output:
	// the password of now, please
	// saved: true
}

// A website with its own pages: Kratos is behind it, and browsers never see it.
func ExampleClient_Proxy() {
	client, stop := exampleClient()
	defer stop()

	mux := http.NewServeMux()
	mux.Handle("/auth/", client.Proxy("/auth"))
	mux.Handle("GET /login", client.Login.Handler(func(w http.ResponseWriter, r *http.Request, flow *kratos.LoginFlow) {
		form := flow.Form() // a template shows its nodes and messages
		fmt.Fprintf(w, "%s %s with %d fields", form.Method, form.Action, len(form.Nodes()))
	}))
	signedIn := sessions.New(client, sessions.Otherwise(func(w http.ResponseWriter, r *http.Request, err error) {
		http.Redirect(w, r, "/login?return_to=/account", http.StatusSeeOther)
	})).Require()
	mux.Handle("GET /account", signedIn(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "the account of", kratos.SessionFromContext(r.Context()).Identity.ID)
	})))

	site := httptest.NewServer(mux)
	defer site.Close()
	resp, err := site.Client().Get(site.URL + "/account")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(resp.Request.URL.RequestURI())
	fmt.Println(string(page))
	// Output:
	// /login?flow=f&return_to=%2Faccount
	// POST /auth/self-service/login?flow=f with 2 fields
}

func ExampleAdmin_Identities() {
	admin, stop := exampleAdmin()
	defer stop()

	for identity, err := range admin.Identities(ctx, kratos.ListIdentities{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(identity.ID, identity.State)
	}
	// Output:
	// 77aa active
	// 88bb inactive
}
