package validate

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// decode decodes the next value as far as a schema says anything of it, and goes past the rest, so
// that its cost is in proportion to the text. It reports names and discriminators, which
// kin-openapi does not know about or has no place for, and returns the schema that the value is to
// be validated by: of alternatives, the one that it is meant to be.
func (v *validation) decode(dec *decoder, s *openapi3.Schema) (*openapi3.Schema, any, error) {
	kind := dec.PeekKind()
	switch {
	case s != nil && isUnion(s):
		return v.decodeUnion(dec, s)
	case s != nil && (kind == '{' || kind == '[') && isCompared(s):
		value, err := v.decodeWhole(dec, s)
		return s, value, err
	case s != nil && kind == '{' && !isFree(s):
		value, err := v.decodeObject(dec, s)
		return s, value, err
	case s != nil && kind == '[' && s.Items != nil:
		value, err := v.decodeArray(dec, resolve(s.Items))
		return s, value, err
	case kind == '{':
		return s, map[string]any{}, dec.SkipValue()
	case kind == '[':
		return s, []any{}, dec.SkipValue()
	case s != nil && kind == '"' && !s.Type.Permits(openapi3.TypeString):
		return s, "", dec.SkipValue() // which is of the wrong type, whatever it says
	case s != nil && kind == '0' && !s.Type.Permits(openapi3.TypeInteger) && !s.Type.Permits(openapi3.TypeNumber):
		return s, json.Number("0"), dec.SkipValue()
	}
	token, err := dec.ReadToken()
	if err != nil {
		return s, nil, err
	}
	switch kind {
	case '"':
		return s, token.String(), nil
	case 't', 'f':
		return s, token.Bool(), nil
	case '0':
		return s, json.Number(token.String()), nil
	}
	return s, nil, nil
}

// decodeWhole decodes a value that is compared with others, so that all of it counts.
func (v *validation) decodeWhole(dec *decoder, s *openapi3.Schema) (value any, err error) {
	text, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	whole := json.NewDecoder(bytes.NewReader(text))
	whole.UseNumber()
	if err := whole.Decode(&value); err != nil {
		return nil, err
	}
	names := newJSONDecoder(bytes.NewBuffer(slices.Clone(text)), anyJSON)
	if names.PeekKind() == '[' {
		_, err = v.decodeArray(names, resolve(s.Items))
		return value, err
	}
	_, err = v.decodeObject(names, s)
	return value, err
}

func (v *validation) decodeArray(dec *decoder, items *openapi3.Schema) (any, error) {
	all := []any{}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	for dec.PeekKind() != ']' {
		err := v.inside(step{index: len(all)}, func() error {
			_, item, err := v.decode(dec, items)
			all = append(all, item)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return all, err
}

func (v *validation) decodeObject(dec *decoder, s *openapi3.Schema) (any, error) {
	object := map[string]any{}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	counted := s.MinProps > 0 || s.MaxProps != nil
	for n := 1; dec.PeekKind() != '}'; n++ {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		below, known := member(s, name)
		at := name
		if !known {
			v.unknownName(s, name, n)
			at = redactedName
		}
		if below == nil && !known && !counted {
			if err := dec.SkipValue(); err != nil {
				return nil, err
			}
			continue
		}
		err = v.inside(step{name: at}, func() error {
			_, object[name], err = v.decode(dec, below)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return object, err
}
