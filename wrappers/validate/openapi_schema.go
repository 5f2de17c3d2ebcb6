package validate

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// deref returns the schema of a reference; nil if there is none.
func deref(ref *openapi3.SchemaRef) *openapi3.Schema {
	if ref == nil {
		return nil
	}
	return ref.Value
}

// unwrapAllOf returns the schema that has the properties of s, which may be an allOf with a single
// schema.
func unwrapAllOf(s *openapi3.Schema) *openapi3.Schema {
	for s != nil && len(s.AllOf) == 1 && len(s.Properties) == 0 {
		s = s.AllOf[0].Value
	}
	return s
}

// isUnion reports whether s is a oneOf or anyOf.
func isUnion(s *openapi3.Schema) bool { return len(s.OneOf)+len(s.AnyOf) > 0 }

// alternatives returns the schemas of a union.
func alternatives(s *openapi3.Schema) (all []*openapi3.Schema) {
	for _, ref := range slices.Concat(s.OneOf, s.AnyOf) {
		all = append(all, ref.Value)
	}
	return all
}

// isFreeForm reports whether s does not constrain the properties of an object.
func isFreeForm(s *openapi3.Schema) bool {
	s = unwrapAllOf(s)
	return s == nil || len(s.Properties)+len(s.AllOf)+len(s.Required) == 0 && s.AdditionalProperties.Schema == nil &&
		(s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has) && s.MinProps == 0 && s.MaxProps == nil
}

// needsFullValue reports whether a keyword of s depends on everything in an object or array.
func needsFullValue(s *openapi3.Schema) bool {
	return s.Not != nil || len(s.Enum) > 0 || s.UniqueItems || s.Items == nil && (s.MinItems > 0 || s.MaxItems != nil)
}

// lookUpProperty returns the schema of a property, and whether s declares the name.
func lookUpProperty(s *openapi3.Schema, name string) (property *openapi3.Schema, known bool) {
	if s == nil {
		return nil, false
	}
	if p := s.Properties[name]; p != nil {
		return p.Value, true
	}
	for _, sub := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		if property, known := lookUpProperty(sub.Value, name); known {
			return property, true
		}
	}
	return deref(unwrapAllOf(s).AdditionalProperties.Schema), false
}

// lookUpToken returns the schema of a property or array item, and whether s declares it.
func lookUpToken(s *openapi3.Schema, token string) (*openapi3.Schema, bool) {
	if s != nil && s.Items != nil {
		if _, err := strconv.ParseUint(token, 10, 32); err == nil {
			return s.Items.Value, true
		}
	}
	return lookUpProperty(s, token)
}

// propertyNames returns the sorted names of all properties that s declares.
func propertyNames(s *openapi3.Schema) []string {
	all := map[string]bool{}
	for name := range s.Properties {
		all[name] = true
	}
	for _, sub := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		for _, name := range propertyNames(sub.Value) {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// redactPointer returns the JSON Pointer of a path of unescaped tokens, in which names that s does
// not declare are replaced.
func redactPointer(s *openapi3.Schema, path []string) string {
	var b strings.Builder
	for _, token := range path {
		child, known := lookUpToken(s, token)
		if s = child; !known {
			token = redactedName
		}
		b.WriteString("/" + escapeToken(token))
	}
	return b.String()
}
