package e2e

import (
	"errors"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestRegisterVerifyLogInAndOut(t *testing.T) { onBothServers(t, testRegisterVerifyLogInAndOut) }

func testRegisterVerifyLogInAndOut(t *testing.T, be backend) {
	t.Parallel()
	srv := be.start(t, server.Options{Config: server.ShowVerification()})
	client, admin := clients(t, srv)
	p := newPerson()

	registered := register(t, client, p)
	switch {
	case !registered.Done:
		t.Fatalf("registration: not done: %+v", registered)
	case registered.Identity == nil:
		t.Fatal("registration: registered.Identity is nil")
	case registered.Session == nil:
		t.Fatal("registration: registered.Session is nil")
	case registered.SessionToken == "":
		t.Fatal("registration: no session token")
	}
	if !strings.Contains(string(registered.Identity.RawTraits), p.Email) {
		t.Errorf("traits %s", registered.Identity.RawTraits)
	}

	next := registered.ContinueWith.Find(kratos.ContinueShowVerificationUI)
	if next == nil || next.Flow.VerifiableAddress != p.Email {
		t.Fatalf("next steps: %+v", registered.ContinueWith)
	}
	flow, err := client.Verification.Get(t.Context(), next.Flow.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Verification.Submit(t.Context(), flow, kratos.VerificationCode{Code: "000000"})
	if !errors.Is(err, kratos.ErrRejected) || kratos.RejectedFlow[kratos.VerificationFlow](err) == nil {
		t.Errorf("a wrong code: %v, want ErrRejected with the flow", err)
	}
	verified, err := client.Verification.Submit(t.Context(), flow, kratos.VerificationCode{Code: emailedCode(t, srv, p.Email)})
	if err != nil || !verified.Done {
		t.Fatalf("the right code: %+v, %v", verified, err)
	}
	_, err = client.Verification.Submit(t.Context(), flow, kratos.VerificationCode{Code: "000000"})
	var e *kratos.Error
	switch {
	case !errors.Is(err, kratos.ErrFlowReplaced):
		t.Errorf("a completed flow: %v, want ErrFlowReplaced", err)
	case !errors.As(err, &e):
		t.Errorf("a completed flow: %v is an error of another type", err)
	case e.FlowID == "":
		t.Error("a completed flow: no id of the new flow")
	}

	login, err := client.Login.Do(t.Context(), kratos.LoginPassword{Identifier: p.Email, Password: p.password})
	switch {
	case err != nil:
		t.Fatalf("login: %v", err)
	case !login.Done:
		t.Fatalf("login: not done: %+v, %v", login, err)
	case login.SessionToken == "":
		t.Fatal("login: no session token")
	case login.Identity.ID != registered.Identity.ID:
		t.Fatalf("login: login.Identity.ID = %v, want %v", login.Identity.ID, registered.Identity.ID)
	}
	session, err := client.Whoami(t.Context(), kratos.SessionToken(login.SessionToken))
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case session.ID != login.Session.ID:
		t.Errorf("whoami: session.ID = %v, want %v", session.ID, login.Session.ID)
	case session.AAL != kratos.AAL1:
		t.Errorf("whoami: session.AAL = %v, want %v", session.AAL, kratos.AAL1)
	case !session.Active:
		t.Error("whoami: the session is not active")
	case !session.Identity.VerifiableAddresses[0].Verified:
		t.Error("whoami: the address is not verified")
	}

	var seen bool
	for identity, err := range admin.Identities(t.Context(), kratos.ListIdentities{CredentialsIdentifier: p.Email}) {
		if err != nil {
			t.Fatal(err)
		}
		seen = seen || identity.ID == session.Identity.ID
	}
	if !seen {
		t.Error("the admin API does not list the identity")
	}

	for range 2 { // a second logout is not an error
		if err := client.Logout(t.Context(), login.SessionToken); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.Whoami(t.Context(), kratos.SessionToken(login.SessionToken)); !errors.Is(err, kratos.ErrNoSession) {
		t.Errorf("a revoked token: %v, want ErrNoSession", err)
	}
	if _, err := client.Whoami(t.Context(), kratos.SessionToken(registered.SessionToken)); err != nil {
		t.Errorf("the other session: %v", err)
	}
	if err := client.Logout(t.Context(), "ory_st_never_given_out"); !errors.Is(err, kratos.ErrNoSession) {
		t.Errorf("an unknown token: %v, want ErrNoSession", err)
	}
}

func TestErrorsFromKratos(t *testing.T) { onBothServers(t, testErrorsFromKratos) }

func testErrorsFromKratos(t *testing.T, be backend) {
	t.Parallel()
	client, _ := clients(t, be.shared(t))
	p := newPerson()
	token := register(t, client, p).SessionToken
	loginWith := func(start kratos.StartLogin, method kratos.LoginMethod, opts ...kratos.RequestOption) error {
		_, err := client.Login.With(start).Do(t.Context(), method, opts...)
		return err
	}
	login := func(method kratos.LoginMethod, opts ...kratos.RequestOption) error {
		return loginWith(kratos.StartLogin{}, method, opts...)
	}
	registration := func(method kratos.RegistrationMethod) error {
		_, err := client.Registration.Do(t.Context(), method)
		return err
	}
	for name, tc := range map[string]struct {
		err  error
		want error
	}{
		"a wrong password":                  {login(kratos.LoginPassword{Identifier: p.Email, Password: "s3cret"}), kratos.ErrRejected},
		"an unknown address":                {login(kratos.LoginPassword{Identifier: "unknown@example.org", Password: "s3cret"}), kratos.ErrRejected},
		"an empty password":                 {login(kratos.LoginPassword{Identifier: p.Email}), kratos.ErrRejected},
		"a login with a session":            {login(kratos.LoginPassword{}, kratos.SessionToken(token)), kratos.ErrSessionAlreadyAvailable},
		"a second factor without a session": {loginWith(kratos.StartLogin{AAL: kratos.AAL2}, kratos.LoginTOTP{}), kratos.ErrAAL1Required},
		"a return_to on another site":       {loginWith(kratos.StartLogin{ReturnTo: "https://evil.example.com/?s3cret"}, kratos.LoginPassword{}), kratos.ErrReturnToForbidden},
		"an address in use":                 {registration(kratos.RegistrationPassword{Traits: p.traits, Password: p.password}), kratos.ErrRejected},
		"a password that is too short":      {registration(kratos.RegistrationPassword{Traits: newPerson().traits, Password: "x"}), kratos.ErrRejected},
		"traits of another type":            {registration(kratos.RegistrationPassword{Traits: map[string]int{"email": 7}, Password: p.password}), kratos.ErrRejected},
		"traits that are not an object":     {registration(kratos.RegistrationPassword{Traits: "s3cret", Password: p.password}), kratos.ErrBadRequest},
		"a flow that does not exist":        {errorOf(client.Login.Get(t.Context(), "11111111-2222-4333-8444-555555555555")), kratos.ErrNotFound},
		"an unknown token":                  {errorOf(client.Whoami(t.Context(), kratos.SessionToken("s3cret"))), kratos.ErrNoSession},
	} {
		t.Run(name, func(t *testing.T) {
			if !errors.Is(tc.err, tc.want) {
				t.Errorf("%v, want %v", tc.err, tc.want)
			}
			if tc.err != nil && (strings.Contains(tc.err.Error(), "s3cret") || strings.Contains(tc.err.Error(), p.Email)) {
				t.Errorf("the error has a secret: %v", tc.err)
			}
		})
	}

	var e *kratos.Error
	err := registration(kratos.RegistrationPassword{Traits: map[string]any{"email": "no address", "name": map[string]string{"first": "A"}}, Password: "x"})
	if !errors.As(err, &e) || len(e.FieldErrors()["traits.email"]) == 0 {
		t.Errorf("messages by field: %v, %v", e.FieldErrors(), err)
	}
}

func TestPagesOfIdentities(t *testing.T) { onBothServers(t, testPagesOfIdentities) }

func testPagesOfIdentities(t *testing.T, be backend) {
	t.Parallel()
	srv := be.start(t, server.Options{})
	client, admin := clients(t, srv)
	for range admin.Identities(t.Context(), kratos.ListIdentities{}) {
		t.Error("a new Kratos has an identity, or an error")
	}
	want := map[string]bool{}
	for range 5 {
		want[register(t, client, newPerson()).Identity.ID] = true
	}
	got := map[string]bool{}
	for identity, err := range admin.Identities(t.Context(), kratos.ListIdentities{PageSize: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		if got[identity.ID] {
			t.Errorf("%s came twice", identity.ID)
		}
		got[identity.ID] = true
	}
	if len(got) != len(want) {
		t.Errorf("got %d identities, want %d", len(got), len(want))
	}
}

func TestWrongPort(t *testing.T) { onBothServers(t, testWrongPort) }

func testWrongPort(t *testing.T, be backend) {
	t.Parallel()
	srv := be.shared(t)
	admin, err := kratos.NewAdmin(srv.PublicURL)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range admin.Identities(t.Context(), kratos.ListIdentities{}) {
		if !errors.Is(err, kratos.ErrUnexpectedResponse) {
			t.Errorf("the admin API at the public port: %v, want ErrUnexpectedResponse", err)
		}
	}
	client, err := kratos.NewClient(srv.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"whoami": errorOf(client.Whoami(t.Context(), kratos.SessionToken("t"))),
		"login":  errorOf(client.Login.Start(t.Context())),
	} {
		t.Run(name, func(t *testing.T) {
			if !errors.Is(err, kratos.ErrUnexpectedResponse) {
				t.Errorf("%s at the admin port: %v, want ErrUnexpectedResponse", name, err)
			}
		})
	}
}
