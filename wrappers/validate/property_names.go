package validate

import (
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Kratos' admin API decodes JSON with encoding/json, which ignores the case of property names, and
// the last one wins. A name that differs in case only means one thing to Kratos and another to a
// parser that compares names exactly, as this package does.

// caseVariant returns the property whose name differs from name in case only; "" if there is none.
// Case is ignored as in [strings.EqualFold], where "ſ" equals "s".
func caseVariant(s *openapi3.Schema, name string) string {
	if _, known := lookUpProperty(s, name); known {
		return ""
	}
	return equalFoldProperty(s, name)
}

// equalFoldProperty returns the property whose name equals name if case is ignored; "" if there is
// none.
func equalFoldProperty(s *openapi3.Schema, name string) string {
	if s == nil {
		return ""
	}
	for property := range s.Properties {
		if strings.EqualFold(property, name) {
			return property
		}
	}
	for _, sub := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		if property := equalFoldProperty(sub.Value, name); property != "" {
			return property
		}
	}
	return ""
}

// parentProperty returns the property that a dotted name, such as "traits.email", is a part of; ""
// if there is none.
func parentProperty(s *openapi3.Schema, name string) string {
	parent, _, dotted := strings.Cut(name, ".")
	if !dotted {
		return ""
	}
	return equalFoldProperty(s, parent)
}

// reportUnknownName reports the n-th property of an object, whose name the schema does not have,
// unless it is allowed.
func (v *validation) reportUnknownName(s *openapi3.Schema, name string, n int) {
	if len(v.violations) == maxViolations {
		return
	}
	if known := equalFoldProperty(s, name); known != "" && !v.isResponse {
		v.report(v.position(known), "case", "must be spelled "+known)
		return
	}
	if parent := parentProperty(s, name); parent != "" && v.acceptsForm && len(v.path) == 0 {
		v.report(v.position(parent), "dotted-name", "must be a single property: Kratos reads a name with a dot as a part of it")
		return
	}
	additional := unwrapAllOf(s).AdditionalProperties
	forbidden := additional.Has != nil && !*additional.Has
	allowed := additional.Has != nil && *additional.Has || additional.Schema != nil
	if forbidden || v.strict && !allowed {
		v.report(v.position(""), "additionalProperties", "has an unknown property (number "+strconv.Itoa(n)+"); known are "+join(propertyNames(s)))
	}
}
