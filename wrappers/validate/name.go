package validate

import (
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Kratos' administrative API decodes JSON with encoding/json, which also takes a name that differs
// from a member's in case only, and the last one wins. Such a name says one thing to Kratos and
// another to a reader of exact names, as this package is.

// miswritten returns the name of a member that name differs from in case only; "" if there is none.
// Case is that of [strings.EqualFold], in which "ſ" is an "s".
func miswritten(s *openapi3.Schema, name string) string {
	if _, known := member(s, name); known {
		return ""
	}
	return like(s, name)
}

// like returns the name of a member that is equal to name but for case; "" if there is none.
func like(s *openapi3.Schema, name string) string {
	if s == nil {
		return ""
	}
	for known := range s.Properties {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	for _, one := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		if known := like(one.Value, name); known != "" {
			return known
		}
	}
	return ""
}

// flattened returns the name of the member that a name with a dot, such as "traits.email", is a
// part of; "" if there is none.
func flattened(s *openapi3.Schema, name string) string {
	head, _, dotted := strings.Cut(name, ".")
	if !dotted {
		return ""
	}
	return like(s, head)
}

// unknownName reports the n-th member of an object, whose name the schema does not have, if it
// should not be there.
func (v *validation) unknownName(s *openapi3.Schema, name string, n int) {
	if len(v.problems) == maxProblems {
		return
	}
	if known := like(s, name); known != "" && !v.response {
		v.problem(v.where(known), "case", "must be written "+known)
		return
	}
	if known := flattened(s, name); known != "" && v.fieldNames && len(v.path) == 0 {
		v.problem(v.where(known), "name", "must be one member: a name with a dot is read as a part of it")
		return
	}
	others := resolved(s).AdditionalProperties
	closed := others.Has != nil && !*others.Has
	open := others.Has != nil && *others.Has || others.Schema != nil
	if closed || v.strict && !open {
		v.problem(v.where(""), "additionalProperties", "has as member "+strconv.Itoa(n)+" none of "+list(names(s)))
	}
}
