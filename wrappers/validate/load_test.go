package validate

import (
	"strings"
	"testing"
)

// A description may use keywords that the present one does not.
func TestKeywordsOfADescription(t *testing.T) {
	t.Parallel()
	const (
		closed = `{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`
		person = `{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"age":{"type":"integer"}}}`
		robot  = `{"type":"object","required":["model","serial"],"properties":{"model":{"type":"string"},"serial":{"type":"string"}}}`
	)
	for name, c := range map[string]struct{ schema, body, want string }{
		"a short text":                       {`{"type":"string","minLength":2}`, `"a"`, "body must have at least 2 characters (minLength)"},
		"a long text":                        {`{"type":"array","items":{"type":"string","maxLength":1}}`, `["a","bc"]`, "/1 must have at most 1 characters (maxLength)"},
		"a number":                           {`{"type":"number","minimum":0.5}`, `0.25`, "body must be at least 0.5 (minimum)"},
		"a text for a number":                {`{"type":"number"}`, `"1"`, "body must be a number (type)"},
		"an integer out of range":            {`{"type":"integer","format":"int64"}`, `1e30`, "body must be an integer of 64 bits (format)"},
		"a number out of all range":          {`{"type":"number"}`, `1e999`, "body must be a number (type)"},
		"an enum without a type":             {`{"enum":["a",1]}`, `"b"`, "body must be one of a, 1 (enum)"},
		"an enum of numbers":                 {`{"type":"integer","enum":[1,2]}`, `3`, "body must be one of 1, 2 (enum)"},
		"an exclusive minimum":               {`{"type":"integer","minimum":1,"exclusiveMinimum":true}`, `1`, "body must be as the description says (exclusiveMinimum)"},
		"an object that must not be":         {`{"not":{"type":"object","required":["a"]}}`, `{"a":1}`, "body must be as the description says (not)"},
		"an object that may be":              {`{"not":{"type":"object","required":["a"]}}`, `{"b":1}`, ""},
		"an enum of objects":                 {`{"enum":[{"a":1}]}`, `{"a":2}`, `body must be one of {"a":1} (enum)`},
		"an object of an enum":               {`{"enum":[{"a":1}]}`, `{"a":1}`, ""},
		"objects that differ":                {`{"type":"array","uniqueItems":true,"items":{"type":"object"}}`, `[{"a":1},{"a":2}]`, ""},
		"the same object twice":              {`{"type":"array","uniqueItems":true,"items":{"type":"object","properties":{"a":{}}}}`, `[{"A":1},{"A":1}]`, "/0/a must be written a (case); /1/a must be written a (case); body must be as the description says (uniqueItems)"},
		"elements of any kind":               {`{"type":"array","minItems":1}`, `[{"a":1}]`, ""},
		"few elements":                       {`{"type":"array","items":{},"minItems":2}`, `[1]`, "body must have at least 2 elements (minItems)"},
		"many elements":                      {`{"type":"array","items":{},"maxItems":1}`, `[{"a":1},2]`, "body must have at most 1 elements (maxItems)"},
		"many members":                       {`{"type":"object","maxProperties":1}`, `{"a":{},"b":[]}`, "body must be as the description says (maxProperties)"},
		"what must not be":                   {`{"not":{"type":"string"}}`, `"a"`, "body must be as the description says (not)"},
		"a pattern":                          {`{"type":"string","pattern":"^a"}`, `"b"`, "body must match ^a (pattern)"},
		"a required name that is no member":  {`{"type":"object","required":["a"]}`, `{"b":1}`, "/* is missing (required)"},
		"a member of a closed object":        {closed, `{"a":"x","hunter2":1}`, "body has as member 2 none of a (additionalProperties)"},
		"a member of one in another case":    {closed, `{"A":"x"}`, "/a must be written a (case)"},
		"all of one":                         {`{"allOf":[` + person + `]}`, `{"name":5,"Age":1}`, "/age must be written age (case); /name must be a string (type)"},
		"all of two":                         {`{"allOf":[` + person + `,` + robot + `]}`, `{"name":"a","model":5,"Serial":"x"}`, "/serial must be written serial (case); /model must be a string (type); /serial is missing (required)"},
		"a map":                              {`{"type":"object","additionalProperties":` + person + `}`, `{"hunter2":{"name":5},"x":{"Name":"a","name":"b"}}`, "/*/name must be written name (case); /*/name must be a string (type)"},
		"alternatives":                       {`{"oneOf":[` + person + `,` + robot + `]}`, `{"model":"m","serial":5,"Model":"n"}`, "/model must be written model (case); /serial must be a string (type)"},
		"alternatives in a member":           {`{"type":"object","properties":{"x":{"anyOf":[` + person + `,` + robot + `]}}}`, `{"x":{"model":"m","serial":"s","Serial":"t"}}`, "/x/serial must be written serial (case)"},
		"a discriminator that leads nowhere": {`{"oneOf":[` + person + `],"discriminator":{"propertyName":"a","mapping":{"b":"#/nowhere"}}}`, `{"a":"b"}`, "/a must be one of b (discriminator)"},
		"a reference to itself":              {`{"type":"object","properties":{"a":{"type":"array","items":{"$ref":"#/components/schemas/tree"}}}}`, `{"a":[{"a":[{"a":[{"A":1},{"a":5}]}]}]}`, "/a/0/a/0/a/0/a must be written a (case); /a/0/a/0/a/1/a must be an array (type)"},
		"many that are wrong":                {`{"type":"array","items":` + person + `}`, `[` + strings.Repeat(`{"name":"a"},`, 500) + `{"name":5}]`, "/500/name must be a string (type)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := load(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/a":{"post":{"operationId":"a",
				"requestBody":{"content":{"application/json":{"schema":` + c.schema + `}}},"responses":{"204":{"description":"d"}}}}},
				"components":{"schemas":{"tree":{"type":"object","properties":{"a":{"type":"array","items":{"$ref":"#/components/schemas/tree"}}}}}}}`)
			if err != nil {
				t.Fatal(err)
			}
			v := validation{}
			v.json(d.static["/a"].operations["POST"].content()[mediaJSON].Schema, []byte(c.body))
			var got []string
			for _, p := range v.problems {
				got = append(got, p.String())
			}
			if all := strings.Join(got, "; "); all != c.want {
				t.Errorf("got  %s\nwant %s", all, c.want)
			}
		})
	}
}
