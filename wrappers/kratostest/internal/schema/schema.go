// Package schema reads an [identity schema] as Kratos does: which traits are valid and with which
// messages others are rejected, what the extension "ory.sh/kratos" takes from traits, and the
// fields of a form. The JSON Schema library compiles a schema; validation follows Kratos, which
// reports more than the first violation of a value. Whether a phone number can exist is not
// validated.
//
// [identity schema]: https://www.ory.sh/docs/kratos/manage-identities/identity-schema
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kratoskit/kratos-go/internal/formats"
)

// Schema is an identity schema. It is safe for concurrent use.
type Schema struct {
	// ID is the name of the schema, and JSON the schema as it was written.
	ID   string
	JSON json.RawMessage
	// Label is the title of the field for the identifier of a login, or "" if the schema does not
	// have exactly one.
	Label string

	compiled *jsonschema.Schema
	keywords map[string]*keywords // by the location of a subschema
	order    []string             // names of fields in the order of a form
	fields   func() []Field
}

// location is the URL of a compiled schema; nothing is loaded from it.
const location = "https://schema.invalid/identity.schema.json"

// Parse reads a schema in JSON Schema draft 4, 6 or 7 (7 if it does not say). It returns an error
// if the schema or its extension is not valid, or refers to another document.
func Parse(id string, data []byte) (*Schema, error) {
	document, err := readDocument(data)
	if err != nil {
		return nil, fmt.Errorf("kratos: identity schema %q: %w", id, err)
	}
	compiled, err := compile(document.value)
	if err != nil {
		return nil, fmt.Errorf("kratos: identity schema %q: %w", id, err)
	}
	s := &Schema{ID: id, JSON: bytes.Clone(data), compiled: compiled, keywords: document.keywords, order: document.order()}
	if len(document.labels) == 1 {
		s.Label = document.labels[0]
	}
	s.fields = sync.OnceValue(s.listFields)
	return s, nil
}

func compile(document any) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.AssertFormat()
	c.UseLoader(noLoader{})
	for _, f := range formats.All() {
		c.RegisterFormat(f)
	}
	if err := c.AddResource(location, document); err != nil {
		return nil, err
	}
	compiled, err := c.Compile(location)
	if err != nil {
		return nil, err
	}
	if compiled.DraftVersion > 7 {
		return nil, errors.New("its draft of JSON Schema is later than 7, up to which Kratos reads")
	}
	return compiled, nil
}

// noLoader refuses to load another document.
type noLoader struct{}

// Load fails.
func (noLoader) Load(string) (any, error) {
	return nil, errors.New("other documents are not loaded")
}

// keywordsOf returns the keywords of a subschema that the library does not keep.
func (s *Schema) keywordsOf(sub *jsonschema.Schema) *keywords {
	if k, ok := s.keywords[sub.Location]; ok {
		return k
	}
	return &keywords{}
}

// document returns traits as the document that a schema is for.
func document(traits json.RawMessage) (any, error) {
	if len(traits) == 0 {
		return map[string]any{"traits": map[string]any{}}, nil
	}
	value, err := decode(traits)
	if err != nil {
		return nil, errors.New("the traits are not JSON")
	}
	return map[string]any{"traits": value}, nil
}
