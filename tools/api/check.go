package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"
)

// check validates the contract, the effective spec, and what the generator sees, and lints the texts of the first two.
func check(p project, out io.Writer) error {
	doc, err := readYAML(p.contract())
	if err != nil {
		return err
	}
	contract, err := load(doc, "api/openapi.yaml")
	if err != nil {
		return err
	}
	findings := lint("api/openapi.yaml", contract)

	if err := apply(doc, p.corrections()); err != nil {
		return err
	}
	effective, err := load(doc, "gen/spec/openapi.json")
	if err != nil {
		return err
	}
	if len(findings) == 0 { // else it has most of them too
		findings = lint("gen/spec/openapi.json", effective)
	}
	if err := current(p, doc); err != nil {
		return err
	}
	if err := apply(doc, p.golang()); err != nil {
		return err
	}
	if len(findings) > 0 {
		return errors.New(strings.Join(findings, "\n"))
	}
	fmt.Fprintf(out, "contract and effective spec are valid: %d operations, %d schemas, %d texts\n", len(operations(contract)), len(contract.Components.Schemas), texts(contract))
	return nil
}

// current reports whether the effective spec in gen/ is what contract and corrections make.
func current(p project, doc *yaml.Node) error {
	want, err := toJSON(doc)
	if err != nil {
		return err
	}
	got, err := os.ReadFile(p.effective())
	if err != nil {
		return err
	}
	if string(got) != string(want) {
		return errors.New("gen/spec/openapi.json is not what api/ makes: run make generate")
	}
	return nil
}

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

// validate validates a spec, but for one thing: the API as it is published refers to a security scheme that it does not
// define. The contract says what is published, and a correction defines the scheme.
func validate(spec *openapi3.T) error {
	if spec.Components == nil || spec.Components.SecuritySchemes == nil {
		return errors.New("has no components, or no security schemes")
	}
	schemes := spec.Components.SecuritySchemes
	const missing = "sessionToken"
	if _, ok := schemes[missing]; !ok {
		schemes[missing] = &openapi3.SecuritySchemeRef{Value: openapi3.NewSecurityScheme().WithType("apiKey").WithIn("header").WithName("X-Session-Token")}
		defer delete(schemes, missing)
	}
	return spec.Validate(context.Background())
}
