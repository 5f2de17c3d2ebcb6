package kratos_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/gen/spec"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Each submission of a flow is sent with a value that the spec's discriminator has, and with the
// CSRF token of the form. No value is left out, and none is sent by two types.
func TestEverySubmissionNamesItsMethod(t *testing.T) {
	t.Parallel()
	var document struct {
		Components struct {
			Schemas map[string]struct {
				Discriminator struct{ Mapping map[string]string }
			}
		}
	}
	if err := json.Unmarshal([]byte(spec.OpenAPI), &document); err != nil {
		t.Fatal(err)
	}
	back := kratos.RegistrationProfile{Screen: kratos.RegistrationScreenPrevious}
	for union, sent := range map[string]func(*testing.T) []string{
		"updateLoginFlowBody": func(t *testing.T) []string {
			return methodsSent(t, loginMethods(), func(c *kratos.Client) kratos.FlowClient[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin] {
				return c.Login
			})
		},
		"updateRegistrationFlowBody": func(t *testing.T) []string {
			return methodsSent(t, append(registrationMethods(), back), func(c *kratos.Client) kratos.FlowClient[kratos.RegistrationFlow, kratos.RegistrationMethod, kratos.StartRegistration] {
				return c.Registration
			})
		},
		"updateSettingsFlowBody": func(t *testing.T) []string {
			return methodsSent(t, settingsMethods(), func(c *kratos.Client) kratos.FlowClient[kratos.SettingsFlow, kratos.SettingsMethod, kratos.StartSettings] {
				return c.Settings
			})
		},
		"updateRecoveryFlowBody": func(t *testing.T) []string {
			return methodsSent(t, recoveryMethods(), func(c *kratos.Client) kratos.FlowClient[kratos.RecoveryFlow, kratos.RecoveryMethod, kratos.StartRecovery] {
				return c.Recovery
			})
		},
		"updateVerificationFlowBody": func(t *testing.T) []string {
			return methodsSent(t, verificationMethods(), func(c *kratos.Client) kratos.FlowClient[kratos.VerificationFlow, kratos.VerificationMethod, kratos.StartVerification] {
				return c.Verification
			})
		},
	} {
		t.Run(union, func(t *testing.T) {
			t.Parallel()
			want := slices.Sorted(maps.Keys(document.Components.Schemas[union].Discriminator.Mapping))
			if got := sent(t); !slices.Equal(got, want) {
				t.Errorf("sent %q, and the spec has %q", got, want)
			}
		})
	}
}

// methodsSent submits each method, and returns what the bodies name, in order.
func methodsSent[F, M, P any](t *testing.T, methods []M, of func(*kratos.Client) kratos.FlowClient[F, M, P]) (names []string) {
	t.Helper()
	sent := make(chan string, len(methods))
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Method    string `json:"method"`
			CSRFToken string `json:"csrf_token"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		if body.CSRFToken != "masked" {
			t.Errorf("%s was sent with the CSRF token %q", body.Method, body.CSRFToken)
		}
		sent <- body.Method
		reply{status: 500, body: `{}`}.ServeHTTP(w, r)
	}))
	flow := new(F)
	if err := json.Unmarshal([]byte(strings.Replace(flowBody("f", "choose_method", "[]", "[]"), `"value":""`, `"value":"masked"`, 1)), flow); err != nil {
		t.Fatal(err)
	}
	for _, method := range methods {
		if _, err := of(client).Submit(t.Context(), flow, method, kratos.SessionToken("t")); err == nil {
			t.Errorf("%T: no error", method)
		}
		select {
		case name := <-sent:
			names = append(names, name)
		default:
			t.Errorf("%T was not sent", method)
		}
	}
	slices.Sort(names)
	return names
}
