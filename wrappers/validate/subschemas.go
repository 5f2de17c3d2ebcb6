package validate

import (
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// onSelf are the schemas that s applies to the value itself; some are nil.
func onSelf(s *jsonschema.Schema) []*jsonschema.Schema {
	all := slices.Concat(s.AllOf, s.AnyOf, s.OneOf, []*jsonschema.Schema{s.Ref, s.RecursiveRef, s.Not, s.If, s.Then, s.Else, s.ContentSchema})
	if s.DynamicRef != nil {
		all = append(all, s.DynamicRef.Ref)
	}
	all = slices.AppendSeq(all, maps.Values(s.DependentSchemas))
	for _, one := range s.Dependencies {
		all = append(all, either(one)...)
	}
	return all
}

// onElements are the schemas that s applies to any element of an array; some are nil.
func onElements(s *jsonschema.Schema) []*jsonschema.Schema {
	all := []*jsonschema.Schema{s.Contains, s.Items2020, s.UnevaluatedItems}
	if items, ok := s.Items.(*jsonschema.Schema); ok {
		all = append(all, items)
	}
	return append(all, either(s.AdditionalItems)...)
}

// onMembers are the schemas that s applies to any member of an object, or to its name; some are
// nil.
func onMembers(s *jsonschema.Schema) []*jsonschema.Schema {
	return append(either(s.AdditionalProperties), s.PropertyNames, s.UnevaluatedProperties)
}

// onParts are the schemas that s applies to certain elements or members; some are nil.
func onParts(s *jsonschema.Schema) []*jsonschema.Schema {
	all := slices.Concat(either(s.Items), s.PrefixItems)
	all = slices.AppendSeq(all, maps.Values(s.Properties))
	return slices.AppendSeq(all, maps.Values(s.PatternProperties))
}

// either returns the schemas of a keyword that has a schema, a list of them, or something else.
func either(v any) []*jsonschema.Schema {
	switch v := v.(type) {
	case *jsonschema.Schema:
		return []*jsonschema.Schema{v}
	case []*jsonschema.Schema:
		return v
	}
	return nil
}
