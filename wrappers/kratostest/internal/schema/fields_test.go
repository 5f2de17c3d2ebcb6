package schema_test

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

func TestFields(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, schema string
		want         []schema.Field
	}{
		{
			"the order of the schema, nested objects among the others",
			withTraits(`"properties":{"z":{"type":"string","title":"Z"},"name":{"type":"object","properties":{"last":{"type":"string"},"first":{"type":"string"}},
			"required":["first"]},"a":{"type":"string"}},"required":["z"]`),
			[]schema.Field{
				{Name: "traits.z", Type: "text", Title: "Z", Required: true},
				{Name: "traits.name.last", Type: "text"}, {Name: "traits.name.first", Type: "text", Required: true}, {Name: "traits.a", Type: "text"},
			},
		},
		{
			"a name that begins with another one is in its place",
			withTraits(`"properties":{"mail":{"type":"string"},"a":{"type":"string"},"mail2":{"type":"string"}}`),
			[]schema.Field{{Name: "traits.mail", Type: "text"}, {Name: "traits.mail2", Type: "text"}, {Name: "traits.a", Type: "text"}},
		},
		{"an email address", withTrait(`{"type":"string","format":"email"}`), []schema.Field{{Name: "traits.x", Type: "email", Autocomplete: "email"}}},
		{"a phone number", withTrait(`{"type":"string","format":"tel"}`), []schema.Field{{Name: "traits.x", Type: "tel", Autocomplete: "tel"}}},
		{"a URL", withTrait(`{"type":"string","format":"uri"}`), []schema.Field{{Name: "traits.x", Type: "url", Autocomplete: "url"}}},
		{"a date", withTrait(`{"type":"string","format":"date"}`), []schema.Field{{Name: "traits.x", Type: "date"}}},
		{"a time", withTrait(`{"type":"string","format":"date-time"}`), []schema.Field{{Name: "traits.x", Type: "datetime-local"}}},
		{"a pattern", withTrait(`{"type":"string","pattern":"^a"}`), []schema.Field{{Name: "traits.x", Type: "text", Pattern: "^a"}}},
		{"a number", withTrait(`{"type":"integer"}`), []schema.Field{{Name: "traits.x", Type: "number"}}},
		{"a boolean", withTrait(`{"type":"boolean"}`), []schema.Field{{Name: "traits.x", Type: "checkbox"}}},
		{"a constant", withTrait(`{"const":true}`), []schema.Field{{Name: "traits.x", Type: "checkbox"}}},
		{"a list of texts", withTrait(`{"type":"array","items":{"type":"string"}}`), []schema.Field{{Name: "traits.x", Type: "text", List: true, Item: "text"}}},
		{"a list of numbers", withTrait(`{"type":"array","items":{"type":"integer"}}`), []schema.Field{{Name: "traits.x", Type: "text", List: true, Item: "number"}}},
		{"a list of objects", withTrait(`{"type":"array","items":{"type":"object"}}`), nil},
		{"an object without properties", withTrait(`{"type":"object"}`), nil},
		{"more than one type", withTrait(`{"type":["string","null"]}`), nil},
		{"more than one type and a default", withTrait(`{"type":["string","null"],"default":"a"}`), []schema.Field{{Name: "traits.x", Type: "text"}}},
		{"a reference", withTrait(`{"$ref":"#/definitions/short"}`), []schema.Field{{Name: "traits.x", Type: "text"}}},
		{"the last of several subschemas", withTrait(`{"allOf":[{"type":"string"},{"type":"number"}]}`), []schema.Field{{Name: "traits.x", Type: "number"}}},
		{"an object that is also a text", withTrait(`{"anyOf":[{"type":"string"},{"type":"object"}]}`), nil},
		{
			"an identifier", withTrait(`{"type":"string","ory.sh/kratos":{"credentials":{"password":{"identifier":true}}}}`),
			[]schema.Field{{Name: "traits.x", Type: "text", Identifier: true}},
		},
		{"a schema that refers to itself", withTrait(`{"$ref":"#/properties/traits"}`), nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := parse(t, test.schema).Fields(); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%+v, want\n%+v", got, test.want)
			}
		})
	}
}

func TestLabel(t *testing.T) {
	t.Parallel()
	const identifier = `"ory.sh/kratos":{"credentials":{"password":{"identifier":true}}}`
	tests := []struct{ name, schema, want string }{
		{"one identifier", withTrait(`{"title":"Email",` + identifier + `}`), "Email"},
		{"an identifier without a title", withTrait(`{` + identifier + `}`), ""},
		{"two identifiers", withTraits(`"properties":{"a":{"title":"A",` + identifier + `},"b":{"title":"B",` + identifier + `}}`), ""},
		{"an address that is not an identifier", withTrait(`{"title":"Email","ory.sh/kratos":{"recovery":{"via":"email"}}}`), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := parse(t, test.schema).Label; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile("../../../../e2e/server/person.schema.json")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := schema.Parse("person", data); err != nil {
			b.Fatal(err)
		}
	}
}

// No input makes the package panic.
func FuzzSchema(f *testing.F) {
	f.Add(withTrait(`{"type":"string","format":"email"}`), `{"x":"a"}`)
	f.Add(withTrait(`{"$ref":"#"}`), `{"x":[1]}`)
	f.Add(`{"properties":{"properties":{"properties":{"type":"object"}}},"items":[{"const":null}]}`, `null`)
	f.Fuzz(func(t *testing.T, data, traits string) {
		s, err := schema.Parse("fuzz", []byte(data))
		if err != nil {
			return
		}
		s.Fields()
		s.Validate(json.RawMessage(traits))
		s.Read(json.RawMessage(traits))
	})
}
