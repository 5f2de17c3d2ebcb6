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

// Limits of an identity schema. Compiling takes the square of the number of its objects, and the
// cube of its depth.
const (
	maxSchemaBytes   = 1 << 20
	maxSchemaDepth   = 256
	maxSchemaObjects = 4000
)

// identitySchema is a compiled identity schema, and the names of its members.
type identitySchema struct {
	document any
	names    map[string]bool
	idle     chan *traitsValidator // a place for each validator that may exist, nil where none was compiled yet
}

// schemaURL stands for where a schema is, which nothing is loaded from.
const schemaURL = "https://schema.invalid/identity.schema.json"

// newIdentitySchema compiles a schema without loading anything that it refers to elsewhere.
func newIdentitySchema(text []byte) (*identitySchema, error) {
	if len(text) > maxSchemaBytes {
		return nil, fmt.Errorf("kratos: %w: it has more than %d bytes", ErrSchema, maxSchemaBytes)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("kratos: %w: it is no JSON", ErrSchema)
	}
	s := &identitySchema{document: document, names: map[string]bool{}}
	if objects := s.collect(document, 1); objects > maxSchemaObjects {
		return nil, fmt.Errorf("kratos: %w: it has more than %d objects, or is nested more than %d deep", ErrSchema, maxSchemaObjects, maxSchemaDepth)
	}
	first, err := newTraitsValidator(document)
	if err != nil {
		return nil, err
	}
	s.idle = make(chan *traitsValidator, max(1, runtime.GOMAXPROCS(0)))
	s.idle <- first
	for len(s.idle) < cap(s.idle) {
		s.idle <- nil
	}
	return s, nil
}

// collect notes the names of all members that a schema declares, wherever it does, and returns how
// many objects there are; more than are allowed where the schema is too deep.
func (s *identitySchema) collect(v any, depth int) (objects int) {
	if depth > maxSchemaDepth {
		return maxSchemaObjects + 1
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			objects += s.collect(item, depth+1)
		}
	case map[string]any:
		objects++
		if declared, ok := v["properties"].(map[string]any); ok {
			for name := range declared {
				s.names[name] = true
			}
		}
		for _, item := range v {
			objects += s.collect(item, depth+1)
		}
	}
	return objects
}

// judge validates traits, which Kratos puts into an object of their own for that. The error is that
// of ctx.
func (s *identitySchema) judge(ctx context.Context, j *validation, traits []byte, where string) error {
	if errors.Is(checkJSON(traits), errDuplicate) {
		j.problem(where, "duplicate", "must have no name twice")
		return nil
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(traits))
	if err != nil {
		j.problem(where, "syntax", "must be JSON")
		return nil
	}
	if huge(v) {
		j.problem(where, "number", "must have no number that is larger, longer or smaller than a double-precision one")
		return nil
	}
	document := map[string]any{"traits": v}
	var e *jsonschema.ValidationError
	switch err := s.validate(ctx, document, len(traits)); {
	case err == nil:
	case errors.Is(err, errSteps):
		j.problem(where, "cost", "must be simpler: to validate it by the identity schema takes too many steps")
	case !errors.As(err, &e):
		return err
	case e.ErrorKind == nil: // of a document that is too deep for more
		j.problem(where, "schema", "must be as the identity schema says")
	default:
		t := traitsJudge{names: s.names, document: document, where: where}
		t.collect(e)
		for _, p := range t.sorted() {
			j.problem(p.Pointer, p.Keyword, p.Message)
		}
	}
	return nil
}

// validate validates a document of so many bytes. There are no more validators than can run at a
// time.
func (s *identitySchema) validate(ctx context.Context, document any, size int) error {
	var v *traitsValidator
	select {
	case v = <-s.idle:
	case <-ctx.Done():
		return waiting(ctx)
	}
	defer func() { s.idle <- v }()
	if v == nil {
		var err error
		if v, err = newTraitsValidator(s.document); err != nil {
			return err
		}
	}
	return v.validate(ctx, document, size)
}

// huge reports whether there is a number in v whose exact value takes long to reckon with: the JSON
// Schema library does that.
func huge(v any) bool {
	switch v := v.(type) {
	case json.Number:
		_, exponent, _ := strings.Cut(strings.ToLower(string(v)), "e")
		power, err := strconv.Atoi(strings.TrimPrefix(exponent, "+"))
		_, tooLarge := v.Float64()
		return tooLarge != nil || len(v) > 400 || exponent != "" && (err != nil || power < -400)
	case []any:
		return slices.ContainsFunc(v, huge)
	case map[string]any:
		for _, item := range v {
			if huge(item) {
				return true
			}
		}
	}
	return false
}
