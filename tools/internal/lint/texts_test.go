package lint

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

func TestDescriptions(t *testing.T) {
	t.Parallel()
	const source = `
openapi: 3.0.3
info: {title: T, version: v, description: What this is about.}
tags: [{name: pets, description: Animals that live with people.}]
paths:
  /pets:
    get:
      operationId: listPets
      tags: [pets]
      summary: Return everything that barks or purrs.
      description: Admin port. Returns all animals that are known.
      parameters:
        - {name: limit, in: query, description: Maximum number of animals, schema: {type: integer}}
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
        born: {type: string, description: " Day of birth, if it is known."}
`
	doc := new(yaml.Node)
	if err := yaml.Unmarshal([]byte(source), doc); err != nil {
		t.Fatal(err)
	}
	loaded, err := spec.Load(doc, "spec")
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(lintTexts("spec", loaded), "\n")
	want := strings.Join([]string{
		"spec: #/paths/~1pets/get/parameters/limit: does not end in a full stop",
		"spec: #/components/schemas/pet/properties/born: has white space around its description",
		"spec: #/components/schemas/pet/properties/id: repeats its name: The id of the pet.",
		"spec: #/components/schemas/pet/properties/name: has no description",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
