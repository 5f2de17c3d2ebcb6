package kratos

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	maxViolations = 5
	maxReason     = 16 << 10 // bytes of a reason that are read
)

// violation is a line of Kratos' reason why an identity violates its schema:
//
//	I[#/traits/email] S[#/properties/traits/properties/email/format] "x" is not valid "email"
//
// The path in the schema is the operator's. The path in the instance may have names, and the text
// may have values, that a person entered.
type violation struct {
	instance, schema string // JSON Pointers, percent-encoded
	text             string
}

func parseViolation(line string) (v violation, ok bool) {
	rest, ok := strings.CutPrefix(strings.TrimLeft(line, " "), "I[#")
	if !ok {
		return v, false
	}
	if v.instance, rest, ok = strings.Cut(rest, "] S["); !ok {
		return v, false
	}
	place, text, ok := strings.Cut(rest, "] ")
	if !ok {
		return v, false
	}
	_, v.schema, ok = strings.Cut(place, "#")
	v.text = strings.TrimSpace(text)
	return v, ok
}

// pointerNames returns the names in a percent-encoded JSON Pointer ([RFC 6901]).
//
// [RFC 6901]: https://www.rfc-editor.org/rfc/rfc6901
func pointerNames(pointer string) []string {
	var names []string
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		if unescaped, err := url.PathUnescape(name); err == nil {
			name = unescaped
		}
		names = append(names, unescape.Replace(name))
	}
	return names
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// violations returns the members that violate an identity schema, each with the keyword:
// "traits.email: format"; "" if they are not known. All names are from the schema, and there are no
// values.
func (e *Error) violations() string {
	var found []string
	members := map[string]string{} // by their pointer in the instance
	for line := range strings.Lines(e.Reason[:min(len(e.Reason), maxReason)]) {
		v, ok := parseViolation(line)
		if !ok {
			continue
		}
		member, keyword := parseSchemaPath(pointerNames(v.schema))
		if !strings.HasPrefix(v.schema, "/properties/") { // below a $ref
			member = resolveMember(members, v.instance, member)
		}
		members[v.instance] = member
		for _, text := range formatViolation(member, keyword, v.text) {
			if !slices.Contains(found, text) {
				found = append(found, text)
			}
		}
	}
	if len(found) == 0 {
		return knownReason(e.Reason + "\n" + e.Message)
	}
	if more := len(found) - maxViolations; more > 0 {
		found = append(found[:maxViolations], strconv.Itoa(more)+" more")
	}
	return strings.Join(found, ", ")
}

// resolveMember returns the name of a member of which relative is the part below a $ref. An earlier
// line named the member at instance, or one above it.
func resolveMember(members map[string]string, instance, relative string) string {
	if member, ok := members[instance]; ok {
		return member
	}
	for parent := instance; parent != ""; {
		parent = parent[:max(strings.LastIndexByte(parent, '/'), 0)]
		if member, ok := members[parent]; ok {
			return strings.TrimSuffix(member+"."+relative, ".")
		}
	}
	return relative
}

// formatViolation returns a violation without values; one for each member that is missing, whose
// names are in the text.
func formatViolation(member, keyword, text string) []string {
	switch keyword {
	case "", "$ref":
		return nil // a line that introduces others
	case "required":
		var missing []string
		_, names, _ := strings.Cut(text, "missing properties: ")
		for name := range strings.SplitSeq(names, ", ") {
			if unquoted, err := strconv.Unquote(name); err == nil {
				missing = append(missing, strings.TrimPrefix(member+"."+schemaName(unquoted), ".")+": required")
			}
		}
		if missing != nil {
			return missing
		}
	}
	if member == "" {
		return []string{keyword}
	}
	return []string{member + ": " + keyword}
}

// parseSchemaPath returns the member that a path in a schema is about, and the keyword at its end
// or "".
func parseSchemaPath(path []string) (member, keyword string) {
	var names []string
	for len(path) > 0 {
		step, last := path[0], len(path) == 1
		path = path[1:]
		switch step {
		case "properties":
			if !last {
				names = append(names, schemaName(path[0]))
				path = path[1:]
			}
		case "definitions", "$defs":
			path = path[min(1, len(path)):]
		case "items":
			if !last {
				names = append(names, "*")
			}
			path = skipIndex(path)
		case "patternProperties":
			names = append(names, "*")
			path = path[min(1, len(path)):]
		case "additionalProperties", "additionalItems", "contains", "propertyNames":
			if last {
				return strings.Join(names, "."), step
			}
			names = append(names, "*")
		case "allOf", "anyOf", "oneOf", "not", "if", "then", "else":
			if last {
				return strings.Join(names, "."), step
			}
			path = skipIndex(path)
		default:
			return strings.Join(names, "."), schemaKeyword(step)
		}
	}
	return strings.Join(names, "."), ""
}

func skipIndex(path []string) []string {
	if len(path) > 0 {
		if _, err := strconv.Atoi(path[0]); err == nil {
			return path[1:]
		}
	}
	return path
}

// schemaName returns the name of a member in a schema, or "*" if it is not fit for a log line.
func schemaName(name string) string {
	isOther := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '$')
	}
	if name == "" || len(name) > 64 || strings.ContainsFunc(name, isOther) {
		return "*"
	}
	return name
}

// schemaKeyword returns a keyword of JSON Schema, or "schema" if name is not one.
func schemaKeyword(name string) string {
	switch name {
	case "$ref", "type", "enum", "const", "format", "pattern", "required", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
		"exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "dependencies":
		return name
	}
	return "schema"
}

// knownReason returns the member and the keyword for some reasons without a path in a schema.
func knownReason(reason string) string {
	for _, known := range [...]struct{ phrase, member string }{
		{"identity state is not valid", "state: enum"},
		{"Unable to find JSON Schema ID", "schema_id: unknown to the server"},
		{"does not match any known hash format", "credentials.password.config.hashed_password: format"},
		{`unknown field "organization_id"`, "organization_id: unknown to this version of Kratos"},
		{`unknown field "external_id"`, "external_id: unknown to this version of Kratos"},
		{`unknown field "saml"`, "credentials.saml: unknown to this version of Kratos"},
		{`unknown field "use_password_migration_hook"`, "credentials.password.config.use_password_migration_hook: unknown to this version of Kratos"},
		{"incorrect UUID", "a UUID is malformed"},
	} {
		if strings.Contains(reason, known.phrase) {
			return known.member
		}
	}
	return ""
}

// detectInvalidTraits makes an [ErrInvalidArgument] of the status 500 that Kratos responds with to
// an empty identifier in the traits.
func (e *Error) detectInvalidTraits() {
	if (e.StatusCode == http.StatusInternalServerError || e.Code == http.StatusInternalServerError) && e.sentinel == nil &&
		strings.Contains(e.Reason+e.Message, "missing or empty identifier") {
		e.sentinel, e.text = ErrInvalidArgument, "an identifier in the traits is empty: leave empty traits out, with omitzero or omitempty in a struct"
	}
}
