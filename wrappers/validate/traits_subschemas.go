package validate

import (
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The functions in this file return the subschemas of a schema by what they apply to. Some elements
// are nil.

// inPlace returns the subschemas that apply to the value itself.
func inPlace(s *jsonschema.Schema) []*jsonschema.Schema {
	all := slices.Concat(s.AllOf, s.AnyOf, s.OneOf, []*jsonschema.Schema{
		s.Ref, s.RecursiveRef, s.Not, s.If, s.Then, s.Else, s.ContentSchema,
	})
	if s.DynamicRef != nil {
		all = append(all, s.DynamicRef.Ref)
	}
	all = slices.AppendSeq(all, maps.Values(s.DependentSchemas))
	for _, dependency := range s.Dependencies {
		all = append(all, subschemas(dependency)...)
	}
	return all
}

// forAnyItem returns the subschemas that apply to any item of an array.
func forAnyItem(s *jsonschema.Schema) []*jsonschema.Schema {
	all := []*jsonschema.Schema{s.Contains, s.Items2020, s.UnevaluatedItems}
	if items, ok := s.Items.(*jsonschema.Schema); ok {
		all = append(all, items)
	}
	return append(all, subschemas(s.AdditionalItems)...)
}

// forAnyProperty returns the subschemas that apply to any property of an object, or to its name.
func forAnyProperty(s *jsonschema.Schema) []*jsonschema.Schema {
	return append(subschemas(s.AdditionalProperties), s.PropertyNames, s.UnevaluatedProperties)
}

// forCertain returns the subschemas that apply to certain items or properties.
func forCertain(s *jsonschema.Schema) []*jsonschema.Schema {
	all := slices.Concat(subschemas(s.Items), s.PrefixItems)
	all = slices.AppendSeq(all, maps.Values(s.Properties))
	return slices.AppendSeq(all, maps.Values(s.PatternProperties))
}

// subschemas returns the schemas of a keyword whose value is a schema, a list of them, or neither.
func subschemas(keyword any) []*jsonschema.Schema {
	switch keyword := keyword.(type) {
	case *jsonschema.Schema:
		return []*jsonschema.Schema{keyword}
	case []*jsonschema.Schema:
		return keyword
	}
	return nil
}
