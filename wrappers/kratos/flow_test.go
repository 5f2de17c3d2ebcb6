package kratos_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

func TestWhatASubmissionComesTo(t *testing.T) {
	t.Parallel()
	token := `[{"action":"show_verification_ui","flow":{"id":"v","verifiable_address":"ada@example.org"}},{"action":"set_ory_session_token","ory_session_token":"t2"}]`
	for name, tc := range map[string]struct {
		response reply
		is       string                                          // the sentinels, if it is an error
		want     func(*kratos.FlowResult[kratos.LoginFlow]) bool // if it is none
	}{
		"200 with a session is a login": {
			reply{status: 200, body: `{"session":` + sessionBody + `,"session_token":"t1","continue_with":null}`}, "",
			func(s *kratos.FlowResult[kratos.LoginFlow]) bool {
				return s.Done && s.Flow == nil && s.SessionToken == "t1" && s.Session.ID == "5a2b" && s.Identity.ID == "77aa" && s.Session.AAL == kratos.AAL1
			}},
		"200 with a session that leaves out the identity is a login": {
			reply{status: 200, body: `{"session":{"id":"5a2b","identity":null},"session_token":"t1"}`}, "",
			func(s *kratos.FlowResult[kratos.LoginFlow]) bool {
				return s.Done && s.Identity == nil && s.Session.ID == "5a2b"
			}},
		"200 with an identity alone is a registration without a session": {
			reply{status: 200, body: `{"identity":{"id":"77aa"},"continue_with":` + token + `}`}, "",
			func(s *kratos.FlowResult[kratos.LoginFlow]) bool {
				return s.Done && s.Session == nil && s.Identity.ID == "77aa" && s.SessionToken == "t2" && s.ContinueWith.Find(kratos.ContinueShowVerificationUI).Flow.ID == "v"
			}},
		"400 with a flow and no error goes on": {
			reply{status: 400, body: flowBody("f", "sent_email", sent, "[]")}, "",
			func(s *kratos.FlowResult[kratos.LoginFlow]) bool {
				return !s.Done && s.Flow.ID == "f" && s.Flow.State == "sent_email"
			}},
		"200 with a flow and no error goes on": {
			reply{status: 200, body: flowBody("f", "sent_email", sent, "[]")}, "",
			func(s *kratos.FlowResult[kratos.LoginFlow]) bool { return !s.Done && s.Flow.ID == "f" }},
		"200 with a flow that passed is done": {
			reply{status: 200, body: flowBody("f", "passed_challenge", "[]", "[]")}, "",
			func(s *kratos.FlowResult[kratos.LoginFlow]) bool { return s.Done && s.Flow.ID == "f" }},
		"200 with a flow of settings that succeeded is done": {
			reply{status: 200, body: flowBody("f", "success", "[]", "[]")}, "",
			func(s *kratos.FlowResult[kratos.LoginFlow]) bool { return s.Done }},
		"200 with a state of a later release goes on": {
			reply{status: 200, body: flowBody("f", "awaiting_carrier_pigeon", "[]", "[]")}, "",
			func(s *kratos.FlowResult[kratos.LoginFlow]) bool {
				return !s.Done && s.Flow.State == "awaiting_carrier_pigeon"
			}},
		"422 redirects the browser": {
			reply{status: 422, body: `{"error":{"id":"browser_location_change_required","code":422,"message":"m"},"redirect_browser_to":"https://idp.example.org/"}`}, "",
			func(s *kratos.FlowResult[kratos.LoginFlow]) bool {
				return !s.Done && s.Flow == nil && s.RedirectTo == "https://idp.example.org/"
			}},
		"400 with an error about the form is refused":         {reply{status: 400, body: flowBody("f", "choose_method", wrong, "[]")}, "ErrBadRequest ErrRejected", nil},
		"400 with an error about a field is refused":          {reply{status: 400, body: flowBody("f", "choose_method", "[]", wrong)}, "ErrBadRequest ErrRejected", nil},
		"200 with an error is refused":                        {reply{status: 200, body: flowBody("f", "sent_email", wrong, "[]")}, "ErrRejected", nil},
		"400 with an address that is not verified":            {reply{status: 400, body: flowBody("f", "choose_method", `[{"id":4000010,"text":"t","type":"error"}]`, "[]")}, "ErrAddressNotVerified ErrBadRequest", nil},
		"400 with a passed flow and an error is refused":      {reply{status: 400, body: flowBody("f", "passed_challenge", wrong, "[]")}, "ErrBadRequest ErrRejected", nil},
		"400 without a flow is an error":                      {reply{status: 400, body: `{"error":{"code":400,"message":"m"}}`}, "ErrBadRequest", nil},
		"401 with an inactive identity":                       {reply{status: 401, body: `{"error":{"code":401,"message":"m","details":{"identity_id":"77aa"}}}`}, "ErrIdentityInactive", nil},
		"410 names the flow to use":                           {reply{status: 410, body: `{"error":{"id":"self_service_flow_expired","code":410,"message":"m"},"use_flow_id":"new","expired_at":"2026-11-23T16:16:59Z","since":232161379}`}, "ErrFlowExpired", nil},
		"303 to another flow names the flow to use":           {reply{status: 303, header: http.Header{"Location": {"http://127.0.0.1/base/self-service/recovery/flows?id=new"}}}, "ErrFlowExpired", nil},
		"303 to another path is an unexpected response":       {reply{status: 303, header: http.Header{"Location": {"http://127.0.0.1/login?flow=f"}}}, "ErrUnexpectedResponse", nil},
		"200 with an empty form is an unexpected response":    {reply{status: 200, body: `{"ui":{}}`}, "ErrUnexpectedResponse", nil},
		"200 with a null form is an unexpected response":      {reply{status: 200, body: `{"ui":null}`}, "ErrUnexpectedResponse", nil},
		"200 with an empty session is an unexpected response": {reply{status: 200, body: `{"session":{}}`}, "ErrUnexpectedResponse", nil},
		"200 with neither is an unexpected response":          {reply{status: 200, body: `{"status":"ok"}`}, "ErrUnexpectedResponse", nil},
		"422 without a place to go is an error":               {reply{status: 422, body: `{"error":{"id":"browser_location_change_required","code":422,"message":"m"}}`}, "ErrBrowserLocationChangeRequired", nil},
		"a form of another shape is an unexpected response":   {reply{status: 400, body: `{"ui":[]}`}, "ErrUnexpectedResponse", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := serve(t, routes{"POST /self-service/login": tc.response})
			step, err := client.Login.Submit(t.Context(), newFlow[kratos.LoginFlow]("f"), kratos.LoginPassword{Identifier: "ada", Password: "p"})
			if tc.want == nil {
				if step != nil || matches(err) != tc.is {
					t.Errorf("got %+v and %q, want %q (%v)", step, matches(err), tc.is, err)
				}
				var e *kratos.Error
				if named := errors.As(err, &e) && e.FlowID == "new"; named != (tc.is == "ErrFlowExpired") {
					t.Errorf("the flow to use is %q", e.FlowID)
				}
				return
			}
			if err != nil || !tc.want(step) {
				t.Errorf("got %+v, %v", step, err)
			}
		})
	}
}

// A person who registers with a provider and has an account with the same address gets the login
// flow that links the two.
func TestARegistrationThatTurnsOutToBeALogin(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 400} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			client, _ := serve(t, reply{status: status, body: flowBody("l", "choose_method", wrong, "[]")})
			_, err := client.Registration.Submit(t.Context(), newFlow[kratos.RegistrationFlow]("f"), kratos.RegistrationOIDC{Provider: "google", IDToken: "t"})
			var e *kratos.Error
			switch {
			case !errors.Is(err, kratos.ErrAccountExists):
				t.Errorf("%v, want ErrAccountExists", err)
			case !errors.As(err, &e):
				t.Errorf("%v is an error of another type", err)
			case e.FlowID != "l":
				t.Errorf(`e.FlowID = %q, want "l"`, e.FlowID)
			}
		})
	}
}

func TestAStepIsPrintedWithoutItsToken(t *testing.T) {
	t.Parallel()
	step := &kratos.FlowResult[kratos.LoginFlow]{Done: true, SessionToken: "s3cret"}
	for _, form := range []string{"%v", "%+v", "%s"} {
		t.Run(form, func(t *testing.T) {
			if out := fmt.Sprintf(form, step) + fmt.Sprintf(form, *step); strings.Contains(out, "s3cret") {
				t.Errorf("printed with %s: %s", form, out)
			}
		})
	}
}

func TestARefusedForm(t *testing.T) {
	t.Parallel()
	node := `[{"id":4000002,"text":"Property password is missing.","type":"error","context":{"property":"password"}},{"id":1,"text":"a hint","type":"info"}]`
	client, _ := serve(t, routes{"POST /self-service/login": reply{status: 400, body: flowBody("f", "choose_method", wrong, node)}})
	_, err := client.Login.Submit(t.Context(), newFlow[kratos.LoginFlow]("f"), kratos.LoginPassword{})
	flow := kratos.RejectedFlow[kratos.LoginFlow](err)
	switch {
	case flow == nil:
		t.Fatal("flow is nil")
	case flow.ID != "f":
		t.Fatalf(`flow.ID = %q, want "f"`, flow.ID)
	case len(flow.UI.Nodes) != 2:
		t.Fatalf("len(flow.UI.Nodes) = %d, want 2", len(flow.UI.Nodes))
	}
	if kratos.RejectedFlow[kratos.RegistrationFlow](err) != nil || kratos.RejectedFlow[kratos.LoginFlow](io.EOF) != nil {
		t.Error("a flow came out of an error that has none of this kind")
	}
	var e *kratos.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if m := e.Messages(); len(m) != 1 || m[0].ID != 4000006 {
		t.Errorf("messages %+v", m)
	}
	switch fields := e.FieldErrors(); {
	case len(fields) != 1:
		t.Errorf("len(fields) = %d, want 1", len(fields))
	case len(fields["password"]) != 1:
		t.Errorf(`len(fields["password"]) = %d, want 1`, len(fields["password"]))
	case fields["password"][0].ID != 4000002:
		t.Errorf(`fields["password"][0].ID = %d, want 4000002`, fields["password"][0].ID)
	}
	if want := "kratos: updateLoginFlow: status 400: the input was rejected: 4000006, password 4000002"; err.Error() != want {
		t.Errorf("text %q, want %q", err, want)
	}
}

func TestWhatIsSubmitted(t *testing.T) {
	t.Parallel()
	type traits struct {
		Email string `json:"email"`
	}
	ada := traits{"ada@example.org"}
	login := func(m kratos.LoginMethod) func(*kratos.Client) error {
		return func(c *kratos.Client) error {
			return second(c.Login.Submit(t.Context(), newFlow[kratos.LoginFlow]("f"), m))
		}
	}
	registration := func(m kratos.RegistrationMethod) func(*kratos.Client) error {
		return func(c *kratos.Client) error {
			return second(c.Registration.Submit(t.Context(), newFlow[kratos.RegistrationFlow]("f"), m))
		}
	}
	verification := func(m kratos.VerificationMethod) func(*kratos.Client) error {
		flow := newFlow[kratos.VerificationFlow]("f")
		return func(c *kratos.Client) error { return second(c.Verification.Submit(t.Context(), flow, m)) }
	}
	for want, call := range map[string]func(*kratos.Client) error{
		`{"identifier":"ada","method":"password","password":"p"}`:                             login(kratos.LoginPassword{Identifier: "ada", Password: "p"}),
		`{"identifier":"ada","method":"code"}`:                                                login(kratos.LoginCode{Identifier: "ada"}),
		`{"code":"123456","identifier":"ada","method":"code"}`:                                login(kratos.LoginCode{Identifier: "ada", Code: "123456"}),
		`{"identifier":"ada","method":"identifier_first"}`:                                    login(kratos.LoginIdentifierFirst{Identifier: "ada"}),
		`{"method":"totp","totp_code":"123456"}`:                                              login(kratos.LoginTOTP{TOTPCode: "123456"}),
		`{"lookup_secret":"abc","method":"lookup_secret"}`:                                    login(kratos.LoginLookupSecret{LookupSecret: "abc"}),
		`{"method":"oidc","provider":"google"}`:                                               login(kratos.LoginOIDC{Provider: "google"}),
		`{"identifier":"ada","method":"webauthn","webauthn_login":"{}"}`:                      login(kratos.LoginWebAuthn{Identifier: "ada", WebAuthnLogin: "{}"}),
		`{"method":"passkey","passkey_login":"{}"}`:                                           login(kratos.LoginPasskey{PasskeyLogin: "{}"}),
		`{"method":"password","password":"p","traits":{"email":"ada@example.org"}}`:           registration(kratos.RegistrationPassword{Traits: ada, Password: "p"}),
		`{"method":"code","traits":{"email":"ada@example.org"}}`:                              registration(kratos.RegistrationCode{Traits: ada}),
		`{"method":"profile","traits":{"email":"ada@example.org"}}`:                           registration(kratos.RegistrationProfile{Traits: ada}),
		`{"method":"oidc","provider":"google","transient_payload":{"n":1}}`:                   registration(kratos.RegistrationOIDC{Provider: "google", TransientPayload: map[string]int{"n": 1}}),
		`{"method":"webauthn","traits":{"email":"ada@example.org"},"webauthn_register":"{}"}`: registration(kratos.RegistrationWebAuthn{Traits: ada, WebAuthnRegister: "{}"}),
		`{"method":"passkey","passkey_register":"{}","traits":{"email":"ada@example.org"}}`:   registration(kratos.RegistrationPasskey{Traits: ada, PasskeyRegister: "{}"}),
		`{"email":"ada@example.org","method":"code"}`:                                         verification(kratos.VerificationCode{Email: "ada@example.org"}),
		`{"code":"123456","method":"code"}`:                                                   verification(kratos.VerificationCode{Code: "123456"}),
		`{"email":"ada@example.org","method":"link"}`:                                         verification(kratos.VerificationLink{Email: "ada@example.org"}),
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			var got map[string]any
			client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.RawQuery != "flow=f" {
					t.Errorf("query %q", r.URL.RawQuery)
				}
				if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
					t.Error(err)
				}
				body := strings.ReplaceAll(flowBody("f", "choose_method", "[]", "[]"), "/self-service/login", r.URL.Path)
				reply{status: 200, body: body}.ServeHTTP(w, r)
			}))
			if err := call(client); err != nil {
				t.Fatal(err)
			}
			var wanted map[string]any
			if err := json.Unmarshal([]byte(want), &wanted); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, wanted) {
				t.Errorf("sent %v", got)
			}
		})
	}
}

func TestTheCSRFTokenIsSentBack(t *testing.T) {
	t.Parallel()
	k := kratostest.New(t)
	ada, browser := k.Person(kratostest.Person{}), k.Client().BrowserWithCookies(nil)
	flow, err := browser.Login.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if flow, err = browser.Login.Get(t.Context(), flow.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := browser.Login.Submit(t.Context(), flow, kratos.LoginPassword{Identifier: ada.Email, Password: ada.Password}); err != nil {
		t.Error(err)
	}
}

func TestStartTellsWhatFor(t *testing.T) {
	t.Parallel()
	var query string
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.Query().Encode()
		reply{status: 200, body: flowBody("f", "choose_method", "[]", "[]")}.ServeHTTP(w, r)
	}))
	if _, err := client.Login.With(kratos.StartLogin{Refresh: true, AAL: kratos.AAL2, ReturnTo: "https://example.org/?a=1&b=2"}).Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := "aal=aal2&refresh=true&return_to=https%3A%2F%2Fexample.org%2F%3Fa%3D1%26b%3D2"; query != want {
		t.Errorf("query %s, want %s", query, want)
	}
}

func TestAFlowWithoutAnID(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, reply{status: 200, body: `{"status":"ok"}`})
	if _, err := client.Login.Start(t.Context()); !errors.Is(err, kratos.ErrUnexpectedResponse) {
		t.Errorf("got %v", err)
	}
}
