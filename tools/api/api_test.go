package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestOverlays(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ actions, want string }{
		"an action with a reason applies":      {"{target: $.info, description: why, update: {title: new}}", ""},
		"an action without a reason fails":     {"{target: $.info, update: {title: new}}", "does not say why"},
		"an action that matches nothing fails": {"{target: $.nothing, description: why, update: {title: new}}", "$.nothing"},
		"a removal that matches nothing fails": {"{target: $.nothing, description: why, remove: true}", "$.nothing"},
		"an action that changes nothing fails": {"{target: $.info, description: why, update: {title: old}}", "$.info"},
		"a target that is no JSON path fails":  {"{target: '$.[', description: why, remove: true}", "overlay.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "overlay.yaml")
			text := "overlay: 1.0.0\ninfo: {title: t, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions: [" + tc.actions + "]\n"
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			doc := new(yaml.Node)
			if err := yaml.Unmarshal([]byte("info: {title: old}"), doc); err != nil {
				t.Fatal(err)
			}
			err := apply(doc, path)
			if tc.want == "" {
				out, _ := toJSON(doc)
				if err != nil || !strings.Contains(string(out), `"title": "new"`) {
					t.Errorf("got %s, %v", out, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want it to name %s", err, tc.want)
			}
		})
	}
}

func TestJSONKeepsOrderAndTypes(t *testing.T) {
	t.Parallel()
	doc := new(yaml.Node)
	if err := yaml.Unmarshal([]byte("z: 1\na: '2'\n\"404\": {y: true, x: null}\nl: [1.5, <b>, 12345678901234567890]\n"), doc); err != nil {
		t.Fatal(err)
	}
	got, err := toJSON(doc)
	if err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"z\": 1,\n  \"a\": \"2\",\n  \"404\": {\n    \"y\": true,\n    \"x\": null\n  },\n  \"l\": [\n    1.5,\n    \"<b>\",\n    12345678901234567890\n  ]\n}\n"
	if string(got) != want {
		t.Errorf("got %s", got)
	}
}

func TestLint(t *testing.T) {
	t.Parallel()
	const spec = `
openapi: 3.0.3
info: {title: T, version: v, description: What the whole is about.}
tags: [{name: pets, description: Animals that live with people.}]
paths:
  /pets:
    get:
      operationId: listPets
      tags: [pets]
      summary: Return everything that barks or purrs.
      description: Admin port. Answers all animals that are known.
      parameters:
        - {name: limit, in: query, description: Most animals to answer, schema: {type: integer}}
      responses:
        "200": {description: Animals in the order of their arrival., content: {application/json: {schema: {$ref: '#/components/schemas/pet'}}}}
components:
  responses: {}
  securitySchemes: {}
  schemas:
    pet:
      description: An animal with an owner.
      type: object
      properties:
        id: {type: string, description: The id of the pet.}
        owner: {$ref: '#/components/schemas/pet'}
        name: {type: string}
        born: {type: string, description: " Day of birth, if anybody knows it."}
`
	doc := new(yaml.Node)
	if err := yaml.Unmarshal([]byte(spec), doc); err != nil {
		t.Fatal(err)
	}
	loaded, err := load(doc, "spec")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(lint("spec", loaded), "\n")
	want := strings.Join([]string{
		"spec: #/paths/~1pets/get/parameters/limit: does not end in a full stop",
		"spec: #/components/schemas/pet/properties/born: has white space around its description",
		"spec: #/components/schemas/pet/properties/id: says no more than its name: The id of the pet.",
		"spec: #/components/schemas/pet/properties/name: has no description",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestBrokenSpecs(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a reference to nothing": "{openapi: 3.0.3, info: {title: t, version: v}, paths: {}, components: {securitySchemes: {}, schemas: {a: {$ref: '#/components/schemas/b'}}}}",
		"no version":             "{openapi: 3.0.3, info: {title: t}, paths: {}, components: {securitySchemes: {}}}",
		"no components":          "{openapi: 3.0.3, info: {title: t, version: v}, paths: {}}",
		"no object":              "[1]",
	} {
		doc := new(yaml.Node)
		if err := yaml.Unmarshal([]byte(text), doc); err != nil {
			t.Fatal(err)
		}
		if _, err := load(doc, "api/openapi.yaml"); err == nil || !strings.Contains(err.Error(), "api/openapi.yaml") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
