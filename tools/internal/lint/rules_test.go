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
		"a sound spec":                                       {"", "", ""},
		"a version that is none":                             {"v1.2.3", "latest", `"latest" is not the name of a version`},
		"a key twice":                                        {"      tags: [pets]", "      tags: [pets]\n      tags: [pets]", "mapping key `\"tags\"` at line `10` is a duplicate"},
		"a tag that is not explained":                        {"tags: [pets]", "tags: [birds]", "tag `birds` for getPet operation is not defined"},
		"an operation without an id":                         {"operationId: getPet", "deprecated: true", "does not contain an `operationId`"},
		"no answer for failure":                              {"        default: {description: Nobody has such an animal.}\n", "", "lacks a response for success, or one for failure"},
		"a status that there is not":                         {`"200"`, `"2000"`, "has the status 2000"},
		"a parameter of the path that is not declared":       {"/pets/{id}", "/pets/{id}/{toe}", "toe"},
		"a parameter that is not in the path":                {"/pets/{id}", "/pets", "parameter `id` is declared as path parameter but not used"},
		"a parameter of the path that may be missing":        {"required: true, ", "", "`parameter.in=path` requires `required=true`"},
		"a parameter twice":                                  {"      responses:", "        - {name: id, in: path, required: true, description: Once more., schema: {type: string}}\n      responses:", "parameter \"id\" is duplicated"},
		"a header that OpenAPI ignores":                      {"      responses:", "        - {name: Accept, in: header, description: What to answer., schema: {type: string}}\n      responses:", "has the header accept"},
		"a body of a get":                                    {"      responses:", "      requestBody: {description: What to get., content: {}}\n      responses:", "has a body, which GET requests have not"},
		"a reference to nothing":                             {"[{$ref: '#/components/schemas/cat'}", "[{$ref: '#/components/schemas/bird'}", "refers to #/components/schemas/bird, which is not there"},
		"a reference out of the file":                        {"[{$ref: '#/components/schemas/cat'}", "[{$ref: 'cats.yaml'}", "refers to cats.yaml, outside of the file"},
		"a mapping to nothing":                               {"mapping: {cat: '#/components/schemas/cat'", "mapping: {cat: '#/components/schemas/bird'", "refers to #/components/schemas/bird, which is not there"},
		"an alternative that no value leads to":              {", dog: '#/components/schemas/dog'}", "}", "no value leads to #/components/schemas/dog"},
		"a value that leads to no alternative":               {", {$ref: '#/components/schemas/dog'}]", "]", "dog leads to #/components/schemas/dog, which is no alternative"},
		"an alternative without a name":                      {"oneOf: [", "oneOf: [{type: object}, ", "has an alternative without a name"},
		"a discriminator without a property":                 {"propertyName: kind, ", "", "has no propertyName"},
		"an alternative without the property":                {"propertyName: kind", "propertyName: sort", "lacks the property sort"},
		"an alternative that does not require the property":  {"type: object, required: [kind]", "type: object", "does not require the property kind"},
		"an alternative that has another value":              {"enum: [cat]", "enum: [kitten]", "does not allow cat, by which a discriminator knows it"},
		"a value of an enum twice":                           {"[hungry, tired]", "[hungry, tired, hungry]", "enum contains a duplicate: `hungry`"},
		"a value of an enum of another type":                 {"[hungry, tired]", "[hungry, tired, 3]", "enum value at index `2` does not match schema type"},
		"a default of another type":                          {"default: 0.5", "default: much", "invalid default: value must be a number"},
		"a default that is not among the values":             {"default: tired", "default: asleep", "invalid default: value is not one of the allowed values"},
		"limits the wrong way round":                         {"minimum: 0, maximum: 2", "minimum: 3, maximum: 2", "`maximum` should be a number greater than or equal to `minimum`"},
		"a required member that is no property":              {"required: [kind]\n", "required: [kind, tail]\n", "required property `tail` is not defined"},
		"a list of nobody knows what":                        {"type: number, minimum: 0, maximum: 2, default: 0.5, example: 0.4", "type: array", "'items' must be non-null"},
		"a pattern that is none":                             {"type: string, enum: [cat]", "type: string, pattern: '['", "should be a valid regular expression"},
		"a name with something else than letters and digits": {"    dog:\n", "    d-og: {type: string, description: Nobody knows what that is.}\n    dog:\n", "has a name with something else"},
		// What kin-openapi finds when the spec is loaded.
		"an example of another type":                      {"example: 0.4", "example: small", "example"},
		"an example beyond the limits":                    {"example: 0.4", "example: 40", "example"},
		"an example of a parameter that is of other type": {"schema: {type: string, example: x1}", "schema: {type: string, example: 5}", "example"},
		"an operationId twice":                            {"components:\n", "  /pets: {get: {operationId: getPet, tags: [pets], responses: {default: {description: Never.}}}}\ncomponents:\n", "same operation id"},
		"a type that there is not":                        {"type: number", "type: size", "size"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(apitest.SoundSpec, tc.old) {
				t.Fatalf("the spec has no %s", tc.old)
			}
			doc, text := new(yaml.Node), []byte(strings.Replace(apitest.SoundSpec, tc.old, tc.now, 1))
			if err := yaml.Unmarshal(text, doc); err != nil {
				t.Fatal(err)
			}
			found, err := rules("spec", text, doc)
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

// What a new version of the API leaves to be done fails the check, item by item.
func TestCheckListsWhatIsToBeDone(t *testing.T) {
	t.Parallel()
	p := apitest.CopyProject(t)
	apitest.Take(t, p, apitest.Publish(t, p, apitest.OlderVersion(t)), "v1.3.1")
	if err := overlay.WriteEffective(p); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	err := Check(p, &out)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"api/openapi.yaml: #/components/schemas/OAuth2LoginRequest/properties/AdditionalProperties: is to be written: what AdditionalProperties is",
		": an action is parked: its target is not there. mend or delete it",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not said: %s\nbut\n%v", want, err)
		}
	}
}

// What is wrong with corrections is found in the effective spec.
func TestCheckOfCorrections(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ action, want string }{
		"a component that nothing refers to": {
			"{target: $.components.responses, description: why, update: {nowhere: {description: Never to be seen by anybody.}}}",
			"api/corrections.yaml: nothing refers to #/components/responses/nowhere",
		},
		"a security scheme that is gone": {
			"{target: $.components.securitySchemes.oryAccessToken, description: why, remove: true}",
			"asks for the security scheme oryAccessToken, which is not there",
		},
		"a value that is published": {
			"{target: $.components.schemas.uiNode.properties.group, description: why, update: {enum: [totp]}}",
			"api/corrections.yaml adds what is published: #/components/schemas/uiNode/properties/group: the value totp",
		},
		"an excuse without a fault": {
			"{target: \"$.paths['/.well-known/ory/webauthn.js'].get.responses\", description: why, update: {default: {description: Whatever went wrong before it.}}}",
			"webauthn.js/get/responses, which has no fault",
		},
		"corrections that change nothing together": {
			"{target: $.components.schemas.uiNode.required, description: why, remove: true}\n  - {target: $.components.schemas.uiNode, description: why, update: {required: [attributes, group, type]}}",
			"api/corrections.yaml: the API is published like that, and 2 actions change nothing together: $.components.schemas.uiNode.required, $.components.schemas.uiNode",
		},
		"a value of an enum that is none": {
			"{target: $.components.schemas.uiNode.properties.group, description: why, update: {enum: [7]}}",
			"enum value at index `13` does not match schema type",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := apitest.CopyProject(t)
			text := strings.TrimRight(apitest.Read(t, p.Corrections()), "\n") + "\n  - " + tc.action + "\n"
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

// Numbers in the changelog are those of the contract; those of versions before are history.
func TestCheckOfChangelog(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"no numbers":         {"# Changelog\n\n## Unreleased\n\n- More.\n", ""},
		"the right numbers":  {"# Changelog\n\n## Unreleased\n\n- API (11 operations, 36 schemas).\n", ""},
		"wrong numbers":      {"# Changelog\n\n## Unreleased\n\n- API (12 operations, 36 schemas).\n", "CHANGELOG.md: says 12 operations, 36 schemas; the contract has 11 operations, 36 schemas"},
		"numbers of history": {"# Changelog\n\n## Unreleased\n\n## v1\n\n- API (12 operations, 36 schemas).\n", ""},
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
