package spec

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// Operation is an operation, and the reference to it.
type Operation struct {
	*openapi3.Operation
	Pointer, path, method string
}

// Operations returns all operations, sorted by path and method.
func Operations(spec *openapi3.T) []Operation {
	var all []Operation
	for _, path := range slices.Sorted(maps.Keys(spec.Paths.Map())) {
		methods := spec.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(maps.Keys(methods)) {
			location := "#/paths/" + node.Escape(path) + "/" + strings.ToLower(method)
			all = append(all, Operation{methods[method], location, path, method})
		}
	}
	return all
}

// Load loads and validates a description.
func Load(doc *yaml.Node, name string) (*openapi3.T, error) {
	data, err := node.ToJSON(doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	spec, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := validate(spec); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return spec, nil
}

// validate validates a description, except for undefined security schemes: Kratos publishes
// references to some that it does not define, and a correction defines them.
func validate(spec *openapi3.T) error {
	if spec.Components == nil || spec.Components.SecuritySchemes == nil {
		return errors.New("components or security schemes are missing")
	}
	schemes := spec.Components.SecuritySchemes
	for _, op := range Operations(spec) {
		if op.Security == nil {
			continue
		}
		for _, requirement := range *op.Security {
			for missing := range requirement {
				if schemes[missing] == nil {
					schemes[missing] = &openapi3.SecuritySchemeRef{Value: openapi3.NewSecurityScheme().WithType("apiKey").WithIn("header").WithName("X")}
					defer delete(schemes, missing)
				}
			}
		}
	}
	return spec.Validate(context.Background())
}

// Walk calls do for n and each object below it, with its kind and location.
func Walk(n *yaml.Node, kind, location string, do func(n *yaml.Node, kind, location string)) {
	if kind == "data" || kind == "local" || n.Kind == yaml.ScalarNode || node.Ref(n) != "" {
		return
	}
	do(n, kind, location)
	for i, child := range n.Content {
		switch {
		case n.Kind != yaml.MappingNode:
			Walk(child, KindOf(kind, ""), fmt.Sprintf("%s/%d", location, i), do)
		case i%2 == 1 && !IsProse(kind, n.Content[i-1].Value):
			Walk(child, KindOf(kind, n.Content[i-1].Value), location+"/"+node.Escape(n.Content[i-1].Value), do)
		}
	}
}

// VersionTag matches a version such as v1.3.6.
var VersionTag = regexp.MustCompile(`^v?\d+(\.\d+)*([-+.][0-9A-Za-z.-]+)?$`)

// Todo begins each text that still has to be written.
const Todo = "TODO: "
