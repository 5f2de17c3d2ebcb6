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

// An application in a browser gets flows and steps as JSON from the site's server, and submits JSON
// to it.
func TestPostedJSON(t *testing.T) {
	t.Parallel()
	fx := sharedFixture(t)
	member := fx.member(t, true)
	u := fx.user(t, singlePage)

	// The server hands the flow on as Kratos sent it.
	var flow *kratos.LoginFlow
	u.ajax(func(b *kratos.Browser) { flow = must(b.Login.Start(t.Context()))(t) })
	u.ajax(func(b *kratos.Browser) { flow = must(b.Login.Get(t.Context(), flow.ID))(t) })
	handed := must(json.Marshal(flow))(t)
	straight := newPoster(t, fx, postedRow{}, nil, false)
	straight.user.http = u.http
	straight.get(fx.srv.PublicURL + "/self-service/login/flows?id=" + flow.ID)
	if want, got := anyOf(t, straight.last.body), anyOf(t, handed); !reflect.DeepEqual(withoutToken(want), withoutToken(got)) {
		t.Errorf("handed on\n%s\nwant\n%s", handed, straight.last.body)
	}

	// The application fills in the form, and knows nothing of Go.
	form := anyOf(t, handed).(map[string]any)
	fill := func(password string) string {
		return string(must(json.Marshal(map[string]any{
			"method": "password", "identifier": member.Email, "password": password, "csrf_token": tokenIn(form), "transient_payload": map[string]any{"n": 1},
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
		u.ajax(func(b *kratos.Browser) { step, err = b.Login.Submit(t.Context(), &withID, body) })
		return step, err
	}
	_, err := submit(fill("wrong"))
	wantError(t, "a wrong password", err, kratos.ErrRejected)
	_, err = submit(strings.Replace(fill(member.password), tokenIn(form), "other", 1))
	wantError(t, "another token", err, kratos.ErrCSRF)
	step := must(submit(fill(member.password)))(t)
	var answer struct {
		Session struct {
			Active   bool
			Identity struct{ Traits traits }
		}
	}
	text := must(step.ResponseBody())(t)
	if err := json.Unmarshal(text, &answer); err != nil {
		t.Errorf("the application gets %s, %v", text, err)
	}
	if !answer.Session.Active || answer.Session.Identity.Traits.Email != member.Email {
		t.Errorf("the application gets another session: %s", text)
	}
}

// A native client can be a form as well, that of a terminal for instance.
func TestPostedFormsOfNativeClients(t *testing.T) {
	t.Parallel()
	client, _ := clients(t, shared)
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

func anyOf(t *testing.T, text []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// csrfIn returns the node of the CSRF token in a flow.
func csrfIn(flow any) map[string]any {
	for _, n := range flow.(map[string]any)["ui"].(map[string]any)["nodes"].([]any) {
		if attributes := n.(map[string]any)["attributes"].(map[string]any); attributes["name"] == "csrf_token" {
			return attributes
		}
	}
	return map[string]any{}
}

func tokenIn(flow any) string { return csrfIn(flow)["value"].(string) }

// withoutToken takes out of a flow what is another with each answer.
func withoutToken(flow any) any {
	delete(csrfIn(flow), "value")
	return flow
}
