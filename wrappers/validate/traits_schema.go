package validate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Limits of an identity schema. The time to compile it grows with the square of its number of
// objects, and with the cube of its depth.
const (
	maxSchemaBytes   = 1 << 20
	maxSchemaDepth   = 256
	maxSchemaObjects = 4000
)

// identitySchema is an identity schema that many goroutines can use.
type identitySchema struct {
	document any
	names    map[string]bool      // the properties that it declares
	pool     chan *compiledSchema // one entry per CPU, nil until it is needed
}

// newIdentitySchema parses and compiles a schema, without loading documents that it refers to.
func newIdentitySchema(data []byte) (*identitySchema, error) {
	if len(data) > maxSchemaBytes {
		return nil, fmt.Errorf("kratos: %w: more than %d bytes", ErrInvalidSchema, maxSchemaBytes)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("kratos: %w: not valid JSON", ErrInvalidSchema)
	}
	s := &identitySchema{document: document, names: map[string]bool{}}
	if objects := s.collectNames(document, 1); objects > maxSchemaObjects {
		return nil, fmt.Errorf("kratos: %w: more than %d objects or %d levels", ErrInvalidSchema, maxSchemaObjects, maxSchemaDepth)
	}
	first, err := compile(document)
	if err != nil {
		return nil, err
	}
	s.pool = make(chan *compiledSchema, max(1, runtime.GOMAXPROCS(0)))
	s.pool <- first
	for len(s.pool) < cap(s.pool) {
		s.pool <- nil
	}
	return s, nil
}

// collectNames collects the names of all properties that a schema declares, and returns its number
// of objects; more than the limit if it is too deep.
func (s *identitySchema) collectNames(v any, depth int) (objects int) {
	if depth > maxSchemaDepth {
		return maxSchemaObjects + 1
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			objects += s.collectNames(item, depth+1)
		}
	case map[string]any:
		objects++
		if properties, ok := v["properties"].(map[string]any); ok {
			for name := range properties {
				s.names[name] = true
			}
		}
		for _, item := range v {
			objects += s.collectNames(item, depth+1)
		}
	}
	return objects
}

// validate validates traits whose JSON Pointer is pointer. As Kratos does, it wraps them in an
// object of their own. The returned error is that of ctx.
func (s *identitySchema) validate(ctx context.Context, v *validation, traits []byte, pointer string) error {
	at := inBodyAt(pointer)
	if errors.Is(checkJSON(traits), errDuplicate) {
		v.report(at, "duplicate", "must not have a name twice")
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(traits))
	if err != nil {
		v.report(at, "syntax", "must be JSON")
		return nil
	}
	if hasUnsafeNumber(value) {
		v.report(at, "range", "must not have a number of more than 400 characters or beyond the range of a float64")
		return nil
	}
	document := map[string]any{"traits": value}
	var e *jsonschema.ValidationError
	switch err := s.run(ctx, document, len(traits)); {
	case err == nil:
	case errors.Is(err, errTooManySteps):
		v.report(at, "cost", "takes too many steps to validate against the identity schema")
	case !errors.As(err, &e):
		return err
	case e.ErrorKind == nil: // the document is too deep for details
		v.report(at, "schema", violatesSchema)
	default:
		t := traitsErrors{names: s.names, document: document, pointer: pointer}
		t.collect(e)
		for _, e := range t.sorted() {
			v.report(e.at, e.keyword, e.message)
		}
	}
	return nil
}

// run validates a document that has size bytes as JSON, with a compiled schema from the pool.
func (s *identitySchema) run(ctx context.Context, document any, size int) error {
	var compiled *compiledSchema
	select {
	case compiled = <-s.pool:
	case <-ctx.Done():
		return validationCancelled(ctx)
	}
	defer func() { s.pool <- compiled }()
	if compiled == nil {
		var err error
		if compiled, err = compile(s.document); err != nil {
			return err
		}
	}
	return compiled.validate(ctx, document, size)
}

// hasUnsafeNumber reports whether v has a number that takes long to compute with exactly, as the
// JSON Schema library does.
func hasUnsafeNumber(v any) bool {
	switch v := v.(type) {
	case json.Number:
		_, exponent, _ := strings.Cut(strings.ToLower(string(v)), "e")
		power, err := strconv.Atoi(strings.TrimPrefix(exponent, "+"))
		_, tooLarge := v.Float64()
		return tooLarge != nil || len(v) > 400 || exponent != "" && (err != nil || power < -400)
	case []any:
		return slices.ContainsFunc(v, hasUnsafeNumber)
	case map[string]any:
		for _, item := range v {
			if hasUnsafeNumber(item) {
				return true
			}
		}
	}
	return false
}
