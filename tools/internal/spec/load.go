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

// Operation is an operation with its place in the spec.
type Operation struct {
	*openapi3.Operation
	Where, path, method string
}

func Operations(spec *openapi3.T) []Operation {
	var all []Operation
	for _, path := range slices.Sorted(maps.Keys(spec.Paths.Map())) {
		methods := spec.Paths.Value(path).Operations()
		for _, method := range slices.Sorted(maps.Keys(methods)) {
			where := "#/paths/" + node.Escape(path) + "/" + strings.ToLower(method)
			all = append(all, Operation{methods[method], where, path, method})
		}
	}
	return all
}

// Load reads and validates a spec.
func Load(doc *yaml.Node, name string) (*openapi3.T, error) {
	text, err := node.JSON(doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	spec, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := validate(spec); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return spec, nil
}

// validate validates a spec, but for one thing: the API as it is published refers to security
// schemes that it does not define. The contract says what is published, and a correction defines
// them.
func validate(spec *openapi3.T) error {
	if spec.Components == nil || spec.Components.SecuritySchemes == nil {
		return errors.New("has no components, or no security schemes")
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

// Visit hands over n and each object below it, with its kind and place.
func Visit(n *yaml.Node, kind, where string, do func(n *yaml.Node, kind, where string)) {
	if kind == "data" || kind == "ours" || n.Kind == yaml.ScalarNode || node.Ref(n) != "" {
		return
	}
	do(n, kind, where)
	for i, child := range n.Content {
		switch {
		case n.Kind != yaml.MappingNode:
			Visit(child, KindOf(kind, ""), fmt.Sprintf("%s/%d", where, i), do)
		case i%2 == 1 && !Prose(kind, n.Content[i-1].Value):
			Visit(child, KindOf(kind, n.Content[i-1].Value), where+"/"+node.Escape(n.Content[i-1].Value), do)
		}
	}
}

var VersionTag = regexp.MustCompile(`^v?\d+(\.\d+)*([-+.][0-9A-Za-z.-]+)?$`)

// Gap begins each sentence that is still to be written.
const Gap = "TODO: "
