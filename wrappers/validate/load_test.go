package validate

import (
	"strings"
	"testing"
)

// A description with a keyword that would be ignored is refused: its requests would be judged by less than what it says.
func TestLoadRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{
		`{"type":"string","enum":["a"],"pattern":"^a","format":"uuid"}`: "",
		`{"type":"string","minLength":1}`:                               "minLength",
		`{"type":"array","items":{"type":"string","maxLength":1}}`:      "maxLength",
		`{"type":"number"}`:                   "type",
		`{"enum":["a"]}`:                      "type",
		`{"type":"integer","enum":[1]}`:       "enum",
		`{"type":"string","pattern":"(?=a)"}`: "parsing regexp",
		`{"type":"object","required":["a"]}`:  "the required member a",
		`{"not":{"type":"string"}}`:           "not",
		`{"allOf":[{"type":"object"},{}]}`:    "allOf",
		`{"type":"object","properties":{"a":{"readOnly":true,"type":"string"}}}`:          "readOnly",
		`{"oneOf":[{}],"discriminator":{"propertyName":"a","mapping":{"b":"#/nowhere"}}}`: "leads nowhere",
	} {
		_, err := load(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/a":{"post":{"operationId":"a",
			"requestBody":{"content":{"application/json":{"schema":` + schema + `}}},"responses":{"204":{"description":"d"}}}}}}`)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", schema, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %s", schema, err, want)
		}
	}
}
