package validate

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// decode decodes the next value as far as a schema constrains it, and skips everything else, so
// that the cost is proportional to the size of the data. It reports property names and
// discriminators, because kin-openapi does not know the rules for names, and gives no pointer to a
// discriminator.
//
// It returns the schema to validate the value against: for a union, the selected alternative.
func (v *validation) decode(dec *decoder, s *openapi3.Schema) (*openapi3.Schema, any, error) {
	kind := dec.PeekKind()
	switch {
	case s != nil && isUnion(s):
		return v.decodeUnion(dec, s)
	case s != nil && (kind == '{' || kind == '[') && needsFullValue(s):
		value, err := v.decodeFully(dec, s)
		return s, value, err
	case s != nil && kind == '{' && !isFreeForm(s):
		value, err := v.decodeObject(dec, s)
		return s, value, err
	case s != nil && kind == '[' && s.Items != nil:
		value, err := v.decodeArray(dec, deref(s.Items))
		return s, value, err
	case kind == '{':
		return s, map[string]any{}, dec.SkipValue()
	case kind == '[':
		return s, []any{}, dec.SkipValue()
	case s != nil && kind == '"' && !s.Type.Permits(openapi3.TypeString):
		return s, "", dec.SkipValue() // any string violates the type
	case s != nil && kind == '0' && !s.Type.Permits(openapi3.TypeInteger) && !s.Type.Permits(openapi3.TypeNumber):
		return s, json.Number("0"), dec.SkipValue() // any number violates the type
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

// decodeFully decodes a value without skipping anything, because it is compared with others.
func (v *validation) decodeFully(dec *decoder, s *openapi3.Schema) (value any, err error) {
	data, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	full := json.NewDecoder(bytes.NewReader(data))
	full.UseNumber()
	if err := full.Decode(&value); err != nil {
		return nil, err
	}
	names := newJSONDecoder(bytes.NewBuffer(slices.Clone(data)), allowDuplicates) // dec found none
	if names.PeekKind() == '[' {
		_, err = v.decodeArray(names, deref(s.Items))
		return value, err
	}
	_, err = v.decodeObject(names, s)
	return value, err
}

func (v *validation) decodeArray(dec *decoder, items *openapi3.Schema) (any, error) {
	array := []any{}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	for dec.PeekKind() != ']' {
		err := v.descend(pathToken{index: len(array)}, func() error {
			_, item, err := v.decode(dec, items)
			array = append(array, item)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return array, err
}

func (v *validation) decodeObject(dec *decoder, s *openapi3.Schema) (any, error) {
	object := map[string]any{}
	if _, err := dec.ReadToken(); err != nil {
		return nil, err
	}
	keepUnknown := s.MinProps > 0 || s.MaxProps != nil
	for n := 1; dec.PeekKind() != '}'; n++ {
		token, err := dec.ReadToken()
		if err != nil {
			return nil, err
		}
		name := token.String()
		property, known := lookUpProperty(s, name)
		printed := name
		if !known {
			v.reportUnknownName(s, name, n)
			printed = redactedName
		}
		if property == nil && !known && !keepUnknown {
			if err := dec.SkipValue(); err != nil {
				return nil, err
			}
			continue
		}
		err = v.descend(pathToken{name: printed}, func() error {
			_, object[name], err = v.decode(dec, property)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	_, err := dec.ReadToken()
	return object, err
}
