package kratos_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/gen/spec"
	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Each object of each response that the API description has, at any depth, keeps a member that a
// newer Kratos adds: also in the responses that no recording has.
func TestUnknownMembersOfEverySchemaOfAResponseAreKept(t *testing.T) {
	t.Parallel()
	var api description
	if err := json.Unmarshal([]byte(spec.OpenAPI), &api); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, operations := range api.Paths {
		for _, op := range operations {
			for status, response := range op.Responses {
				schema := api.resolve(response).Content["application/json"].Schema
				if schema == nil {
					continue
				}
				code, err := strconv.Atoi(status)
				if err != nil {
					code = http.StatusInternalServerError // of "default"
				}
				for i, sample := range api.samples(schema, nil) {
					checked++
					t.Run(fmt.Sprintf("%s %s %d", op.OperationID, status, i), func(t *testing.T) { keepsUnknown(t, op.OperationID, code, sample) })
				}
			}
		}
	}
	if checked < 150 {
		t.Errorf("only %d responses were checked", checked)
	}
}

// The result of a submission has the unknown members of the response, which a browser does not get:
// one can be a token.
func TestUnknownMembersOfACompleteLogin(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, routes{"POST /self-service/login": reply{status: 200, body: `{"session":{"id":"` + idA + `","x":1},"session_token":"t","refresh_token":"s3cret"}`}})
	result, err := client.Login.Submit(t.Context(), newFlow[kratos.LoginFlow]("f"), kratos.LoginPassword{Identifier: "i", Password: "p"})
	if err != nil {
		t.Fatal(err)
	}
	if got := result.AdditionalProperties; len(got) != 1 || string(got["refresh_token"]) != `"s3cret"` {
		t.Errorf("got %s", got)
	}
	body, err := result.ResponseBody()
	if err != nil || strings.Contains(string(body), "s3cret") || !strings.Contains(string(body), `"x":1`) {
		t.Errorf("got %s, %v", body, err)
	}
}

// keepsUnknown decodes a response with both engines, and compares it with what is encoded again.
func keepsUnknown(t *testing.T, op string, status int, sample any) {
	text, err := json.Marshal(sample)
	if err != nil {
		t.Fatal(err)
	}
	e := &recorded.Exchange{Op: op}
	e.Response.Status, e.Response.Body = status, string(text)
	if target(e) == nil {
		t.Fatal("no type for this response: add it to models")
	}
	for engine := range engines {
		for _, path := range missing(parsed(t, text), again(t, engine, string(text), target(e)), "") {
			t.Errorf("%s loses %s", engine, path)
		}
	}
}

// description has what these tests need of an OpenAPI description.
type description struct {
	Paths map[string]map[string]struct {
		OperationID string
		Responses   map[string]apiResponse
	}
	Components struct {
		Schemas   map[string]*apiSchema
		Responses map[string]apiResponse
	}
}

type apiResponse struct {
	Ref     string `json:"$ref"`
	Content map[string]struct{ Schema *apiSchema }
}

type apiSchema struct {
	Ref                  string `json:"$ref"`
	Type, Format         string
	Enum                 []any
	Properties           map[string]*apiSchema
	Items                *apiSchema
	AdditionalProperties json.RawMessage
	OneOf, AnyOf, AllOf  []*apiSchema
}

func (d *description) resolve(r apiResponse) apiResponse {
	if r.Ref == "" {
		return r
	}
	return d.Components.Responses[r.Ref[strings.LastIndex(r.Ref, "/")+1:]]
}

// samples returns values of a schema, with all members and an unknown one in each object: one for
// each alternative of the schema. Schemas within has are left out, since they refer to themselves.
func (d *description) samples(s *apiSchema, within []string) []any {
	if s.Ref != "" {
		if slices.Contains(within, s.Ref) {
			return []any{nil}
		}
		return d.samples(d.Components.Schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]], append(within[:len(within):len(within)], s.Ref))
	}
	switch {
	case len(s.OneOf)+len(s.AnyOf) > 0:
		var all []any
		for _, alternative := range slices.Concat(s.OneOf, s.AnyOf) {
			all = append(all, d.samples(alternative, within)...)
		}
		return all
	case len(s.AllOf) > 0:
		return d.samples(s.AllOf[0], within)
	case len(s.Enum) > 0:
		return s.Enum[:1]
	case s.Type == "array":
		return []any{d.samples(s.Items, within)}
	case s.Type == "string":
		return []any{stringSamples[s.Format]}
	case s.Type == "integer", s.Type == "number":
		return []any{7}
	case s.Type == "boolean":
		return []any{true}
	}
	return d.objects(s, within)
}

var stringSamples = map[string]string{"": "text", "date-time": "2026-11-23T16:18:07Z", "uuid": idA, "uuid4": idA, "uri": "https://example.org/", "byte": "AA=="}

// objects returns samples of an object. Each has one of the alternatives of each member.
func (d *description) objects(s *apiSchema, within []string) []any {
	members := map[string][]any{}
	for name, property := range s.Properties {
		members[name] = d.samples(property, within)
	}
	unknown := any(map[string]any{"n": json.Number("9007199254740993")})
	var values apiSchema
	if len(s.Properties) == 0 && json.Unmarshal(s.AdditionalProperties, &values) == nil {
		members["entry"] = d.samples(&values, within) // of a map, whose values have a type
		unknown = members["entry"][0]
	}
	alternatives := 1
	for _, samples := range members {
		alternatives = max(alternatives, len(samples))
	}
	all := make([]any, alternatives)
	for i := range all {
		object := map[string]any{"from_a_newer_version": unknown}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			object[name] = members[name][i%len(members[name])]
		}
		all[i] = object
	}
	return all
}
