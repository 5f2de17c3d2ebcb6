package hooks_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/hooks/hookstest"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// respond returns a function with one response.
func respond(r hooks.Response) hooks.Func {
	return func(context.Context, *hooks.Call) hooks.Response { return r }
}

func TestResponsesAsKratosReadsThem(t *testing.T) {
	t.Parallel()
	external := ""
	for name, c := range map[string]struct {
		response hooks.Response
		status   int
		body     string
	}{
		"Allow has no body": {hooks.Allow(), 204, ""},
		"Refuse has a JSON Pointer for each field, and / for the form": {
			hooks.Refuse(hooks.Message{Field: "traits.name.first", ID: 1, Text: "No."}, hooks.Message{ID: 2, Text: "Not at all.", Context: map[string]int{"n": 1}}), 400,
			`{"messages":[{"instance_ptr":"#/traits/name/first","messages":[{"id":1,"text":"No.","type":"error"}]},{"instance_ptr":"#/","messages":[{"id":2,"text":"Not at all.","type":"error","context":{"n":1}}]}]}`,
		},
		"Change has only the members that are set": {
			hooks.Change(hooks.IdentityChange{Traits: map[string]string{"email": "a@example.org"}, State: kratos.IdentityStateInactive}), 200,
			`{"identity":{"traits":{"email":"a@example.org"},"state":"inactive"}}`,
		},
		"Change replaces metadata, also with nothing": {
			hooks.Change(hooks.IdentityChange{MetadataPublic: struct{}{}, MetadataAdmin: json.RawMessage(`{"a":1}`), SchemaID: "b"}), 200,
			`{"identity":{"metadata_public":{},"metadata_admin":{"a":1},"schema_id":"b"}}`,
		},
		"Change removes an external id": {hooks.Change(hooks.IdentityChange{ExternalID: &external}), 200, `{"identity":{"external_id":""}}`},
		"Retry has no body":             {hooks.Retry(errors.New("x")), 503, ""},
		"Fail has the general message": {hooks.Fail(errors.New("x")), 422,
			`{"messages":[{"instance_ptr":"#/","messages":[{"id":5000001,"text":"Something went wrong. Please try again later.","type":"error"}]}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := serve(hooks.Handler(caller, respond(c.response), new(errorList).option()), hookstest.NewRequest(caller, newCall()))
			if w.Code != c.status || w.Body.String() != c.body {
				t.Errorf("status %d with\n%s\nwant %d with\n%s", w.Code, w.Body, c.status, c.body)
			}
			h := w.Header()
			if (h.Get("Content-Type") == "application/json") != (c.body != "") || h.Get("Cache-Control") != "no-store" || h.Get("Retry-After") != "" {
				t.Errorf("headers %v", h)
			}
		})
	}
}

// A response that Kratos would not accept, or would ignore, is a failure for the person, and an
// error for the program.
func TestInvalidResponsesAreNotSent(t *testing.T) {
	t.Parallel()
	before, login := newCall(), newCall()
	before.Identity, before.Session = nil, nil
	login.Flow.Name = hooks.FlowLogin
	change := hooks.Change(hooks.IdentityChange{SchemaID: "other"})
	for name, c := range map[string]struct {
		call     *hooks.Call
		response hooks.Response
		want     string
	}{
		"no message":                          {newCall(), hooks.Refuse(), "Refuse has no message"},
		"a message without a text":            {newCall(), hooks.Refuse(hooks.Message{ID: 1, Text: " "}), "a message has no Text"},
		"a message without an id":             {newCall(), hooks.Refuse(hooks.Message{Text: "secret"}), "the ID of a message is not positive"},
		"a JSON Pointer as a field":           {newCall(), hooks.Refuse(hooks.Message{Field: "#/traits/secret", ID: 1, Text: "x"}), "the Field of a message is not the name of an input"},
		"a context that is not an object":     {newCall(), hooks.Refuse(hooks.Message{ID: 1, Text: "x", Context: "secret"}), "Context is not a JSON object"},
		"a change of nothing":                 {newCall(), hooks.Change(hooks.IdentityChange{}), "the change is empty"},
		"traits that are not an object":       {newCall(), hooks.Change(hooks.IdentityChange{Traits: "secret"}), "Traits is not a JSON object"},
		"traits that are null":                {newCall(), hooks.Change(hooks.IdentityChange{Traits: (*int)(nil)}), "Traits is not a JSON object"},
		"metadata that cannot be encoded":     {newCall(), hooks.Change(hooks.IdentityChange{MetadataPublic: math.Inf(1)}), "MetadataPublic is not a JSON object"},
		"admin metadata that is a number":     {newCall(), hooks.Change(hooks.IdentityChange{MetadataAdmin: 1}), "MetadataAdmin is not a JSON object"},
		"a state that Kratos does not know":   {newCall(), hooks.Change(hooks.IdentityChange{State: "secret"}), "the State is neither active nor inactive"},
		"more than 1 MiB":                     {newCall(), hooks.Change(hooks.IdentityChange{MetadataAdmin: map[string]string{"a": strings.Repeat("x", 1<<20)}}), "it has more than 1 MiB"},
		"a change before a flow":              {before, change, "there is no identity to change"},
		"a change that Kratos would not keep": {login, change, "only a registration and settings store a change"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var errs errorList
			outcome := decide(t, hooks.Handler(caller, respond(c.response), errs.option()), c.call)
			if got := outcome.Messages[""]; !outcome.Refused || len(got) != 1 || got[0].ID != kratos.MessageSystemError {
				t.Errorf("%+v", outcome)
			}
			got := errs.all()
			if len(got) != 1 || !errors.Is(got[0], hooks.ErrInvalidResponse) || !strings.Contains(got[0].Error(), c.want) || strings.Contains(got[0].Error(), "secret") {
				t.Errorf("reported %v, want %s", got, c.want)
			}
		})
	}
}

func TestHookstestReadsResponsesAsKratosDoes(t *testing.T) {
	t.Parallel()
	server := func(status int, body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		})
	}
	for name, c := range map[string]struct {
		handler http.Handler
		want    *hookstest.Outcome // nil for an error
	}{
		"204 allows":                       {server(204, ""), &hookstest.Outcome{}},
		"201 allows, whatever the body is": {server(201, "x"), &hookstest.Outcome{}},
		"200 changes members with a value": {server(200, `{"identity":{"schema_id":"","traits":null,"external_id":"","state":"active"}}`),
			&hookstest.Outcome{Identity: map[string]json.RawMessage{"external_id": json.RawMessage(`""`), "state": json.RawMessage(`"active"`)}}},
		"200 without JSON is an error":        {server(200, ""), nil},
		"400 without messages is an error":    {server(400, `{"messages":[]}`), nil},
		"401 without a body is an error":      {server(401, ""), nil},
		"501 without messages is not retried": {server(501, ""), nil},
		"500 is retried":                      {server(500, ""), &hookstest.Outcome{Retried: true}},
		"429 is retried":                      {server(429, ""), &hookstest.Outcome{Retried: true}},
		"a message has the name of its input": {server(400, `{"messages":[{"instance_ptr":"#/a/b","messages":[{"id":1,"text":"x","type":"error"}]}]}`),
			&hookstest.Outcome{Refused: true, Messages: map[string][]kratos.Message{"a.b": {{ID: 1, Text: "x", Type: kratos.UITextTypeError}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := hookstest.Decide(c.handler, hookstest.NewRequest(caller, newCall()))
			if (err == nil) != (c.want != nil) || err == nil && !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, %v, want %+v", got, err, c.want)
			}
		})
	}
}
