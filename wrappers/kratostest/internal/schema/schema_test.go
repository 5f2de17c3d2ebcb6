package schema_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// withTraits returns an identity schema whose traits have the keywords.
func withTraits(keywords string) string {
	return `{"type":"object","properties":{"traits":{"type":"object",` + keywords + `}},
	"definitions":{"short":{"type":"string","maxLength":2}}}`
}

// withTrait returns an identity schema for one trait.
func withTrait(trait string) string { return withTraits(`"properties":{"x":` + trait + `}`) }

func parse(t *testing.T, data string) *schema.Schema {
	t.Helper()
	s, err := schema.Parse("test", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseRejects(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, schema, want string }{
		{"no JSON", `{"type":`, "not valid JSON"},
		{"two values", `{} {}`, "more than one JSON value"},
		{"an unknown type", withTrait(`{"type":"text"}`), "traits/properties/x"},
		{"an invalid pattern", withTrait(`{"type":"string","pattern":"("}`), "pattern"},
		{"a reference to a file", withTrait(`{"$ref":"file:///etc/passwd"}`), "other documents are not loaded"},
		{"a reference to nothing", withTrait(`{"$ref":"#/definitions/none"}`), "definitions/none"},
		{"a draft that Kratos does not read", `{"$schema":"https://json-schema.org/draft/2020-12/schema"}`, "later than 7"},
		{"an extension of the wrong type", withTrait(`{"ory.sh/kratos":{"credentials":{"password":{"identifier":1}}}}`), "another type"},
		{"a code without a channel", withTrait(`{"ory.sh/kratos":{"credentials":{"code":{"identifier":true}}}}`), "code.via is missing"},
		{"an unknown channel", withTrait(`{"ory.sh/kratos":{"verification":{"via":"fax"}}}`), `"fax"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := schema.Parse("test", []byte(test.schema))
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), `kratos: identity schema "test": `) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, schema, traits, want string }{
		{"valid traits", withTrait(`{"type":"string"}`), `{"x":"a"}`, ``},
		{"no traits", withTraits(`"required":["x"]`), ``, `traits.x 4000002 {"property":"x"}`},
		{"traits that are not JSON", withTraits(`` + `"title":"T"`), `{`, `# 4000001`},
		{"traits that are not an object", withTraits(`"title":"T"`), `null`, `traits 4000026 {"actual_type":"null","allowed_types":["object"]}`},
		{"a trait that the schema does not define", withTraits(`"additionalProperties":false`), `{"x":1}`, `traits 4000001`},
		{
			"all violations of a value", withTrait(`{"type":"string","format":"email","minLength":3,"pattern":"^a"}`), `{"x":"x"}`,
			`traits.x 4000001; traits.x 4000003 {"actual_length":1,"min_length":3}; traits.x 4000004 {"pattern":"^a"}`,
		},
		{"only the wrong type", withTrait(`{"type":"string","minLength":3}`), `{"x":1}`, `traits.x 4000026 {"actual_type":"number","allowed_types":["string"]}`},
		{"the order of types in the schema", withTrait(`{"type":["string","null"]}`), `{"x":1}`, `traits.x 4000026 {"actual_type":"number","allowed_types":["string","null"]}`},
		{"a number that is not written as an integer", withTrait(`{"type":"integer"}`), `{"x":1.0}`, `traits.x 4000026 {"actual_type":"number","allowed_types":["integer"]}`},
		{"a large integer", withTrait(`{"type":"integer"}`), `{"x":9007199254740993}`, ``},
		{
			"the order of properties in the schema", withTraits(`"properties":{"z":{"type":"string"},"a":{"type":"string"}},"required":["b"]`), `{"a":1,"z":1}`,
			`traits.b 4000002 {"property":"b"}; traits.z 4000026 {"actual_type":"number","allowed_types":["string"]}; ` +
				`traits.a 4000026 {"actual_type":"number","allowed_types":["string"]}`,
		},
		{"a long text", withTrait(`{"type":"string","maxLength":2}`), `{"x":"äöü"}`, `traits.x 4000017 {"actual_length":3,"max_length":2}`},
		{"a number below the minimum", withTrait(`{"type":"integer","minimum":0}`), `{"x":-1}`, `traits.x 4000018 {"actual":-1,"minimum":0}`},
		{"a number at the exclusive minimum", withTrait(`{"type":"number","exclusiveMinimum":1.5}`), `{"x":1.5}`, `traits.x 4000019 {"actual":1.5,"minimum":1.5}`},
		{"a number above the maximum", withTrait(`{"type":"number","maximum":2}`), `{"x":3}`, `traits.x 4000020 {"actual":3,"maximum":2}`},
		{"a number at the exclusive maximum", withTrait(`{"type":"number","exclusiveMaximum":2}`), `{"x":2}`, `traits.x 4000021 {"actual":2,"maximum":2}`},
		{"a number that is not a multiple", withTrait(`{"type":"number","multipleOf":2}`), `{"x":3}`, `traits.x 4000022 {"actual":3,"base":2}`},
		{"a number with a large exponent", withTrait(`{"type":"number","minimum":0}`), `{"x":1e999999999}`, ``},
		{"a long list", withTrait(`{"type":"array","maxItems":1}`), `{"x":[1,2]}`, `traits.x 4000023 {"actual_items":2,"max_items":1}`},
		{"a short list", withTrait(`{"type":"array","minItems":1}`), `{"x":[]}`, `traits.x 4000024 {"actual_items":0,"min_items":1}`},
		{"equal items", withTrait(`{"type":"array","uniqueItems":true}`), `{"x":[{"a":1},2,{"a":1.0}]}`, `traits.x 4000025 {"index_a":0,"index_b":2}`},
		{"an item", withTrait(`{"type":"array","items":{"type":"string"}}`), `{"x":["a",1]}`, `traits.x.1 4000026 {"actual_type":"number","allowed_types":["string"]}`},
		{"a list without the item that it needs", withTrait(`{"type":"array","contains":{"const":1}}`), `{"x":[2]}`, `traits.x.0 4000029 {"expected":"\"1\""}`},
		{"another value than the constant", withTrait(`{"const":"a"}`), `{"x":"b"}`, `traits.x 4000029 {"expected":"\"a\""}`},
		{"another object than the constant", withTrait(`{"const":{}}`), `{"x":"b"}`, `traits.x 4000030`},
		{"another value than the allowed ones", withTrait(`{"enum":["a","b"]}`), `{"x":"c"}`, `traits.x 4000001`},
		{"a nested object", withTrait(`{"type":"object","required":["y"]}`), `{"x":{}}`, `traits.x.y 4000002 {"property":"y"}`},
		{"a name with a dot", withTraits(`"required":["a.b"]`), `{}`, `traits.a\.b 4000002 {"property":"a.b"}`},
		{"a reference", withTrait(`{"$ref":"#/definitions/short"}`), `{"x":"abc"}`, `traits.x 4000017 {"actual_length":3,"max_length":2}`},
		{"one of the alternatives", withTrait(`{"anyOf":[{"type":"number"},{"minLength":2}]}`), `{"x":"ab"}`, ``},
		{
			"none of the alternatives", withTrait(`{"anyOf":[{"type":"number"},{"minLength":2}]}`), `{"x":"a"}`,
			`traits.x 4000026 {"actual_type":"string","allowed_types":["number"]}; traits.x 4000003 {"actual_length":1,"min_length":2}`,
		},
		{"more than one alternative", withTrait(`{"oneOf":[{"minLength":1},{"minLength":2}]}`), `{"x":"ab"}`, `traits.x 4000001`},
		{"a condition", withTrait(`{"if":{"minLength":2},"then":{"pattern":"^a"},"else":{"const":"b"}}`), `{"x":"bb"}`, `traits.x 4000004 {"pattern":"^a"}`},
		{"a schema that refers to itself", withTrait(`{"$ref":"#/properties/traits/properties/x"}`), `{"x":1}`, `traits.x 4000001`},
		{"a phone number", withTrait(`{"type":"string","format":"tel"}`), `{"x":"+49 151 12345678"}`, ``},
		{"a national phone number", withTrait(`{"type":"string","format":"tel"}`), `{"x":"0151 12345678"}`, `traits.x 4000001`},
		{"a recovery address that is not one", withTrait(`{"type":"string","ory.sh/kratos":{"recovery":{"via":"email"}}}`), `{"x":"a"}`, `traits.x 4000001`},
		{"a number for codes that is not one", withTrait(`{"ory.sh/kratos":{"credentials":{"code":{"identifier":true,"via":"sms"}}}}`), `{"x":"a"}`, `traits.x 4000001`},
		{"a phone number to verify, without a format", withTrait(`{"ory.sh/kratos":{"verification":{"via":"sms"}}}`), `{"x":"+4915112345678"}`, `traits.x 4000001`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := format(parse(t, test.schema).Validate(json.RawMessage(test.traits))); got != test.want {
				t.Errorf("got\n%s, want\n%s", got, test.want)
			}
		})
	}
}

// format returns violations as text, without reasons.
func format(violations []schema.Violation) string {
	var all []string
	for _, v := range violations {
		text := fmt.Sprint(v.Field, " ", v.Message.ID)
		if v.Message.ID != kratos.MessageInvalid && v.Message.Context != nil {
			context, _ := json.Marshal(v.Message.Context)
			text += " " + string(context)
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// A recursive schema with alternatives takes exponentially many steps.
func TestValidateEnds(t *testing.T) {
	t.Parallel()
	s := parse(t, withTrait(`{"anyOf":[{"properties":{"a":{"$ref":"#/properties/traits/properties/x"}},"required":["b"]},
		{"properties":{"a":{"$ref":"#/properties/traits/properties/x"}},"required":["b"]}]}`))
	deep := strings.Repeat(`{"a":`, 60) + "{}" + strings.Repeat("}", 60)
	if got := s.Validate(json.RawMessage(`{"x":` + deep + `}`)); len(got) == 0 {
		t.Error("the traits are valid")
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	const all = `"ory.sh/kratos":{"credentials":{"password":{"identifier":true},"webauthn":{"identifier":true},
		"code":{"identifier":true,"via":"email"},"totp":{"account_name":true},"passkey":{"display_name":true}},
		"verification":{"via":"email"},"recovery":{"via":"email"}}`
	const sms = `"ory.sh/kratos":{"credentials":{"code":{"identifier":true,"via":"sms"},"webauthn":{"identifier":true}},"verification":{"via":"sms"}}`
	email := []schema.Address{{Value: "jo@example.org", Via: "email"}}
	tests := []struct {
		name, schema, traits string
		want                 schema.Contents
	}{
		{"a schema without the extension", withTrait(`{"type":"string"}`), `{"x":"a"}`, schema.Contents{}},
		{
			"an email address is in lower case, but names are not", withTrait(`{"type":"string","format":"email",` + all + `}`), `{"x":"Jo@Example.org"}`,
			schema.Contents{
				Identifiers: map[string][]string{"password": {"jo@example.org"}, "webauthn": {"jo@example.org"}, "code": {"jo@example.org"}},
				CodeVia:     map[string]string{"jo@example.org": "email"}, Verifiable: email, Recovery: email,
				TOTPAccount: "Jo@Example.org", PasskeyDisplayName: "Jo@Example.org",
			},
		},
		{
			"a phone number has digits alone where a code is sent to", withTrait(`{"type":"string","format":"tel",` + sms + `}`), `{"x":"+49 151 12345678"}`,
			schema.Contents{
				Identifiers: map[string][]string{"code": {"+4915112345678"}, "webauthn": {"+49 151 12345678"}},
				CodeVia:     map[string]string{"+4915112345678": "sms"}, Verifiable: []schema.Address{{Value: "+49 151 12345678", Via: "sms"}},
				PasskeyDisplayName: "+49 151 12345678",
			},
		},
		{
			"a list has an identifier per item, each once",
			withTrait(`{"type":"array","items":{"type":"string","ory.sh/kratos":{"credentials":{"password":{"identifier":true}},"recovery":{"via":"email"}}}}`),
			`{"x":["b@example.org","A@example.org","B@example.org"]}`,
			schema.Contents{
				Identifiers: map[string][]string{"password": {"b@example.org", "a@example.org"}},
				Recovery:    []schema.Address{{Value: "b@example.org", Via: "email"}, {Value: "a@example.org", Via: "email"}},
			},
		},
		{
			"a number can be an identifier", withTrait(`{"type":"integer","ory.sh/kratos":{"credentials":{"password":{"identifier":true}}}}`), `{"x":7}`,
			schema.Contents{Identifiers: map[string][]string{"password": {"7"}}},
		},
		{"a value of the wrong type", withTrait(`{"type":"string",` + all + `}`), `{"x":{}}`, schema.Contents{}},
		{"traits that are not JSON", withTrait(`{"type":"string",` + all + `}`), `{`, schema.Contents{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := parse(t, test.schema).Read(json.RawMessage(test.traits))
			if test.want.Identifiers == nil {
				test.want.Identifiers = map[string][]string{}
			}
			if test.want.CodeVia == nil {
				test.want.CodeVia = map[string]string{}
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%+v, want\n%+v", got, test.want)
			}
		})
	}
}
