package validate

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// validateForm validates a form, which Kratos converts to JSON: the field "traits.name.first" is
// the property /traits/name/first.
func (v *validation) validateForm(s *openapi3.Schema, body []byte) {
	fields, err := url.ParseQuery(string(body))
	if err != nil {
		v.report(inBodyAt(""), "syntax", mustBeEncoded)
		return
	}
	if s != nil && s.Discriminator != nil {
		s = v.selectFormAlternative(s, fields)
	}
	if s == nil {
		return
	}
	unknown := 0
	values, hasSubfields, wrongCase := map[string][]string{}, map[string]bool{}, map[string]bool{}
	for field, vs := range fields {
		if !isUTF8(field, vs) {
			v.report(inBodyAt(""), "syntax", "must be UTF-8")
			return
		}
		name, _, isSubfield := strings.Cut(field, ".")
		p, known := lookUpProperty(s, name)
		if !known || isSubfield && !canHaveSubfields(p) {
			wrongCase[caseVariant(s, name)] = true
			unknown++
			continue
		}
		if hasSubfields[name] = hasSubfields[name] || isSubfield; !isSubfield {
			values[name] = vs
		}
	}
	for _, name := range propertyNames(s) {
		at := inBodyAt("/" + escapeToken(name))
		if wrongCase[name] {
			v.report(at, "case", "must be spelled "+name)
		}
		switch vs, ok := values[name]; {
		case ok:
			p, _ := lookUpProperty(s, name)
			v.validateField(name, p, vs, hasSubfields[name])
		case slices.Contains(s.Required, name) && !hasSubfields[name]:
			v.report(at, "required", "is missing")
		}
	}
	if v.strict && unknown > 0 {
		v.report(inBodyAt(""), "additionalProperties", "has "+strconv.Itoa(unknown)+" unknown fields; known are "+join(propertyNames(s)))
	}
}

const mustBeEncoded = "must be percent-encoded names and values"

// isUTF8 reports whether a form field is valid UTF-8. Kratos replaces invalid bytes.
func isUTF8(field string, values []string) bool {
	return utf8.ValidString(field) && !slices.ContainsFunc(values, func(v string) bool { return !utf8.ValidString(v) })
}

// selectFormAlternative returns the alternative that the discriminator of a form names; nil if it
// is invalid. Without a discriminator, a button with a name of its own has submitted the form, such
// as that of an OIDC provider, and the form may have the properties of any alternative.
func (v *validation) selectFormAlternative(s *openapi3.Schema, fields url.Values) *openapi3.Schema {
	name := s.Discriminator.PropertyName
	values := fields[name]
	if len(values) == 0 {
		return mergeAlternatives(s)
	}
	selected := alternativeFor(s, values[0])
	if selected == nil || slices.ContainsFunc(values, func(v string) bool { return v != values[0] }) {
		v.report(inBodyAt("/"+escapeToken(name)), "discriminator", "must be one of "+join(discriminatorValues(s)))
		return nil
	}
	return selected
}

// canHaveSubfields reports whether a property can be sent as fields such as "traits.email".
func canHaveSubfields(s *openapi3.Schema) bool { return s.Type == nil || s.Type.Is("object") }

// isEmptyOrObject reports whether the value of a field is empty or a JSON object. Kratos inserts
// the value into a larger JSON text without parsing it, so it must be a single valid object.
func isEmptyOrObject(value string) bool {
	return value == "" || strings.HasPrefix(strings.TrimSpace(value), "{") && checkJSON([]byte(value)) == nil
}

// validateField validates the values of a form field.
func (v *validation) validateField(name string, s *openapi3.Schema, values []string, hasSubfields bool) {
	at := inBodyAt("/" + escapeToken(name))
	switch {
	case s.Type == nil:
		return
	case s.Type.Is("object"):
		if hasSubfields || !isEmptyOrObject(values[0]) {
			v.report(at, "type", "must be an object, or fields such as "+name+".name")
		}
		return
	case s.Type.Is("boolean"): // a checkbox has a hidden field of the same name
		values = slices.DeleteFunc(slices.Clone(values), func(value string) bool {
			return value == "on" || value == "1" || value == "0"
		})
	case len(slices.Compact(slices.Clone(values))) > 1:
		v.report(at, "duplicate", mustNotRepeat)
		return
	}
	for _, value := range values {
		if value != "" {
			v.validateScalar(at, s, value)
		}
	}
}
