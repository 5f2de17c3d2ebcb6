package kratos_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

var (
	ctx      = context.Background()
	email    = "ada@example.org"
	password = "correct horse battery staple"
)

func ExampleNewClient() {
	client := kratos.Must(kratos.NewClient("https://auth.example.org"))
	admin := kratos.Must(kratos.NewAdmin("http://kratos.internal:4434"))
	fmt.Printf("%T %T\n", client, admin)

	_, err := kratos.NewClient("auth.example.org")
	fmt.Println(err)
	// Output:
	// *kratos.Client *kratos.Admin
	// kratos: NewClient: the base URL does not begin with http:// or https://
}

func ExampleFlowClient_Do() {
	client, _, ada := exampleClient()

	login, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: password})
	if err != nil {
		log.Fatal(err)
	}
	session, err := client.Whoami(ctx, kratos.SessionToken(login.SessionToken))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.Identity.ID == ada.ID, session.AAL)
	// Output:
	// true aal1
}

func ExampleFlowClient_Do_registration() {
	k := kratostest.New(exampleTB{})
	client, readCode := k.Client(), func() string { return k.Code(email) }

	type Traits struct {
		Email string `json:"email"`
	}
	registered, err := client.Registration.Do(ctx, kratos.RegistrationPassword{Traits: Traits{email}, Password: password})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("registered", email, registered.Identity.State)

	// Kratos has mailed a code if the identity schema says that the address is to be verified. From
	// v25.4 on, it names the flow only where the configuration has the hook show_verification_ui.
	if next := registered.ContinueWith.Find(kratos.ContinueShowVerificationUI); next != nil {
		flow, err := client.Verification.Get(ctx, next.Flow.ID)
		if err != nil {
			log.Fatal(err)
		}
		verified, err := client.Verification.Submit(ctx, flow, kratos.VerificationCode{Code: readCode()})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("verified", next.Flow.VerifiableAddress, verified.Done)
	}
	// Output:
	// registered ada@example.org active
	// verified ada@example.org true
}

func ExampleFlowClient_Submit() {
	client, k, _ := exampleClient()

	flow, err := client.Login.Start(ctx)
	if err != nil {
		log.Fatal(err)
	}
	step, err := client.Login.Submit(ctx, flow, kratos.LoginCode{Identifier: email})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(step.Done, step.Flow.State) // a code was sent

	step, err = client.Login.Submit(ctx, step.Flow, kratos.LoginCode{Identifier: email, Code: k.Code(email)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(step.Done, step.Session.AAL)
	// Output:
	// false sent_email
	// true aal1
}

func ExampleRejectedFlow() {
	client, _, _ := exampleClient()

	_, err := client.Login.Do(ctx, kratos.LoginPassword{Identifier: email, Password: "a wrong one"})
	if failure := new(kratos.Error); errors.Is(err, kratos.ErrRejected) && errors.As(err, &failure) {
		for _, message := range failure.Messages() {
			fmt.Println(message.ID == kratos.MessageInvalidCredentials, message.Text)
		}
	}

	flow := kratos.RejectedFlow[kratos.LoginFlow](err) // the form to show again
	fmt.Println(flow.Form().Value("identifier"))
	// Output:
	// true The login is wrong. Check what you entered.
	// ada@example.org
}

func ExampleClient_Whoami_stepUp() {
	k := kratostest.New(exampleTB{})
	ada := k.Person(kratostest.Person{TOTP: true})
	client, firstFactor := k.Client(), k.SignIn(ada)

	token := kratos.SessionToken(firstFactor.Token)
	session, err := client.Whoami(ctx, token)
	if errors.Is(err, kratos.ErrAAL2Required) {
		fmt.Println("the code of the app, please")
		_, err = client.Login.With(kratos.StartLogin{AAL: kratos.AAL2}).Do(ctx, kratos.LoginTOTP{TOTPCode: ada.TOTPCode()}, token)
		if err != nil {
			log.Fatal(err)
		}
		session, err = client.Whoami(ctx, token) // the same session, and more of it
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(session.ID == firstFactor.ID, session.AAL)
	// Output:
	// the code of the app, please
	// true aal2
}

func ExampleFlowClient_Submit_reauthentication() {
	client, k, ada := exampleClient()

	token := k.SignIn(ada).Option()
	k.Advance(2 * time.Hour) // longer than privileged_session_max_age
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
	mux := http.NewServeMux()
	site := httptest.NewServer(mux)
	defer site.Close()
	k := kratostest.New(exampleTB{}, kratostest.Configure(func(c *kratostest.Config) { c.AllowedReturnURLs = []string{site.URL + "/"} }))
	client := k.Client()

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

	browser := site.Client()
	browser.Jar, _ = cookiejar.New(nil) // it never fails
	resp, err := browser.Get(site.URL + "/account")
	if err != nil {
		log.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		log.Fatal(err)
	}
	query := resp.Request.URL.Query()
	fmt.Println(resp.Request.URL.Path, query.Get("return_to"))
	fmt.Println(strings.ReplaceAll(string(page), query.Get("flow"), "…"))
	// Output:
	// /login /account
	// POST /auth/self-service/login?flow=… with 5 fields
}

func ExampleAdmin_Identities() {
	k := kratostest.New(exampleTB{})
	admin := k.Admin()
	k.Person(kratostest.Person{Email: email})
	k.Person(kratostest.Person{Email: "eve@example.org", Inactive: true})

	for identity, err := range admin.Identities(ctx, kratos.ListIdentities{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(identity.State, string(identity.RawTraits))
	}
	// Unordered output:
	// active {"email":"ada@example.org"}
	// inactive {"email":"eve@example.org"}
}
