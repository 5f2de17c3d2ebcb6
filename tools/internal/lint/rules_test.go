package lint

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

func TestRules(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ old, now, want string }{
		"a valid spec":                                       {"", "", ""},
		"an invalid version":                                 {"v1.2.3", "latest", `"latest" is not a version`},
		"a duplicate key":                                    {"      tags: [pets]", "      tags: [pets]\n      tags: [pets]", "mapping key `\"tags\"` at line `10` is a duplicate"},
		"a tag that is not defined":                          {"tags: [pets]", "tags: [birds]", "tag `birds` for getPet operation is not defined"},
		"an operation without an id":                         {"operationId: getPet", "deprecated: true", "does not contain an `operationId`"},
		"no response for failure":                            {"        default: {description: There is no such animal.}\n", "", "lacks a response for success, or one for failure"},
		"an unknown status":                                  {`"200"`, `"2000"`, "has the status 2000"},
		"a path parameter that is not declared":              {"/pets/{id}", "/pets/{id}/{toe}", "toe"},
		"a parameter that is not in the path":                {"/pets/{id}", "/pets", "parameter `id` is declared as path parameter but not used"},
		"an optional path parameter":                         {"required: true, ", "", "`parameter.in=path` requires `required=true`"},
		"a duplicate parameter":                              {"      responses:", "        - {name: id, in: path, required: true, description: Once more., schema: {type: string}}\n      responses:", "parameter \"id\" is duplicated"},
		"a header that OpenAPI ignores":                      {"      responses:", "        - {name: Accept, in: header, description: What to return., schema: {type: string}}\n      responses:", "has the header accept"},
		"a body of GET":                                      {"      responses:", "      requestBody: {description: What to get., content: {}}\n      responses:", "has a body, which GET requests do not have"},
		"a reference to an unknown schema":                   {"[{$ref: '#/components/schemas/cat'}", "[{$ref: '#/components/schemas/bird'}", "refers to #/components/schemas/bird, which does not exist"},
		"a reference to another file":                        {"[{$ref: '#/components/schemas/cat'}", "[{$ref: 'cats.yaml'}", "refers to cats.yaml, which is not in the file"},
		"a mapping to an unknown schema":                     {"mapping: {cat: '#/components/schemas/cat'", "mapping: {cat: '#/components/schemas/bird'", "refers to #/components/schemas/bird, which does not exist"},
		"an alternative without a discriminator value":       {", dog: '#/components/schemas/dog'}", "}", "has no value for #/components/schemas/dog"},
		"a discriminator value for another schema":           {", {$ref: '#/components/schemas/dog'}]", "]", "dog refers to #/components/schemas/dog, which is not an alternative"},
		"an inline alternative":                              {"oneOf: [", "oneOf: [{type: object}, ", "has an inline alternative"},
		"a discriminator without propertyName":               {"propertyName: kind, ", "", "has no propertyName"},
		"an alternative without the discriminating property": {"propertyName: kind", "propertyName: sort", "lacks the discriminating property sort"},
		"an alternative that does not require it":            {"type: object, required: [kind]", "type: object", "does not require the discriminating property kind"},
		"an alternative with another value of it":            {"enum: [cat]", "enum: [kitten]", "does not allow its discriminator value cat"},
		"a duplicate enum value":                             {"[hungry, tired]", "[hungry, tired, hungry]", "enum contains a duplicate: `hungry`"},
		"an enum value of another type":                      {"[hungry, tired]", "[hungry, tired, 3]", "enum value at index `2` does not match schema type"},
		"a default of another type":                          {"default: 0.5", "default: much", "invalid default: value must be a number"},
		"a default that is not in the enum":                  {"default: tired", "default: asleep", "invalid default: value is not one of the allowed values"},
		"a minimum above the maximum":                        {"minimum: 0, maximum: 2", "minimum: 3, maximum: 2", "`maximum` should be a number greater than or equal to `minimum`"},
		"a required property that is not declared":           {"required: [kind]\n", "required: [kind, tail]\n", "required property `tail` is not defined"},
		"an array without items":                             {"type: number, minimum: 0, maximum: 2, default: 0.5, example: 0.4", "type: array", "'items' must be non-null"},
		"an invalid pattern":                                 {"type: string, enum: [cat]", "type: string, pattern: '['", "should be a valid regular expression"},
		"a name with other characters":                       {"    dog:\n", "    d-og: {type: string, description: Something that is not known.}\n    dog:\n", "has a name with characters other than letters and digits"},
		// Found by kin-openapi when the spec is loaded.
		"an example of another type":          {"example: 0.4", "example: small", "example"},
		"an example beyond the limits":        {"example: 0.4", "example: 40", "example"},
		"a parameter example of another type": {"schema: {type: string, example: x1}", "schema: {type: string, example: 5}", "example"},
		"a duplicate operationId":             {"components:\n", "  /pets: {get: {operationId: getPet, tags: [pets], responses: {default: {description: Never.}}}}\ncomponents:\n", "same operation id"},
		"an unknown type":                     {"type: number", "type: size", "size"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(apitest.ValidSpec, tc.old) {
				t.Fatalf("the spec has no %s", tc.old)
			}
			doc, text := new(yaml.Node), []byte(strings.Replace(apitest.ValidSpec, tc.old, tc.now, 1))
			if err := yaml.Unmarshal(text, doc); err != nil {
				t.Fatal(err)
			}
			found, err := checkRules("spec", text, doc)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := spec.Load(doc, "spec"); err != nil {
				found = append(found, err.Error())
			}
			got := strings.Join(found, "\n")
			if tc.want == "" && got != "" || !strings.Contains(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

// The check fails after an import, and lists what is left to do.
func TestCheckAfterImport(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	apitest.Import(t, p, apitest.Publish(t, p, apitest.ToOlderVersion(t)), "v1.3.1")
	if err := overlay.WriteEffective(p); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := Check(p, &out)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"api/openapi.yaml: #/components/schemas/OAuth2LoginRequest/properties/AdditionalProperties: has to be written: what AdditionalProperties is",
		": a disabled action: its target does not exist. Correct or delete it",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not said: %s\nbut\n%v", want, err)
		}
	}
}

// The check finds faults of corrections in the effective spec.
func TestCheckOfCorrections(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ action, want string }{
		"an unused component": {
			"{target: $.components.responses, description: why, update: {nowhere: {description: A response that is not used.}}}",
			"api/corrections.yaml: unused component #/components/responses/nowhere",
		},
		"a removed security scheme": {
			"{target: $.components.securitySchemes.oryAccessToken, description: why, remove: true}",
			"requires the security scheme oryAccessToken, which does not exist",
		},
		"a value that is published": {
			"{target: $.components.schemas.uiNode.properties.group, description: why, update: {enum: [totp]}}",
			"api/corrections.yaml adds what is published: #/components/schemas/uiNode/properties/group: the value totp",
		},
		"an exception without a fault": {
			"{target: \"$.paths['/.well-known/ory/webauthn.js'].get.responses\", description: why, update: {default: {description: Whatever went wrong before it.}}}",
			"webauthn.js/get/responses is not needed",
		},
		"corrections that together change nothing": {
			"{target: $.components.schemas.uiNode.required, description: why, remove: true}\n  - {target: $.components.schemas.uiNode, description: why, update: {required: [attributes, group, type]}}",
			"api/corrections.yaml: 2 actions together change nothing: $.components.schemas.uiNode.required, $.components.schemas.uiNode",
		},
		"an enum value of another type": {
			"{target: $.components.schemas.uiNode.properties.group, description: why, update: {enum: [7]}}",
			"enum value at index `13` does not match schema type",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			text := strings.TrimRight(apitest.ReadFile(t, p.Corrections()), "\n") + "\n  - " + tc.action + "\n"
			if err := project.WriteFile(p.Corrections(), []byte(text)); err != nil {
				t.Fatal(err)
			}
			if err := overlay.WriteEffective(p); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if err := Check(p, &out); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %s", err, tc.want)
			}
		})
	}
}

// The numbers in the first section of the changelog are those of the contract.
func TestCheckOfChangelog(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"no numbers":           {"# Changelog\n\n## Unreleased\n\n- More.\n", ""},
		"the right numbers":    {"# Changelog\n\n## Unreleased\n\n- API (11 operations, 36 schemas).\n", ""},
		"wrong numbers":        {"# Changelog\n\n## Unreleased\n\n- API (12 operations, 36 schemas).\n", "CHANGELOG.md: has 12 operations, 36 schemas; the contract has 11 operations, 36 schemas"},
		"numbers of a release": {"# Changelog\n\n## Unreleased\n\n## v1\n\n- API (12 operations, 36 schemas).\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			if err := project.WriteFile(p.Path("CHANGELOG.md"), []byte(tc.text)); err != nil {
				t.Fatal(err)
			}
			err := Check(p, new(strings.Builder))
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}
