package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"
)

// load reads and validates a spec.
func load(doc *yaml.Node, name string) (*openapi3.T, error) {
	text, err := toJSON(doc)
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

// validate validates a spec, but for one thing: the API as it is published refers to security schemes that it does not define.
// The contract says what is published, and a correction defines them.
func validate(spec *openapi3.T) error {
	if spec.Components == nil || spec.Components.SecuritySchemes == nil {
		return errors.New("has no components, or no security schemes")
	}
	schemes := spec.Components.SecuritySchemes
	for _, op := range operations(spec) {
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
