package validate

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// form judges the fields of a form. Kratos makes members of them: the field "traits.name.first" is
// a member of a member.
func (v *validation) form(s *openapi3.Schema, text []byte) {
	fields, err := url.ParseQuery(string(text))
	if err != nil {
		v.problem("body", "syntax", "must be names and values in percent encoding")
		return
	}
	if s != nil && s.Discriminator != nil {
		s = v.formVariant(s, fields)
	}
	if s == nil {
		return
	}
	unknown := 0
	given, nested, wrong := map[string][]string{}, map[string]bool{}, map[string]bool{}
	for field, values := range fields {
		if !readAlike(field, values) {
			v.problem("body", "syntax", "must be in UTF-8")
			return
		}
		name, _, below := strings.Cut(field, ".")
		p, known := member(s, name)
		if !known || below && !hasFields(p) {
			wrong[miswritten(s, name)] = true
			unknown++
			continue
		}
		if nested[name] = nested[name] || below; !below {
			given[name] = values
		}
	}
	for _, name := range names(s) {
		where := "/" + name
		if wrong[name] {
			v.problem(where, "case", "must be written "+name)
		}
		switch values, ok := given[name]; {
		case ok:
			p, _ := member(s, name)
			v.field(where, p, values, nested[name])
		case slices.Contains(s.Required, name) && !nested[name]:
			v.problem(where, "required", "is missing")
		}
	}
	if v.strict && unknown > 0 {
		v.problem("body", "additionalProperties", "has "+strconv.Itoa(unknown)+" fields that are none of "+list(names(s)))
	}
}

// readAlike reports whether a field is text in UTF-8, which is what Kratos makes of any other by
// replacing bytes.
func readAlike(field string, values []string) bool {
	return utf8.ValidString(field) && !slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) })
}

// formVariant returns the schema for a form by its discriminator, nil if that has no meaning. A
// form without one was sent by a button with a name of its own, such as that of a provider, and
// Kratos finds out what that means; it may have the members of any variant.
func (v *validation) formVariant(s *openapi3.Schema, fields url.Values) *openapi3.Schema {
	name := s.Discriminator.PropertyName
	values := fields[name]
	if len(values) == 0 {
		return everyMember(s)
	}
	variant := variantOf(s, values[0])
	if variant == nil || slices.ContainsFunc(values, func(v string) bool { return v != values[0] }) {
		v.problem("/"+name, "discriminator", "must be one of "+list(discriminators(s)))
		return nil
	}
	return variant
}

// hasFields reports whether the members of a member are fields of a form, such as "traits.email".
func hasFields(s *openapi3.Schema) bool { return s.Type == nil || s.Type.Is("object") }

// isEmptyOrObject reports whether a field has an object as JSON, as Kratos takes one, or nothing.
// Kratos puts the text into a larger one unseen, so that it has to be exactly one.
func isEmptyOrObject(value string) bool {
	return value == "" || strings.HasPrefix(strings.TrimSpace(value), "{") && checkJSON([]byte(value)) == nil
}

// field validates the values of a field, whose members may be fields too.
func (v *validation) field(where string, s *openapi3.Schema, values []string, nested bool) {
	switch {
	case s.Type == nil:
		return
	case s.Type.Is("object"):
		if nested || !isEmptyOrObject(values[0]) {
			v.problem(where, "type", "must be an object: its members are fields, such as "+where[1:]+".name")
		}
		return
	case s.Type.Is("boolean"): // a checkbox is two fields of the same name, one of them hidden
		values = slices.DeleteFunc(slices.Clone(values), func(value string) bool {
			return value == "on" || value == "1" || value == "0"
		})
	case len(slices.Compact(slices.Clone(values))) > 1:
		v.problem(where, "repeated", "must be there once")
		return
	}
	for _, value := range values {
		if value != "" {
			v.scalar(where, s, value)
		}
	}
}
