package kratos_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// responseBodyOf returns the JSON of the result that a recorded response has; nil if there is none.
func responseBodyOf(t *testing.T, e *recorded.Exchange) []byte {
	t.Helper()
	client, err := kratos.NewClient("http://127.0.0.1", kratos.WithHTTPClient(&http.Client{Transport: canned{e.Response.Status, http.Header{"Content-Type": {"application/json"}}, e.Response.Body}}))
	if err != nil {
		t.Fatal(err)
	}
	b := client.Browser(browserRequest("csrf_token_0=c; ory_kratos_session=s"))
	switch e.Op {
	case "updateLoginFlow":
		return encoded[kratos.LoginFlow, kratos.LoginMethod, kratos.StartLogin](t, b.Login, kratos.LoginPassword{})
	case "updateRegistrationFlow":
		return encoded[kratos.RegistrationFlow, kratos.RegistrationMethod, kratos.StartRegistration](t, b.Registration, kratos.RegistrationPassword{})
	case "updateSettingsFlow":
		return encoded[kratos.SettingsFlow, kratos.SettingsMethod, kratos.StartSettings](t, b.Settings, kratos.SettingsPassword{})
	case "updateRecoveryFlow":
		return encoded[kratos.RecoveryFlow, kratos.RecoveryMethod, kratos.StartRecovery](t, b.Recovery, kratos.RecoveryCode{Code: "1"})
	case "updateVerificationFlow":
		return encoded[kratos.VerificationFlow, kratos.VerificationMethod, kratos.StartVerification](t, b.Verification, kratos.VerificationCode{Code: "1"})
	}
	return nil
}

func encoded[F, M, P any](t *testing.T, flows kratos.FlowClient[F, M, P], method M) []byte {
	t.Helper()
	result, err := flows.Submit(context.Background(), newFlow[F]("f"), method)
	if err != nil {
		return nil
	}
	text, err := result.ResponseBody()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// withoutTokens removes tokens and empty members from a response.
func withoutTokens(response any) any {
	body, ok := response.(map[string]any)
	if !ok {
		return response
	}
	delete(body, "session_token")
	if e, ok := body["error"].(map[string]any); ok {
		delete(e, "reason") // which is the URL again
	}
	if next, ok := body["continue_with"].([]any); ok {
		kept := []any{}
		for _, item := range next {
			if item.(map[string]any)["action"] != "set_ory_session_token" {
				kept = append(kept, item)
			}
		}
		body["continue_with"] = kept
	}
	if next, ok := body["continue_with"].([]any); body["ui"] == nil && (!ok || len(next) == 0) {
		delete(body, "continue_with")
	}
	return body
}

// The body for a browser is that from Kratos, without the session token.
func TestResponseBodiesAreThoseOfKratos(t *testing.T) {
	t.Parallel()
	results, tokens := 0, 0
	for _, e := range exchanges(t) {
		text := responseBodyOf(t, e)
		if text == nil {
			continue
		}
		results++
		if strings.Contains(e.Response.Body, "ory_st_") {
			tokens++
		}
		if strings.Contains(string(text), "ory_st_") || strings.Contains(string(text), "SessionToken") {
			t.Errorf("%s: a token in %s", e, text)
		}
		for _, d := range differences(withoutTokens(parsed(t, []byte(e.Response.Body))), parsed(t, text), "") {
			t.Errorf("%s: %s", e, d)
		}
	}
	if results < 40 || tokens < 10 {
		t.Errorf("only %d results, %d of them with a token", results, tokens)
	}
	t.Logf("%d results, %d of them with a token", results, tokens)
}

func TestFlowResultsAsJSON(t *testing.T) {
	t.Parallel()
	flow := newFlow[kratos.RecoveryFlow]("f")
	flow.ContinueWith = kratos.ContinueWithList{{Action: kratos.ContinueSetSessionToken, SessionToken: "s3cret"}, {Action: "later"}}
	session := &kratos.Session{ID: "s", Identity: &kratos.Identity{ID: "i", OrganizationID: "o"}}
	for name, tc := range map[string]struct {
		result interface{ ResponseBody() ([]byte, error) }
		want   string
	}{
		"an end without a session": {kratos.FlowResult[kratos.RegistrationFlow]{Done: true, Identity: &kratos.Identity{ID: "i", OrganizationID: "o"}, SessionToken: "s3cret"}, `"identity":{"id":"i"`},
		"an end with a session":    {kratos.FlowResult[kratos.LoginFlow]{Done: true, Session: session, Identity: session.Identity, SessionToken: "s3cret"}, `{"session":{`},
		"only a token to go on":    {kratos.FlowResult[kratos.LoginFlow]{Done: true, Session: session, ContinueWith: flow.ContinueWith[:1]}, `{"session":{`},
		"a flow with a token":      {&kratos.FlowResult[kratos.RecoveryFlow]{Done: true, Flow: flow, SessionToken: "s3cret", ContinueWith: flow.ContinueWith}, `{"continue_with":[{"action":"later"}],`},
		"another URL":              {kratos.FlowResult[kratos.LoginFlow]{RedirectTo: "https://example.org/?a=b"}, `{"error":{"id":"browser_location_change_required","code":422,"status":"Unprocessable Entity","message":"browser location change required"},"redirect_browser_to":"https://example.org/?a=b"}`},
		"nothing":                  {kratos.FlowResult[kratos.LoginFlow]{}, `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := tc.result.ResponseBody()
			switch {
			case err != nil:
				t.Error(err)
			case !strings.HasPrefix(string(text), tc.want) && !strings.Contains(string(text), tc.want):
				t.Errorf("%s, want %s", text, tc.want)
			case strings.Contains(string(text), "s3cret"):
				t.Errorf("%s, with the token", text)
			}
			if strings.Contains(string(text), `"continue_with":[]`) {
				t.Errorf("%s", text)
			}
			for _, v := range []any{tc.result, []any{tc.result}, map[string]any{"result": tc.result}, struct{ Result any }{tc.result}} {
				switch text, err := json.Marshal(v); {
				case err == nil:
					t.Errorf("as JSON %s", text)
				case strings.Contains(err.Error(), "s3cret"):
					t.Errorf(`%v has "s3cret"`, err)
				case !strings.Contains(err.Error(), "ResponseBody"):
					t.Errorf(`%v, want one with "ResponseBody"`, err)
				}
			}
		})
	}
	if flow.ContinueWith[0].SessionToken == "" {
		t.Error("the flow was changed")
	}
	if err := json.Unmarshal([]byte(`{"session_token":"s3cret"}`), new(kratos.FlowResult[kratos.LoginFlow])); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("decoding a result: %v", err)
	}
}
