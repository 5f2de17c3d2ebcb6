package kratos_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Forms and messages of Kratos v26.2, which no test can start.
const (
	passkeyLoginNodes = `{"type":"input","group":"passkey","attributes":{"name":"passkey_challenge","type":"hidden","value":"{\"publicKey\":{\"challenge\":\"Yw\",\"rpId\":\"localhost\"}}","node_type":"input"},"messages":[],"meta":{}},
		{"type":"input","group":"passkey","attributes":{"name":"passkey_login","type":"hidden","onloadTrigger":"oryPasskeyLoginAutocompleteInit","node_type":"input"},"messages":[],"meta":{}},
		{"type":"input","group":"passkey","attributes":{"name":"passkey_login_trigger","type":"button","onclickTrigger":"oryPasskeyLogin","value":"","node_type":"input"},"messages":[],"meta":{}}`
	linkNode       = `{"type":"input","group":"oidc","attributes":{"name":"link","type":"submit","value":"acme","node_type":"input"},"messages":[],"meta":{}}`
	malformedEmail = `{"type":"input","group":"default","attributes":{"name":"traits.email","type":"email","value":"x","node_type":"input"},"messages":[{"id":4000040,"text":"m","type":"error","context":{"value":"x"}}],"meta":{}}`
	malformedPhone = `{"type":"input","group":"default","attributes":{"name":"traits.phone","type":"tel","value":"y","node_type":"input"},"messages":[{"id":4000041,"text":"m","type":"error","context":{"value":"y"}}],"meta":{}}`
)

func nativeFlow(nodes string) string {
	return `{"id":"` + idA + `","type":"api","state":"choose_method","ui":{"action":"a","method":"POST","nodes":[` + nodes + `]}}`
}

// A native client logs in with a passkey: it finds the options in the form, and gets a token.
func TestPasskeysOfNativeClients(t *testing.T) {
	t.Parallel()
	var body map[string]string
	client, _ := serve(t, routes{
		"GET /self-service/login/api": reply{status: 200, body: nativeFlow(passkeyLoginNodes)},
		"POST /self-service/login": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent, _ := io.ReadAll(r.Body)
			body = nil
			if err := json.Unmarshal(sent, &body); err != nil {
				t.Error(err)
			}
			if body["passkey_login"] == "" {
				reply{status: 422, body: `{"error":{"id":"browser_location_change_required","code":422,"message":"m"},"redirect_browser_to":"http://localhost:4455/login?flow=` + idA + `"}`}.ServeHTTP(w, r)
				return
			}
			reply{status: 200, body: `{"session_token":"ory_st_new","session":` + sessionBody + `}`}.ServeHTTP(w, r)
		}),
	})
	flow, err := client.Login.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(flow.Form().CredentialOptions(kratos.UINodeGroupPasskey)), `{"publicKey":{"challenge":"Yw","rpId":"localhost"}}`; got != want {
		t.Errorf("options %s, want %s", got, want)
	}
	result, err := client.Login.Submit(t.Context(), flow, kratos.LoginPasskey{PasskeyLogin: `{"id":"k"}`})
	if err != nil || !result.Done || result.SessionToken != "ory_st_new" {
		t.Errorf("got %+v, %v", result, err)
	}
	if len(body) != 2 || body["method"] != "passkey" || body["passkey_login"] != `{"id":"k"}` {
		t.Errorf("sent %v", body)
	}
	result, err = client.Login.Submit(t.Context(), flow, kratos.LoginPasskey{})
	if err != nil || result.Done || result.RedirectTo != "http://localhost:4455/login?flow="+idA {
		t.Errorf("without an assertion: %+v, %v", result, err)
	}
}

// The settings of a native client have buttons of providers.
func TestProvidersOfNativeSettings(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"GET /self-service/settings/api": reply{status: 200, body: nativeFlow(linkNode)}})
	flow, err := client.Settings.Start(t.Context(), kratos.SessionToken("t"))
	if err != nil {
		t.Fatal(err)
	}
	if got := flow.Form().Providers("link"); !slices.Equal(got, []string{"acme"}) {
		t.Errorf("providers %v", got)
	}
}

// Malformed addresses have messages of their own.
func TestMessagesOfMalformedAddresses(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{
		"GET /self-service/registration/api": reply{status: 200, body: nativeFlow("")},
		"POST /self-service/registration":    reply{status: 400, body: nativeFlow(malformedEmail + "," + malformedPhone)},
	})
	_, err := client.Registration.Do(t.Context(), kratos.RegistrationPassword{Traits: map[string]string{"email": "x", "phone": "y"}, Password: "p"})
	var e *kratos.Error
	if !errors.Is(err, kratos.ErrRejected) || !errors.As(err, &e) {
		t.Fatalf("got %v", err)
	}
	if got, want := err.Error(), "kratos: updateRegistrationFlow: status 400: the input was rejected: traits.email 4000040, traits.phone 4000041"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for name, number := range map[string]int{"traits.email": kratos.MessageInvalidEmail, "traits.phone": kratos.MessageInvalidPhone} {
		messages := e.FieldErrors()[name]
		if len(messages) != 1 || messages[0].ID != number {
			t.Errorf("%s has %v", name, messages)
		}
	}
}
