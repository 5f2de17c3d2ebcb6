package schema

import (
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

func (w *walk) checkObject(s *jsonschema.Schema, k *keywords, v map[string]any, at string) []Violation {
	var all []Violation
	if s.MinProperties != nil && len(v) < *s.MinProperties {
		all = append(all, invalid(at, "This has too few members.").by("minProperties"))
	}
	if s.MaxProperties != nil && len(v) > *s.MaxProperties {
		all = append(all, invalid(at, "This has too many members.").by("maxProperties"))
	}
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			all = append(all, Violation{join(at, name), message.New(kratos.MessageRequired, "property", name), "required"})
		}
	}
	for _, name := range k.names {
		if value, ok := v[name]; ok {
			all = append(all, w.check(s.Properties[name], value, join(at, name))...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(v)) {
		all = append(all, w.checkOther(s, name, v[name], at)...)
	}
	if isClosed(s, v) {
		all = append(all, invalid(at, "This has a member that the identity schema does not define.").by("additionalProperties"))
	}
	return append(all, w.checkDependencies(s, v, at)...)
}

// checkOther returns the violations of a member by keywords other than properties.
func (w *walk) checkOther(s *jsonschema.Schema, name string, value any, at string) []Violation {
	var all []Violation
	if s.PropertyNames != nil {
		all = w.check(s.PropertyNames, name, join(at, name))
	}
	for pattern, sub := range s.PatternProperties {
		if pattern.MatchString(name) {
			all = append(all, w.check(sub, value, join(at, name))...)
		}
	}
	if sub, ok := s.AdditionalProperties.(*jsonschema.Schema); ok && isAdditional(s, name) {
		all = append(all, w.check(sub, value, join(at, name))...)
	}
	return all
}

// isClosed reports whether a value has a member that the schema does not allow.
func isClosed(s *jsonschema.Schema, v map[string]any) bool {
	if allowed, ok := s.AdditionalProperties.(bool); !ok || allowed {
		return false
	}
	for name := range v {
		if isAdditional(s, name) {
			return true
		}
	}
	return false
}

// isAdditional reports whether a schema does not describe a member.
func isAdditional(s *jsonschema.Schema, name string) bool {
	if _, ok := s.Properties[name]; ok {
		return false
	}
	for pattern := range s.PatternProperties {
		if pattern.MatchString(name) {
			return false
		}
	}
	return true
}

func (w *walk) checkDependencies(s *jsonschema.Schema, v map[string]any, at string) []Violation {
	var all []Violation
	for _, name := range slices.Sorted(maps.Keys(s.Dependencies)) {
		if _, ok := v[name]; !ok {
			continue
		}
		switch dependency := s.Dependencies[name].(type) {
		case *jsonschema.Schema:
			all = append(all, w.check(dependency, v, at)...)
		case []string:
			for _, other := range dependency {
				if _, ok := v[other]; !ok {
					all = append(all, invalid(at, "A member is missing that another one needs.").by("dependencies"))
				}
			}
		}
	}
	return all
}

func (w *walk) checkList(s *jsonschema.Schema, v []any, at string) []Violation {
	var all []Violation
	if s.MinItems != nil && len(v) < *s.MinItems {
		all = append(all, Violation{at, message.New(kratos.MessageTooFewItems, "min_items", *s.MinItems, "actual_items", len(v)), "minItems"})
	}
	if s.MaxItems != nil && len(v) > *s.MaxItems {
		all = append(all, Violation{at, message.New(kratos.MessageTooManyItems, "max_items", *s.MaxItems, "actual_items", len(v)), "maxItems"})
	}
	if s.UniqueItems {
		all = append(all, w.checkUnique(v, at)...)
	}
	all = append(all, w.checkItems(s, v, at)...)
	return append(all, w.checkContains(s, v, at)...)
}

// checkContains returns the violations of all items if none is as a list has to have one.
func (w *walk) checkContains(s *jsonschema.Schema, v []any, at string) []Violation {
	if s.Contains == nil {
		return nil
	}
	if len(v) == 0 {
		return []Violation{invalid(at, "An item is missing.").by("contains")}
	}
	var all []Violation
	for i, value := range v {
		violations := w.check(s.Contains, value, item(at, i))
		if len(violations) == 0 {
			return nil
		}
		all = append(all, violations...)
	}
	return all
}

func (w *walk) checkUnique(v []any, at string) []Violation {
	var all []Violation
	for i := range v {
		for j := range v[:i] {
			if w.steps++; w.steps > maxSteps {
				return all
			}
			if equal(v[i], v[j]) {
				all = append(all, Violation{at, message.New(kratos.MessageDuplicateItems, "index_a", j, "index_b", i), "uniqueItems"})
			}
		}
	}
	return all
}

// checkItems returns the violations of the items: each has a schema by its index, or all have one.
func (w *walk) checkItems(s *jsonschema.Schema, v []any, at string) []Violation {
	var all []Violation
	byIndex, isTuple := s.Items.([]*jsonschema.Schema)
	rest, _ := s.Items.(*jsonschema.Schema)
	if isTuple {
		rest, _ = s.AdditionalItems.(*jsonschema.Schema)
	}
	if allowed, ok := s.AdditionalItems.(bool); isTuple && ok && !allowed && len(v) > len(byIndex) {
		all = append(all, invalid(at, "This has too many items.").by("additionalItems"))
	}
	for i, value := range v {
		switch {
		case i < len(byIndex):
			all = append(all, w.check(byIndex[i], value, item(at, i))...)
		case rest != nil:
			all = append(all, w.check(rest, value, item(at, i))...)
		}
	}
	return all
}
