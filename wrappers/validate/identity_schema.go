package validate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// identitySchema is a compiled identity schema, and the names of its members.
type identitySchema struct {
	compiled *jsonschema.Schema
	names    map[string]bool
}

// schemaURL stands for where a schema is, which nothing is loaded from.
const schemaURL = "https://schema.invalid/identity.schema.json"

// newIdentitySchema compiles a schema without loading anything that it refers to elsewhere.
func newIdentitySchema(text []byte) (*identitySchema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("kratos: %w: it is no JSON", ErrSchema)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	for _, f := range formats() {
		c.RegisterFormat(f)
	}
	if err := c.AddResource(schemaURL, doc); err != nil {
		return nil, fmt.Errorf("kratos: %w: it is no JSON Schema", ErrSchema)
	}
	compiled, err := c.Compile(schemaURL)
	var elsewhere *jsonschema.LoadURLError
	if errors.As(err, &elsewhere) {
		return nil, fmt.Errorf("kratos: %w: it refers to another document, which is not loaded", ErrSchema)
	}
	if err != nil {
		return nil, fmt.Errorf("kratos: %w: it is no valid JSON Schema", ErrSchema)
	}
	s := &identitySchema{compiled, map[string]bool{}}
	s.collect(doc)
	return s, nil
}

// collect notes the names of all members that a schema declares, wherever it does.
func (s *identitySchema) collect(v any) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			s.collect(item)
		}
	case map[string]any:
		if declared, ok := v["properties"].(map[string]any); ok {
			for name := range declared {
				s.names[name] = true
			}
		}
		for _, item := range v {
			s.collect(item)
		}
	}
}

// judge judges traits, which Kratos puts into an object of their own for that.
func (s *identitySchema) judge(j *judge, traits []byte, where string) {
	if fault := jsonv2.Check(traits); fault != nil && fault.Duplicate {
		j.problem(where, "duplicate", "must have no name twice")
		return
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(traits))
	if err != nil {
		j.problem(where, "syntax", "must be JSON")
		return
	}
	if huge(v) {
		j.problem(where, "number", "must have no number that is larger, longer or smaller than a double-precision one")
		return
	}
	document := map[string]any{"traits": v}
	var e *jsonschema.ValidationError
	if err := s.compiled.Validate(document); errors.As(err, &e) {
		t := traitsJudge{names: s.names, document: document, where: where}
		t.collect(e)
		for _, p := range t.sorted() {
			j.problem(p.Where, p.Rule, p.Message)
		}
	}
}

// huge reports whether there is a number in v whose exact value takes long to reckon with: the JSON Schema library does that.
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
