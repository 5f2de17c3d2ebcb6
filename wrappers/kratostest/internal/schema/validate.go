package schema

import (
	"cmp"
	"encoding/json"
	"math/big"
	"slices"
	"strconv"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// Violation is a message about a field.
type Violation struct {
	// Field is the name of a node, such as "traits.name.first". Kratos adds nodes that the form does
	// not have, also "#" for the document with the traits.
	Field   string
	Message message.Message
	// Keyword is that of the schema, such as "type", or "" if it is none.
	Keyword string
}

// Validate returns the violations of a schema, in the order of its properties; nil means that the
// traits are valid. The addresses that the extension takes are validated if all else is valid.
func (s *Schema) Validate(traits json.RawMessage) []Violation {
	if violations := s.walk(traits, false).violations; len(violations) > 0 {
		return violations
	}
	return s.walk(traits, true).violations
}

// walk validates traits, with their addresses if asked to, and collects the values with an
// extension.
func (s *Schema) walk(traits json.RawMessage, addresses bool) *walk {
	w := &walk{schema: s, addresses: addresses}
	v, err := document(traits)
	if err != nil {
		w.violations = []Violation{invalid(documentField, "The traits are not JSON.")}
		return w
	}
	w.violations = w.check(s.compiled, v, "")
	for i := range w.violations {
		w.violations[i].Field = cmp.Or(w.violations[i].Field, documentField)
	}
	return w
}

// walk is one walk through traits.
type walk struct {
	schema     *Schema
	addresses  bool // validate addresses as well
	violations []Violation
	found      []found
	steps      int
}

// documentField is the field of violations of the document itself.
const documentField = "#"

// maxSteps limits a walk, because a recursive schema can take a number of steps that is exponential
// in the depth of the traits, or not end.
const maxSteps = 20_000

// check returns the violations of a value. A wrong type is the only violation of a value; of the
// other keywords, all that are violated are reported.
func (w *walk) check(s *jsonschema.Schema, v any, at string) []Violation {
	if w.steps++; w.steps > maxSteps {
		return []Violation{invalid(at, "This takes too long to validate.")}
	}
	if s.Bool != nil {
		return unless(*s.Bool, invalid(at, "This is not allowed."))
	}
	if s.Ref != nil {
		return w.check(s.Ref, v, at)
	}
	k := w.schema.keywordsOf(s)
	if len(k.types) > 0 && !slices.ContainsFunc(k.types, func(t string) bool { return hasType(v, t) }) {
		return []Violation{{at, message.New(kratos.MessageWrongType, "allowed_types", k.types, "actual_type", typeOf(v)), "type"}}
	}
	all := checkValue(s, v, at)
	all = append(all, w.checkCombined(s, v, at)...)
	switch v := v.(type) {
	case map[string]any:
		all = append(all, w.checkObject(s, k, v, at)...)
	case []any:
		all = append(all, w.checkList(s, v, at)...)
	case string:
		all = append(all, checkString(s, v, at)...)
	case json.Number:
		all = append(all, checkNumber(s, v, at)...)
	}
	if k.config == nil {
		return all
	}
	f := found{k.config, k.format, v, at}
	w.found = append(w.found, f)
	if w.addresses {
		all = append(all, f.validate()...)
	}
	return all
}

// checkCombined returns the violations of subschemas that are for the value itself. Those of all
// alternatives are reported if none matches.
func (w *walk) checkCombined(s *jsonschema.Schema, v any, at string) []Violation {
	var all []Violation
	if s.Not != nil && len(w.check(s.Not, v, at)) == 0 {
		all = append(all, invalid(at, "This value is excluded.").by("not"))
	}
	for _, sub := range s.AllOf {
		all = append(all, w.check(sub, v, at)...)
	}
	all = append(all, w.checkAnyOf(s.AnyOf, v, at)...)
	all = append(all, w.checkOneOf(s.OneOf, v, at)...)
	if s.If == nil {
		return all
	}
	then := s.Then
	if len(w.check(s.If, v, at)) > 0 {
		then = s.Else
	}
	if then != nil {
		all = append(all, w.check(then, v, at)...)
	}
	return all
}

func (w *walk) checkAnyOf(alternatives []*jsonschema.Schema, v any, at string) []Violation {
	var all []Violation
	for _, sub := range alternatives {
		violations := w.check(sub, v, at)
		if len(violations) == 0 {
			return nil
		}
		all = append(all, violations...)
	}
	return all
}

func (w *walk) checkOneOf(alternatives []*jsonschema.Schema, v any, at string) []Violation {
	var all []Violation
	matches := 0
	for _, sub := range alternatives {
		violations := w.check(sub, v, at)
		if len(violations) > 0 {
			all = append(all, violations...)
			continue
		}
		if matches++; matches > 1 {
			return []Violation{invalid(at, "This matches more than one of the alternatives.").by("oneOf")}
		}
	}
	if matches > 0 {
		return nil
	}
	return all
}

// hasType reports whether a value has a JSON type; for Kratos, 1.0 is not an integer.
func hasType(v any, t string) bool {
	if t != "integer" {
		return typeOf(v) == t
	}
	number, ok := v.(json.Number)
	if !ok {
		return false
	}
	_, ok = new(big.Int).SetString(number.String(), 10)
	return ok
}

func typeOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// item returns the name of an item of a list.
func item(at string, i int) string { return join(at, strconv.Itoa(i)) }

// invalid returns a violation without a number of its own.
func invalid(at, reason string) Violation {
	return Violation{Field: at, Message: message.New(kratos.MessageInvalid, "reason", reason)}
}

// by sets the keyword.
func (v Violation) by(keyword string) Violation {
	v.Keyword = keyword
	return v
}

func unless(valid bool, violation Violation) []Violation {
	if valid {
		return nil
	}
	return []Violation{violation}
}
