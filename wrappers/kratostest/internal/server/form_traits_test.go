package server

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

const traitsSchema = `{
  "type": "object",
  "properties": {
    "traits": {
      "type": "object",
      "properties": {
        "email": {"type": "string"},
        "age": {"type": "integer"},
        "newsletter": {"type": "boolean"},
        "terms": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "years": {"type": "array", "items": {"type": "integer"}},
        "name": {"type": "object", "properties": {"first": {"type": "string"}}}
      },
      "required": ["terms"]
    }
  }
}`

func TestTraitsOfAForm(t *testing.T) {
	identitySchema, err := schema.Parse("default", []byte(traitsSchema))
	if err != nil {
		t.Fatal(err)
	}
	const page, script = "application/x-www-form-urlencoded", "application/json"
	for _, test := range []struct{ name, contentType, body, want string }{
		{"fields get the types of the schema", page, "traits.email=a&traits.age=3&traits.newsletter=true&traits.name.first=A",
			`{"age":3,"email":"a","name":{"first":"A"},"newsletter":true}`},
		{"the last value of a field counts", page, "traits.newsletter=false&traits.newsletter=true", `{"name":{},"newsletter":true}`},
		{"a list has all values", page, "traits.tags=x&traits.tags=y", `{"name":{},"tags":["x","y"]}`},
		{"items of a list get the type of the schema", page, "traits.years=1999&traits.years=x", `{"name":{},"years":[1999,"x"]}`},
		{"fields of items are not read", page, "traits.years.0=1999&traits.tags=x", `{"name":{},"tags":["x"]}`},
		{"an empty field is left out, unless it is required", page, "traits.email=&traits.age=&traits.terms=", `{"name":{},"terms":false}`},
		{"a text that is not of the type stays", page, "traits.age=old", `{"age":"old","name":{}}`},
		{"JSON stays as it is, with the objects of the schema", script, `{"traits":{"email":"","age":"3","big":9007199254740993}}`,
			`{"age":"3","big":9007199254740993,"email":"","name":{}}`},
		{"JSON with the names of fields is like a form", script, `{"traits.age":"3","traits.email":"a"}`, `{"age":3,"email":"a","name":{}}`},
		{"JSON in a text", script, `{"traits":"{\"email\":\"a\"}"}`, `{"email":"a","name":{}}`},
		{"no traits", script, `{}`, `{"name":{}}`},
		{"traits that are not an object", script, `{"traits":[1]}`, `[1]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &call{r: httptest.NewRequest("POST", "/", strings.NewReader(test.body)), body: []byte(test.body)}
			c.r.Header.Set("Content-Type", test.contentType)
			f, err := c.decodeForm()
			if err != nil {
				t.Fatal(err)
			}
			got, err := f.traits(identitySchema)
			if err != nil || string(got) != test.want {
				t.Errorf("traits %s, error %v, want %s", got, err, test.want)
			}
		})
	}
}

func TestFlatTraits(t *testing.T) {
	var names []string
	for _, trait := range flattenTraits([]byte(`{"name":{"last":"L","first":"F"},"tags":["x","y"],"empty":{},"a.b":null}`)) {
		names = append(names, trait.Name)
	}
	const want = `traits.a\.b traits.name.first traits.name.last traits.tags.0 traits.tags.1`
	if got := strings.Join(names, " "); got != want {
		t.Errorf("names %s, want %s", got, want)
	}
}

func TestANameWithTooManyDots(t *testing.T) {
	nested := expand(map[string]any{strings.Repeat("a.", 1<<20): "b", "traits.email": "c"})
	if _, ok := nested["a"]; ok || nested["traits"] == nil {
		t.Errorf("the form has %d members, want that of the short name alone", len(nested))
	}
}
