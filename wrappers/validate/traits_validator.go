package validate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// traitsValidator is a compiled identity schema that counts its steps, since a schema that refers
// to itself can take a number of them that is exponential in the depth of the traits. It validates
// one document at a time.
type traitsValidator struct {
	schema *jsonschema.Schema
	valid  *jsonschema.Schema // the same for a document of any depth, whose errors say nothing
	ctx    context.Context
	left   int // steps
}

// A step takes about a microsecond. An error has a copy of its whole place, so that errors deep
// down are large.
const (
	minSteps     = 100_000
	stepsPerByte = 2
	maxDetailed  = 1000 // levels of a document
)

// errSteps is that a document takes more steps than it may.
var errSteps = errors.New("validation takes too many steps")

// newTraitsValidator compiles a schema.
func newTraitsValidator(document any) (*traitsValidator, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	for _, f := range formats() {
		c.RegisterFormat(f)
	}
	if err := c.AddResource(schemaURL, document); err != nil {
		return nil, fmt.Errorf("kratos: %w: it is no JSON Schema", ErrSchema)
	}
	compiled, err := c.Compile(schemaURL)
	var foreign *jsonschema.LoadURLError
	if errors.As(err, &foreign) {
		return nil, fmt.Errorf("kratos: %w: it refers to another document, which is not loaded", ErrSchema)
	}
	if err != nil {
		return nil, fmt.Errorf("kratos: %w: it is no valid JSON Schema", ErrSchema)
	}
	v := &traitsValidator{schema: compiled}
	v.countSteps(compiled)
	if err = c.AddResource(validURL, notNot(schemaURL)); err == nil {
		v.valid, err = c.Compile(validURL)
	}
	return v, err
}

// validURL stands for where the schema is that notNot makes.
const validURL = "https://schema.invalid/valid.schema.json"

// notNot returns a schema that is equivalent to another: the library makes no errors of what is
// below "not".
func notNot(ref string) any {
	return map[string]any{"not": map[string]any{"not": map[string]any{"$ref": ref}}}
}

// stopped is what a validation that goes no further panics with: the JSON Schema library has no
// other way out.
type stopped struct{ error }

// validate returns a [*jsonschema.ValidationError], [errSteps] or the error of ctx.
func (v *traitsValidator) validate(ctx context.Context, document any, size int) (err error) {
	v.ctx, v.left = ctx, minSteps+stepsPerByte*size
	defer func() {
		v.ctx = nil
		switch caught := recover().(type) {
		case nil:
		case stopped:
			err = caught.error
		default:
			panic(caught)
		}
	}()
	if deeper(document, maxDetailed) {
		if v.valid.Validate(document) != nil {
			return &jsonschema.ValidationError{}
		}
		return nil
	}
	return v.schema.Validate(document)
}

// deeper reports whether a document has more levels than that.
func deeper(document any, levels int) bool {
	switch v := document.(type) {
	case []any:
		return levels == 0 || slices.ContainsFunc(v, func(item any) bool { return deeper(item, levels-1) })
	case map[string]any:
		if levels == 0 {
			return true
		}
		for _, item := range v {
			if deeper(item, levels-1) {
				return true
			}
		}
	}
	return false
}

// step counts steps that are about to be made.
func (v *traitsValidator) step(n int) {
	if v.left -= n; v.left < 0 {
		panic(stopped{errSteps})
	}
	if v.ctx.Err() != nil {
		panic(stopped{waiting(v.ctx)})
	}
}

// waiting is the error of a context that has ended.
func waiting(ctx context.Context) error {
	return fmt.Errorf("kratos: validating traits: %w", ctx.Err())
}
