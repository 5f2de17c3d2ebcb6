package validate

import (
	"bytes"
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// decodeUnion decodes an object of which a schema has alternatives, by one of them. The schema is
// nil if it is not known by which the object is to be validated.
func (v *validation) decodeUnion(dec *decoder, s *openapi3.Schema) (*openapi3.Schema, any, error) {
	value, err := dec.ReadValue()
	switch {
	case err != nil:
		return nil, nil, err
	case value.Kind() == 'n':
		if !s.Nullable {
			v.problem(v.where(""), "nullable", "must not be null")
		}
		return nil, map[string]any{}, nil
	case value.Kind() != '{':
		v.problem(v.where(""), "type", "must be an object")
		return nil, map[string]any{}, nil
	}
	text := slices.Clone(value) // the decoder uses its bytes again
	var chosen *openapi3.Schema
	if s.Discriminator != nil {
		chosen = v.discriminated(s, text)
	} else {
		chosen = closest(s, text)
	}
	if chosen == nil {
		return nil, map[string]any{}, nil
	}
	_, object, err := v.decode(newJSONDecoder(bytes.NewBuffer(text), anyJSON), chosen)
	if s.Discriminator != nil && !isAlternative(s, chosen) {
		chosen = nil
	}
	return chosen, object, err
}

// discriminated returns the alternative that the discriminator of an object names. If a request has
// none, that is a schema with the members of all alternatives, so that their names are looked at;
// otherwise nil.
func (v *validation) discriminated(s *openapi3.Schema, text []byte) *openapi3.Schema {
	name := s.Discriminator.PropertyName
	raw := find(text, name)
	if raw == nil {
		v.problem(v.where(name), "required", "is missing; it is one of "+list(discriminators(s)))
		if v.response {
			return nil
		}
		return everyMember(s)
	}
	token, err := newJSONDecoder(bytes.NewBuffer(raw), anyJSON).ReadToken()
	if err != nil || token.Kind() != '"' {
		v.problem(v.where(name), "type", "must be a string")
		return nil
	}
	variant := variantOf(s, token.String())
	if variant == nil && (!v.response || v.strict) {
		v.problem(v.where(name), "discriminator", "must be one of "+list(discriminators(s)))
	}
	return variant
}

// variantOf returns the alternative that a value of the discriminator stands for; nil if it is
// none.
func variantOf(s *openapi3.Schema, value string) *openapi3.Schema {
	target, known := s.Discriminator.Mapping[value]
	if !known {
		return nil
	}
	i := slices.IndexFunc(s.OneOf, func(one *openapi3.SchemaRef) bool { return one.Ref == target.Ref })
	if i < 0 {
		return nil
	}
	return resolve(s.OneOf[i])
}

// members calls f for each member of an object, until that returns false.
func members(object []byte, f func(name string, value []byte) bool) {
	dec := newJSONDecoder(bytes.NewBuffer(object), anyJSON)
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

// find returns a member of an object as it is written, nil if there is none of that name.
func find(object []byte, name string) (found []byte) {
	members(object, func(other string, value []byte) bool {
		if other == name {
			found = slices.Clone(value)
		}
		return other != name
	})
	return found
}

// closest returns the alternative of whose required members an object has the largest part: that is
// what it is meant to be.
func closest(s *openapi3.Schema, object []byte) *openapi3.Schema {
	all := alternatives(s)
	had := make([]int, len(all))
	members(object, func(name string, _ []byte) bool {
		for i, one := range all {
			if slices.Contains(one.Required, name) {
				had[i]++
			}
		}
		return true
	})
	best := 0
	for i, one := range all {
		if had[i]*max(1, len(all[best].Required)) > had[best]*max(1, len(one.Required)) {
			best = i
		}
	}
	return all[best]
}

// everyMember returns a schema with the members of all alternatives, none of them required.
func everyMember(s *openapi3.Schema) *openapi3.Schema {
	all := openapi3.NewObjectSchema()
	all.Properties = openapi3.Schemas{}
	for _, one := range slices.Backward(alternatives(s)) {
		maps.Copy(all.Properties, one.Properties)
	}
	return all
}
