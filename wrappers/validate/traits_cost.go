package validate

import (
	"encoding/json"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// steps are how many steps it takes at most to apply a schema to a value, up to where the schemas
// below it count by themselves.
type steps struct {
	start   int // before it counts itself
	always  int
	element int // for each element of an array
	member  int // for each member of an object
}

// countSteps makes a schema, and all below it, count steps. Of what the library does to apply a
// schema to a value, asking whether the value has the format is almost the first; so that is what
// counts.
func (v *traitsValidator) countSteps(root *jsonschema.Schema) {
	all := map[*jsonschema.Schema]*steps{}
	collectSteps(root, all)
	for s, n := range all {
		n.always = 1 + len(s.Required) + starts(all, onSelf(s)) + starts(all, s.PrefixItems) + starts(all, either(s.Items))
		n.element = 1 + starts(all, onElements(s))
		n.member = 1 + starts(all, onMembers(s))
		format := jsonschema.Format{Validate: func(any) error { return nil }}
		if s.Format != nil {
			format = *s.Format
		}
		s.Format = &jsonschema.Format{Name: format.Name, Validate: func(value any) error {
			v.step(n.of(s, all, value))
			return format.Validate(value)
		}}
	}
}

func collectSteps(s *jsonschema.Schema, all map[*jsonschema.Schema]*steps) {
	if s == nil || all[s] != nil {
		return
	}
	all[s] = &steps{start: 1 + comparing(s)}
	for _, below := range slices.Concat(onSelf(s), onElements(s), onMembers(s), onParts(s)) {
		collectSteps(below, all)
	}
}

// starts is how many steps it takes to apply schemas to a value, up to where they count by
// themselves.
func starts(all map[*jsonschema.Schema]*steps, schemas []*jsonschema.Schema) (n int) {
	for _, s := range schemas {
		if s != nil {
			n += all[s].start
		}
	}
	return n
}

// of is how many steps it takes to apply s to a value.
func (n *steps) of(s *jsonschema.Schema, all map[*jsonschema.Schema]*steps, value any) int {
	sum := n.always
	switch value := value.(type) {
	case string:
		if s.Pattern != nil {
			sum += matching(value, s.Pattern)
		}
	case []any:
		sum += n.element * len(value)
	case map[string]any:
		sum += n.member * len(value)
		for name := range value {
			if below := s.Properties[name]; below != nil {
				sum += all[below].start
			}
			for pattern, below := range s.PatternProperties {
				sum += all[below].start + matching(name, pattern)
			}
		}
	}
	return sum
}

// comparing is how many steps it takes to compare a value with all that a schema lists. Comparing
// numbers takes long.
func comparing(s *jsonschema.Schema) int {
	n := 0
	if s.Const != nil {
		n += comparison(*s.Const)
	}
	if s.Enum != nil {
		n += len(s.Enum.Values) / 32
		for _, value := range s.Enum.Values {
			n += comparison(value)
		}
	}
	return n
}

func comparison(value any) (n int) {
	switch value := value.(type) {
	case json.Number:
		n = 1
	case []any:
		for _, item := range value {
			n += 1 + comparison(item)
		}
	case map[string]any:
		for _, item := range value {
			n += 1 + comparison(item)
		}
	}
	return n
}

// matching is how many steps it takes to match a text, which takes the product of both lengths.
func matching(text string, pattern jsonschema.Regexp) int {
	return len(text) * len(pattern.String()) / 64
}
