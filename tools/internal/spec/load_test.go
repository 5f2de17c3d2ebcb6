package spec

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestLoadInvalid(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a reference to an unknown schema": "{openapi: 3.0.3, info: {title: t, version: v}, paths: {}, components: {securitySchemes: {}, schemas: {a: {$ref: '#/components/schemas/b'}}}}",
		"no version":                       "{openapi: 3.0.3, info: {title: t}, paths: {}, components: {securitySchemes: {}}}",
		"no components":                    "{openapi: 3.0.3, info: {title: t, version: v}, paths: {}}",
		"a list":                           "[1]",
	} {
		doc := new(yaml.Node)
		if err := yaml.Unmarshal([]byte(text), doc); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(doc, "api/openapi.yaml"); err == nil || !strings.Contains(err.Error(), "api/openapi.yaml") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
