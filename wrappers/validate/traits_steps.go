package validate

import (
	"encoding/json"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// stepCosts are upper bounds for the number of steps to apply a schema to a value, without those of
// its subschemas, which count their own.
type stepCosts struct {
	enter       int // before the schema counts its own steps
	base        int // for any value
	perItem     int // for each item of an array
	perProperty int // for each property of an object
}

// countSteps makes a schema and its subschemas count steps: the library calls the validator of the
// format for every value that a schema is applied to, before almost anything else.
func (s *compiledSchema) countSteps(root *jsonschema.Schema) {
	costs := map[*jsonschema.Schema]*stepCosts{}
	collectCosts(root, costs)
	for schema, c := range costs {
		c.base = 1 + len(schema.Required) + enterAll(costs, inPlace(schema)) +
			enterAll(costs, schema.PrefixItems) + enterAll(costs, subschemas(schema.Items))
		c.perItem = 1 + enterAll(costs, forAnyItem(schema))
		c.perProperty = 1 + enterAll(costs, forAnyProperty(schema))
		format := jsonschema.Format{Validate: func(any) error { return nil }}
		if schema.Format != nil {
			format = *schema.Format
		}
		schema.Format = &jsonschema.Format{Name: format.Name, Validate: func(value any) error {
			s.spend(c.steps(schema, costs, value))
			return format.Validate(value)
		}}
	}
}

func collectCosts(s *jsonschema.Schema, costs map[*jsonschema.Schema]*stepCosts) {
	if s == nil || costs[s] != nil {
		return
	}
	costs[s] = &stepCosts{enter: 1 + comparisonSteps(s)}
	for _, sub := range slices.Concat(inPlace(s), forAnyItem(s), forAnyProperty(s), forCertain(s)) {
		collectCosts(sub, costs)
	}
}

// enterAll returns the steps to enter all of the schemas.
func enterAll(costs map[*jsonschema.Schema]*stepCosts, schemas []*jsonschema.Schema) (n int) {
	for _, s := range schemas {
		if s != nil {
			n += costs[s].enter
		}
	}
	return n
}

// steps returns the steps to apply s to a value.
func (c *stepCosts) steps(s *jsonschema.Schema, costs map[*jsonschema.Schema]*stepCosts, value any) int {
	n := c.base
	switch value := value.(type) {
	case string:
		if s.Pattern != nil {
			n += matchSteps(value, s.Pattern)
		}
	case []any:
		n += c.perItem * len(value)
	case map[string]any:
		n += c.perProperty * len(value)
		for name := range value {
			if property := s.Properties[name]; property != nil {
				n += costs[property].enter
			}
			for pattern, property := range s.PatternProperties {
				n += costs[property].enter + matchSteps(name, pattern)
			}
		}
	}
	return n
}

// comparisonSteps returns the steps to compare a value with const and enum. Numbers are expensive
// to compare.
func comparisonSteps(s *jsonschema.Schema) int {
	n := 0
	if s.Const != nil {
		n += compareSteps(*s.Const)
	}
	if s.Enum != nil {
		n += len(s.Enum.Values) / 32
		for _, value := range s.Enum.Values {
			n += compareSteps(value)
		}
	}
	return n
}

func compareSteps(value any) (n int) {
	switch value := value.(type) {
	case json.Number:
		n = 1
	case []any:
		for _, item := range value {
			n += 1 + compareSteps(item)
		}
	case map[string]any:
		for _, item := range value {
			n += 1 + compareSteps(item)
		}
	}
	return n
}

// matchSteps returns the steps to match a pattern, which takes the product of both lengths.
func matchSteps(s string, pattern jsonschema.Regexp) int {
	return len(s) * len(pattern.String()) / 64
}
