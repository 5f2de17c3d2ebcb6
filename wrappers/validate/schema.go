package validate

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// resolve returns the schema that a reference leads to, nil if there is none.
func resolve(ref *openapi3.SchemaRef) *openapi3.Schema {
	if ref == nil {
		return nil
	}
	return ref.Value
}

// resolved returns the schema that has the members of s: the only one of its allOf, where it has no
// members itself.
func resolved(s *openapi3.Schema) *openapi3.Schema {
	for s != nil && len(s.AllOf) == 1 && len(s.Properties) == 0 {
		s = s.AllOf[0].Value
	}
	return s
}

// alternatives are the schemas of a oneOf or anyOf.
func alternatives(s *openapi3.Schema) (all []*openapi3.Schema) {
	for _, ref := range slices.Concat(s.OneOf, s.AnyOf) {
		all = append(all, ref.Value)
	}
	return all
}

func isUnion(s *openapi3.Schema) bool { return len(s.OneOf)+len(s.AnyOf) > 0 }

// isFree reports whether nothing is said of the members of an object.
func isFree(s *openapi3.Schema) bool {
	s = resolved(s)
	return s == nil || len(s.Properties)+len(s.AllOf)+len(s.Required) == 0 && s.AdditionalProperties.Schema == nil &&
		(s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has) && s.MinProps == 0 && s.MaxProps == nil
}

// isCompared reports whether what a schema says depends on all of an object or array.
func isCompared(s *openapi3.Schema) bool {
	return s.Not != nil || len(s.Enum) > 0 || s.UniqueItems || s.Items == nil && (s.MinItems > 0 || s.MaxItems != nil)
}

// member returns the schema of a member, and whether the description has its name.
func member(s *openapi3.Schema, name string) (*openapi3.Schema, bool) {
	if s == nil {
		return nil, false
	}
	if p := s.Properties[name]; p != nil {
		return p.Value, true
	}
	for _, one := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		if below, known := member(one.Value, name); known {
			return below, true
		}
	}
	return resolve(resolved(s).AdditionalProperties.Schema), false
}

// names are the names of all members that the description has, in order.
func names(s *openapi3.Schema) []string {
	all := map[string]bool{}
	for name := range s.Properties {
		all[name] = true
	}
	for _, one := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		for _, name := range names(one.Value) {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// discriminators are the values that a discriminator may have, in order.
func discriminators(s *openapi3.Schema) []string {
	return slices.Sorted(maps.Keys(s.Discriminator.Mapping))
}

// isAlternative reports whether one is among the alternatives of s.
func isAlternative(s, one *openapi3.Schema) bool { return slices.Contains(alternatives(s), one) }

// safePointer writes a JSON Pointer without the names that the description does not have.
func safePointer(s *openapi3.Schema, path []string) string {
	var b strings.Builder
	for _, token := range path {
		below, known := memberOrItem(s, token)
		if s = below; !known {
			token = redactedName
		}
		b.WriteString("/" + token)
	}
	return b.String()
}

func memberOrItem(s *openapi3.Schema, token string) (*openapi3.Schema, bool) {
	if s != nil && s.Items != nil {
		if _, err := strconv.ParseUint(token, 10, 32); err == nil {
			return s.Items.Value, true
		}
	}
	return member(s, token)
}
