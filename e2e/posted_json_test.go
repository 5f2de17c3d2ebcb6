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
	s := sharedStage(t)
	member := s.member(t, true)
	v := s.visitor(t, singlePage)

	// The server hands the flow on as Kratos sent it.
	var flow *kratos.LoginFlow
	v.ajax(func(b *kratos.Browser) { flow = must1of[*kratos.LoginFlow](t)(b.Login.Start(t.Context())) })
	v.ajax(func(b *kratos.Browser) { flow = must1of[*kratos.LoginFlow](t)(b.Login.Get(t.Context(), flow.ID)) })
	handed := must1of[[]byte](t)(json.Marshal(flow))
	straight := newPoster(t, s, postedRow{}, nil, false)
	straight.visitor.http = v.http
	straight.get(s.srv.PublicURL + "/self-service/login/flows?id=" + flow.ID)
	if want, got := anyOf(t, straight.last.body), anyOf(t, handed); !reflect.DeepEqual(withoutToken(want), withoutToken(got)) {
		t.Errorf("handed on\n%s\nwant\n%s", handed, straight.last.body)
	}

	// The application fills in the form, and knows nothing of Go.
	form := anyOf(t, handed).(map[string]any)
	fill := func(password string) string {
		return string(must1of[[]byte](t)(json.Marshal(map[string]any{
			"method": "password", "identifier": member.Email, "password": password, "csrf_token": tokenIn(form), "transient_payload": map[string]any{"n": 1},
		})))
	}
	submit := func(spaBody string) (*kratos.Step[kratos.LoginFlow], error) {
		var body kratos.Posted
		if err := json.Unmarshal([]byte(spaBody), &body); err != nil {
			return nil, err
		}
		withID := kratos.LoginFlow{LoginFlow: gen.LoginFlow{ID: form["id"].(string)}}
		var step *kratos.Step[kratos.LoginFlow]
		var err error
		v.ajax(func(b *kratos.Browser) { step, err = b.Login.Submit(t.Context(), &withID, body) })
		return step, err
	}
	_, err := submit(fill("wrong"))
	wants(t, "a wrong password", err, kratos.ErrRejected)
	_, err = submit(strings.Replace(fill(member.password), tokenIn(form), "other", 1))
	wants(t, "another token", err, kratos.ErrCSRF)
	step := must1of[*kratos.Step[kratos.LoginFlow]](t)(submit(fill(member.password)))
	var answer struct {
		Session struct {
			Active   bool
			Identity struct{ Traits traits }
		}
	}
	text := must1of[[]byte](t)(step.ResponseBody())
	if err := json.Unmarshal(text, &answer); err != nil || !answer.Session.Active || answer.Session.Identity.Traits.Email != member.Email {
		t.Errorf("the application gets %s, %v", text, err)
	}
}

// A native client can be a form as well, that of a terminal for instance.
func TestPostedFormsOfNativeClients(t *testing.T) {
	t.Parallel()
	client, _ := clients(t, shared)
	p := newPerson()
	flow := must1of[*kratos.RegistrationFlow](t)(client.Registration.Start(t.Context()))
	fields := url.Values{"method": {"password"}, "password": {p.password}, "traits.email": {p.Email}, "traits.name.first": {""}, "traits.newsletter": {"on"}}
	body := must1of[kratos.Posted](t)(flow.Form().Posted(fields))
	step := must1of[*kratos.Step[kratos.RegistrationFlow]](t)(client.Registration.Submit(t.Context(), flow, body))
	if got := must1of[traits](t)(kratos.Traits[traits](step.Identity)); !got.Newsletter || got.Email != p.Email || step.SessionToken == "" {
		t.Errorf("registered with %+v", got)
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
