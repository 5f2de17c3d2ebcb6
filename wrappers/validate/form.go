package validate

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// form judges the fields of a form. Kratos makes members of them: the field "traits.name.first" is a member of a member.
func (j *judge) form(s *schema, text []byte) {
	fields, err := url.ParseQuery(string(text))
	if err != nil {
		j.problem("body", "syntax", "must be names and values in percent encoding")
		return
	}
	if s != nil && s.variants != nil {
		s = j.formVariant(s, fields)
	}
	if s == nil {
		return
	}
	unknown := 0
	given := map[string][]string{}
	nested := map[string]bool{}
	miswritten := map[string]bool{}
	for field, values := range fields {
		if !readAlike(field, values) {
			j.problem("body", "syntax", "must be in UTF-8")
			return
		}
		name, _, below := strings.Cut(field, ".")
		p, known := s.properties[name]
		if !known || below && !p.schema.isFree() {
			miswritten[s.miswritten(name)] = true
			unknown++
			continue
		}
		if nested[name] = nested[name] || below; !below {
			given[name] = values
		}
	}
	for i, name := range s.names {
		if miswritten[name] {
			j.problem("/"+name, "case", "must be written "+name)
		}
		where := "/" + name
		switch values, ok := given[name]; {
		case ok:
			j.field(where, s.properties[name].schema, values, nested[name])
		case s.required&(1<<i) != 0 && !nested[name]:
			j.problem(where, "required", "is missing")
		}
	}
	if j.strict && unknown > 0 {
		j.problem("body", "additionalProperties", "has "+strconv.Itoa(unknown)+" fields that are none of "+list(s.names))
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
func (j *judge) formVariant(s *schema, fields url.Values) *schema {
	values := fields[s.discriminator]
	if len(values) == 0 {
		return s.anyVariant
	}
	variant := s.variants[values[0]]
	if variant == nil || slices.ContainsFunc(values, func(v string) bool { return v != values[0] }) {
		j.problem("/"+s.discriminator, "discriminator", "must be one of "+list(s.values))
		return nil
	}
	return variant
}

// isFree reports whether a member may have members that the spec does not name.
func (s *schema) isFree() bool { return s == nil || s.kind == "" || s.kind == "object" }

// isEmptyOrObject reports whether a field has an object as JSON, as Kratos takes one, or nothing.
// Kratos puts the text into a larger one unseen, so that it has to be exactly one.
func isEmptyOrObject(value string) bool {
	return value == "" || strings.HasPrefix(strings.TrimSpace(value), "{") && jsonv2.Check([]byte(value)) == nil
}

// field judges the values of a field, whose members may be fields too.
func (j *judge) field(where string, s *schema, values []string, nested bool) {
	if s.isFree() {
		if s != nil && s.kind == "object" && (nested || !isEmptyOrObject(values[0])) {
			j.problem(where, "type", "must be an object: its members are fields, such as "+where[1:]+".name")
		}
		return
	}
	// A checkbox is two fields of the same name, one of them hidden.
	if s.kind != "boolean" && len(slices.Compact(slices.Clone(values))) > 1 {
		j.problem(where, "repeated", "must be there once")
		return
	}
	for _, value := range values {
		if s.kind == "boolean" && slices.Contains([]string{"", "on", "1", "0"}, value) || value == "" {
			continue
		}
		if rule, message := s.scalar([]byte(value), false); rule != "" {
			j.problem(where, rule, message)
		}
	}
}
