package e2e

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A single-page application gets flows and results as JSON from the site's server, and submits JSON
// to it.
func TestJSONSubmissions(t *testing.T) { onBothServers(t, testJSONSubmissions) }

func testJSONSubmissions(t *testing.T, be backend) {
	t.Parallel()
	fx := be.sharedFixture(t)
	member := fx.createPerson(t, true)
	u := fx.user(t, singlePage)

	// The server passes the flow on as Kratos sent it.
	var flow *kratos.LoginFlow
	u.withBrowser(func(b *kratos.Browser) { flow = must(b.Login.Start(t.Context()))(t) })
	u.withBrowser(func(b *kratos.Browser) { flow = must(b.Login.Get(t.Context(), flow.ID))(t) })
	encoded := must(json.Marshal(flow))(t)
	direct := newSubmitter(t, fx, submissionCase{}, nil, false)
	direct.user.http = u.http
	direct.get(fx.srv.PublicURL + "/self-service/login/flows?id=" + flow.ID)
	if want, got := decodeAny(t, direct.last.body), decodeAny(t, encoded); !reflect.DeepEqual(withoutCSRFToken(want), withoutCSRFToken(got)) {
		t.Errorf("passed on:\n%s\nwant:\n%s", encoded, direct.last.body)
	}

	// The application submits the form as JSON, without types of the SDK.
	form := decodeAny(t, encoded).(map[string]any)
	fill := func(password string) string {
		return string(must(json.Marshal(map[string]any{
			"method": "password", "identifier": member.Email, "password": password, "csrf_token": csrfToken(form), "transient_payload": map[string]any{"n": 1},
		}))(t))
	}
	submit := func(spaBody string) (*kratos.FlowResult[kratos.LoginFlow], error) {
		var body kratos.Submission
		if err := json.Unmarshal([]byte(spaBody), &body); err != nil {
			return nil, err
		}
		withID := kratos.LoginFlow{LoginFlow: gen.LoginFlow{ID: form["id"].(string)}}
		var step *kratos.FlowResult[kratos.LoginFlow]
		var err error
		u.withBrowser(func(b *kratos.Browser) { step, err = b.Login.Submit(t.Context(), &withID, body) })
		return step, err
	}
	_, err := submit(fill("wrong"))
	wantError(t, "a wrong password", err, kratos.ErrRejected)
	_, err = submit(strings.Replace(fill(member.password), csrfToken(form), "other", 1))
	wantError(t, "another token", err, kratos.ErrCSRF)
	step := must(submit(fill(member.password)))(t)
	var response struct {
		Session struct {
			Active   bool
			Identity struct{ Traits traits }
		}
	}
	text := must(step.ResponseBody())(t)
	if err := json.Unmarshal(text, &response); err != nil {
		t.Errorf("the application gets %s, %v", text, err)
	}
	if !response.Session.Active || response.Session.Identity.Traits.Email != member.Email {
		t.Errorf("the application gets another session: %s", text)
	}
}

// A native client can submit a form as well, for example that of a terminal.
func TestFormSubmissionsOfNativeClients(t *testing.T) {
	onBothServers(t, testFormSubmissionsOfNativeClients)
}

func testFormSubmissionsOfNativeClients(t *testing.T, be backend) {
	t.Parallel()
	client, _ := clients(t, be.shared(t))
	p := newPerson()
	flow := must(client.Registration.Start(t.Context()))(t)
	fields := url.Values{"method": {"password"}, "password": {p.password}, "traits.email": {p.Email}, "traits.name.first": {""}, "traits.newsletter": {"on"}}
	body := must(flow.Form().Submission(fields))(t)
	step := must(client.Registration.Submit(t.Context(), flow, body))(t)
	if got := must(kratos.Traits[traits](step.Identity))(t); !got.Newsletter || got.Email != p.Email {
		t.Errorf("registered with %+v", got)
	}
	if step.SessionToken == "" {
		t.Error("registered without a session token")
	}
}

func decodeAny(t *testing.T, text []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// csrfNode returns the attributes of the CSRF node of a flow.
func csrfNode(flow any) map[string]any {
	for _, n := range flow.(map[string]any)["ui"].(map[string]any)["nodes"].([]any) {
		if attributes := n.(map[string]any)["attributes"].(map[string]any); attributes["name"] == "csrf_token" {
			return attributes
		}
	}
	return map[string]any{}
}

func csrfToken(flow any) string { return csrfNode(flow)["value"].(string) }

// withoutCSRFToken removes the CSRF token, which differs in each response.
func withoutCSRFToken(flow any) any {
	delete(csrfNode(flow), "value")
	return flow
}
