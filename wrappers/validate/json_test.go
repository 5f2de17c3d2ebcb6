package validate

import (
	"strings"
	"testing"
)

// The API description of a later version may use keywords that the present one does not.
func TestKeywords(t *testing.T) {
	t.Parallel()
	const (
		closed = `{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}`
		person = `{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"age":{"type":"integer"}}}`
		robot  = `{"type":"object","required":["model","serial"],"properties":{"model":{"type":"string"},"serial":{"type":"string"}}}`
	)
	for name, c := range map[string]struct{ schema, body, want string }{
		"a short string":                                {`{"type":"string","minLength":2}`, `"a"`, "body must have at least 2 characters (minLength)"},
		"a long string":                                 {`{"type":"array","items":{"type":"string","maxLength":1}}`, `["a","bc"]`, "/1 must have at most 1 characters (maxLength)"},
		"a number":                                      {`{"type":"number","minimum":0.5}`, `0.25`, "body must be at least 0.5 (minimum)"},
		"a string for a number":                         {`{"type":"number"}`, `"1"`, "body must be a number (type)"},
		"an integer out of range":                       {`{"type":"integer","format":"int64"}`, `1e30`, "body must be a 64-bit integer (format)"},
		"a number beyond float64":                       {`{"type":"number"}`, `1e999`, "body must be a number (type)"},
		"an enum without a type":                        {`{"enum":["a",1]}`, `"b"`, "body must be one of a, 1 (enum)"},
		"an enum of numbers":                            {`{"type":"integer","enum":[1,2]}`, `3`, "body must be one of 1, 2 (enum)"},
		"an exclusive minimum":                          {`{"type":"integer","minimum":1,"exclusiveMinimum":true}`, `1`, "body violates the API description (exclusiveMinimum)"},
		"an object that not forbids":                    {`{"not":{"type":"object","required":["a"]}}`, `{"a":1}`, "body violates the API description (not)"},
		"an object that not allows":                     {`{"not":{"type":"object","required":["a"]}}`, `{"b":1}`, ""},
		"an enum of objects":                            {`{"enum":[{"a":1}]}`, `{"a":2}`, `body must be one of {"a":1} (enum)`},
		"an object of an enum":                          {`{"enum":[{"a":1}]}`, `{"a":1}`, ""},
		"different objects":                             {`{"type":"array","uniqueItems":true,"items":{"type":"object"}}`, `[{"a":1},{"a":2}]`, ""},
		"duplicate objects":                             {`{"type":"array","uniqueItems":true,"items":{"type":"object","properties":{"a":{}}}}`, `[{"A":1},{"A":1}]`, "/0/a must be spelled a (case); /1/a must be spelled a (case); body violates the API description (uniqueItems)"},
		"items of any type":                             {`{"type":"array","minItems":1}`, `[{"a":1}]`, ""},
		"too few items":                                 {`{"type":"array","items":{},"minItems":2}`, `[1]`, "body must have at least 2 items (minItems)"},
		"too many items":                                {`{"type":"array","items":{},"maxItems":1}`, `[{"a":1},2]`, "body must have at most 1 items (maxItems)"},
		"too many properties":                           {`{"type":"object","maxProperties":1}`, `{"a":{},"b":[]}`, "body violates the API description (maxProperties)"},
		"a string that not forbids":                     {`{"not":{"type":"string"}}`, `"a"`, "body violates the API description (not)"},
		"a pattern":                                     {`{"type":"string","pattern":"^a"}`, `"b"`, "body must match ^a (pattern)"},
		"a required property that is not declared":      {`{"type":"object","required":["a"]}`, `{"b":1}`, "/* is missing (required)"},
		"an unknown property of a closed object":        {closed, `{"a":"x","hunter2":1}`, "body has an unknown property (number 2); known are a (additionalProperties)"},
		"a property of a closed object in another case": {closed, `{"A":"x"}`, "/a must be spelled a (case)"},
		"allOf one schema":                              {`{"allOf":[` + person + `]}`, `{"name":5,"Age":1}`, "/age must be spelled age (case); /name must be a string (type)"},
		"allOf two schemas":                             {`{"allOf":[` + person + `,` + robot + `]}`, `{"name":"a","model":5,"Serial":"x"}`, "/serial must be spelled serial (case); /model must be a string (type); /serial is missing (required)"},
		"a map":                                         {`{"type":"object","additionalProperties":` + person + `}`, `{"hunter2":{"name":5},"x":{"Name":"a","name":"b"}}`, "/*/name must be spelled name (case); /*/name must be a string (type)"},
		"alternatives":                                  {`{"oneOf":[` + person + `,` + robot + `]}`, `{"model":"m","serial":5,"Model":"n"}`, "/model must be spelled model (case); /serial must be a string (type)"},
		"alternatives in a property":                    {`{"type":"object","properties":{"x":{"anyOf":[` + person + `,` + robot + `]}}}`, `{"x":{"model":"m","serial":"s","Serial":"t"}}`, "/x/serial must be spelled serial (case)"},
		"a discriminator mapped to an unknown schema":   {`{"oneOf":[` + person + `],"discriminator":{"propertyName":"a","mapping":{"b":"#/nowhere"}}}`, `{"a":"b"}`, "/a must be one of b (discriminator)"},
		"a recursive reference":                         {`{"type":"object","properties":{"a":{"type":"array","items":{"$ref":"#/components/schemas/tree"}}}}`, `{"a":[{"a":[{"a":[{"A":1},{"a":5}]}]}]}`, "/a/0/a/0/a/0/a must be spelled a (case); /a/0/a/0/a/1/a must be an array (type)"},
		"an invalid item after many valid ones":         {`{"type":"array","items":` + person + `}`, `[` + strings.Repeat(`{"name":"a"},`, 500) + `{"name":5}]`, "/500/name must be a string (type)"},
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
			v.validateJSON(d.static["/a"].operations["POST"].content()[mediaJSON].Schema, []byte(c.body))
			var got []string
			for _, violation := range v.violations {
				got = append(got, violation.String())
			}
			if all := strings.Join(got, "; "); all != c.want {
				t.Errorf("got  %s\nwant %s", all, c.want)
			}
		})
	}
}
