package validate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kratoskit/kratos-go/internal/formats"
)

// compiledSchema is a compiled identity schema that limits the number of validation steps, because
// a recursive schema can take a number that is exponential in the depth of the traits. Only one
// goroutine at a time can use it.
type compiledSchema struct {
	schema    *jsonschema.Schema
	validOnly *jsonschema.Schema // for documents of any depth: its errors have no details

	ctx       context.Context
	stepsLeft int
}

// Limits of a validation. A step takes about a microsecond. Each error has a copy of its location,
// so the errors of a deep document are large.
const (
	minSteps          = 100_000
	stepsPerByte      = 2
	maxDetailedLevels = 1000
)

// errTooManySteps is returned if a validation exceeds its limit of steps.
var errTooManySteps = errors.New("too many validation steps")

// The URLs of the two schemas; nothing is loaded from them.
const (
	schemaURL    = "https://schema.invalid/identity.schema.json"
	validOnlyURL = "https://schema.invalid/valid.schema.json"
)

// compile compiles an identity schema.
func compile(document any) (*compiledSchema, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	for _, f := range formats.All() {
		c.RegisterFormat(f)
	}
	if err := c.AddResource(schemaURL, document); err != nil {
		return nil, fmt.Errorf("kratos: %w: not a JSON Schema", ErrInvalidSchema)
	}
	compiled, err := c.Compile(schemaURL)
	var external *jsonschema.LoadURLError
	if errors.As(err, &external) {
		return nil, fmt.Errorf("kratos: %w: it refers to another document, which is not loaded", ErrInvalidSchema)
	}
	if err != nil {
		return nil, fmt.Errorf("kratos: %w: not a valid JSON Schema", ErrInvalidSchema)
	}
	s := &compiledSchema{schema: compiled}
	s.countSteps(compiled)
	if err = c.AddResource(validOnlyURL, doubleNegation(schemaURL)); err == nil {
		s.validOnly, err = c.Compile(validOnlyURL)
	}
	return s, err
}

// doubleNegation returns a schema that is equivalent to another one, but has no detailed errors:
// the library does not collect those below "not".
func doubleNegation(ref string) any {
	return map[string]any{"not": map[string]any{"not": map[string]any{"$ref": ref}}}
}

// abort is the panic that ends a validation early: the library has no other way.
type abort struct{ error }

// validate returns a [*jsonschema.ValidationError], [errTooManySteps] or the error of ctx.
func (s *compiledSchema) validate(ctx context.Context, document any, size int) (err error) {
	s.ctx, s.stepsLeft = ctx, minSteps+stepsPerByte*size
	defer func() {
		s.ctx = nil
		switch caught := recover().(type) {
		case nil:
		case abort:
			err = caught.error
		default:
			panic(caught)
		}
	}()
	if isDeeper(document, maxDetailedLevels) {
		if s.validOnly.Validate(document) != nil {
			return &jsonschema.ValidationError{}
		}
		return nil
	}
	return s.schema.Validate(document)
}

// isDeeper reports whether a document has more than a number of levels.
func isDeeper(document any, levels int) bool {
	switch v := document.(type) {
	case []any:
		return levels == 0 || slices.ContainsFunc(v, func(item any) bool { return isDeeper(item, levels-1) })
	case map[string]any:
		if levels == 0 {
			return true
		}
		for _, item := range v {
			if isDeeper(item, levels-1) {
				return true
			}
		}
	}
	return false
}

// spend counts n steps before they are taken, and aborts the validation if there are too many.
func (s *compiledSchema) spend(n int) {
	if s.stepsLeft -= n; s.stepsLeft < 0 {
		panic(abort{errTooManySteps})
	}
	if s.ctx.Err() != nil {
		panic(abort{validationCancelled(s.ctx)})
	}
}

func validationCancelled(ctx context.Context) error {
	return fmt.Errorf("kratos: validating traits: %w", ctx.Err())
}
