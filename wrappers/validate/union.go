package validate

import (
	"bytes"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// decodeUnion decodes an object of a union by the selected alternative. The returned schema is nil
// if none can be selected.
func (v *validation) decodeUnion(dec *decoder, s *openapi3.Schema) (*openapi3.Schema, any, error) {
	value, err := dec.ReadValue()
	switch {
	case err != nil:
		return nil, nil, err
	case value.Kind() == 'n':
		if !s.Nullable {
			v.report(v.position(""), "nullable", "must not be null")
		}
		return nil, map[string]any{}, nil
	case value.Kind() != '{':
		v.report(v.position(""), "type", "must be an object")
		return nil, map[string]any{}, nil
	}
	data := slices.Clone(value) // the decoder reuses its buffer
	var selected *openapi3.Schema
	if s.Discriminator != nil {
		selected = v.selectByDiscriminator(s, data)
	} else {
		selected = bestMatch(s, data)
	}
	if selected == nil {
		return nil, map[string]any{}, nil
	}
	_, object, err := v.decode(newJSONDecoder(bytes.NewBuffer(data), allowDuplicates), selected)
	if s.Discriminator != nil && !slices.Contains(alternatives(s), selected) {
		selected = nil
	}
	return selected, object, err
}

// selectByDiscriminator returns the alternative that the discriminator of an object names; nil if
// it is invalid. For a request without one, it returns a schema with the properties of all
// alternatives, so that their names are validated.
func (v *validation) selectByDiscriminator(s *openapi3.Schema, object []byte) *openapi3.Schema {
	name := s.Discriminator.PropertyName
	value := findProperty(object, name)
	if value == nil {
		v.report(v.position(name), "required", "is missing; allowed are "+join(discriminatorValues(s)))
		if v.isResponse {
			return nil
		}
		return mergeAlternatives(s)
	}
	token, err := newJSONDecoder(bytes.NewBuffer(value), allowDuplicates).ReadToken()
	if err != nil || token.Kind() != '"' {
		v.report(v.position(name), "type", "must be a string")
		return nil
	}
	selected := alternativeFor(s, token.String())
	if selected == nil && (!v.isResponse || v.strict) {
		v.report(v.position(name), "discriminator", "must be one of "+join(discriminatorValues(s)))
	}
	return selected
}

// discriminatorValues returns the sorted values that a discriminator can have.
func discriminatorValues(s *openapi3.Schema) []string {
	return slices.Sorted(maps.Keys(s.Discriminator.Mapping))
}

// alternativeFor returns the alternative for a value of the discriminator; nil if there is none.
func alternativeFor(s *openapi3.Schema, value string) *openapi3.Schema {
	target, known := s.Discriminator.Mapping[value]
	if !known {
		return nil
	}
	i := slices.IndexFunc(s.OneOf, func(ref *openapi3.SchemaRef) bool { return ref.Ref == target.Ref })
	if i < 0 {
		return nil
	}
	return deref(s.OneOf[i])
}

// eachProperty calls f for each property of a JSON object, until f returns false.
func eachProperty(object []byte, f func(name string, value []byte) bool) {
	dec := newJSONDecoder(bytes.NewBuffer(object), allowDuplicates)
	_, err := dec.ReadToken()
	for err == nil && dec.PeekKind() == '"' {
		token, _ := dec.ReadToken()
		name := token.String()
		var value []byte
		if value, err = dec.ReadValue(); err == nil && !f(name, value) {
			return
		}
	}
}

// findProperty returns the value of a property of a JSON object; nil if there is none.
func findProperty(object []byte, name string) (found []byte) {
	eachProperty(object, func(other string, value []byte) bool {
		if other == name {
			found = slices.Clone(value)
		}
		return other != name
	})
	return found
}

// bestMatch returns the alternative of whose required properties an object has the largest part, and
// among several that which has the most of its properties: a login flow has all that a registration
// flow requires.
func bestMatch(s *openapi3.Schema, object []byte) *openapi3.Schema {
	all := alternatives(s)
	required, known := make([]int, len(all)), make([]int, len(all))
	eachProperty(object, func(name string, _ []byte) bool {
		for i, alternative := range all {
			if slices.Contains(alternative.Required, name) {
				required[i]++
			}
			if alternative.Properties[name] != nil {
				known[i]++
			}
		}
		return true
	})
	best := 0
	for i, alternative := range all {
		part := required[i] * max(1, len(all[best].Required))
		bestPart := required[best] * max(1, len(alternative.Required))
		if part > bestPart || part == bestPart && known[i] > known[best] {
			best = i
		}
	}
	return all[best]
}

// mergeAlternatives returns a schema with the properties of all alternatives, none of them
// required.
func mergeAlternatives(s *openapi3.Schema) *openapi3.Schema {
	merged := openapi3.NewObjectSchema()
	merged.Properties = openapi3.Schemas{}
	for _, alternative := range slices.Backward(alternatives(s)) {
		maps.Copy(merged.Properties, alternative.Properties)
	}
	return merged
}
