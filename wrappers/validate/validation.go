package validate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// validation collects the violations of a request or response.
type validation struct {
	strict      bool // also report what the description does not list
	isResponse  bool // ignore unknown values of enums and discriminators, unless strict
	acceptsForm bool // Kratos reads "traits.email" in JSON as it does in a form
	violations  []Violation

	path []pathToken // from the root of the body to the value that is decoded
}

// pathToken is a token of a JSON Pointer: a property, or an index where the name is empty.
type pathToken struct {
	name  string
	index int
}

// location is the place of a violation; see [Violation].
type location struct{ in, name, pointer string }

func inBodyAt(pointer string) location { return location{in: inBody, pointer: pointer} }

func header(name string) location { return location{in: inHeader, name: name} }

func (at location) violation(keyword, message string) *Violation {
	return &Violation{at.in, at.name, truncatePointer(at.pointer), keyword, truncate(message, maxMessage)}
}

// redactedName replaces a name that is not in the description.
const redactedName = "*"

// report adds a violation.
func (v *validation) report(at location, keyword, message string) {
	if len(v.violations) < maxViolations {
		v.violations = append(v.violations, *at.violation(keyword, message))
	}
}

// position returns the location of the value that is decoded, or of its property if name is not "".
func (v *validation) position(name string) location {
	var b strings.Builder
	for _, t := range v.path {
		b.WriteString("/" + cmp.Or(escapeToken(t.name), strconv.Itoa(t.index)))
	}
	if name != "" {
		b.WriteString("/" + escapeToken(name))
	}
	return inBodyAt(b.String())
}

// descend runs f with a token appended to the path.
func (v *validation) descend(token pathToken, f func() error) error {
	v.path = append(v.path, token)
	err := f()
	v.path = v.path[:len(v.path)-1]
	return err
}

// validateJSON validates a JSON text against a schema.
func (v *validation) validateJSON(ref *openapi3.SchemaRef, data []byte) {
	s, before := deref(ref), len(v.violations)
	dec := newDecoder(data)
	var value any
	var err error
	if s, value, err = v.decode(dec, s); err == nil {
		err = checkEnd(dec, data)
	}
	if err != nil {
		v.violations = v.violations[:before]
		v.reportSyntax(err, dec, deref(ref))
		return
	}
	if s == nil || s.VisitJSON(value, failFast...) == nil {
		return
	}
	v.reportSchemaErrors(s.VisitJSON(limitErrors(s, value), collectAll...), s)
}

// limitErrors returns value without what follows the first 100 invalid items of an array or
// properties of a map, because kin-openapi does not limit the number of its errors.
func limitErrors(s *openapi3.Schema, value any) any {
	s = unwrapAllOf(s)
	switch value := value.(type) {
	case []any:
		items := deref(s.Items)
		invalid := 0
		for i, item := range value {
			if items == nil || items.VisitJSON(item, failFast...) == nil {
				continue
			}
			value[i] = limitErrors(items, item)
			if invalid++; invalid == maxViolations {
				return value[:i+1]
			}
		}
	case map[string]any:
		for name, p := range s.Properties {
			if item, ok := value[name]; ok {
				value[name] = limitErrors(deref(p), item)
			}
		}
		limitMapErrors(s, value)
	}
	return value
}

// limitMapErrors is limitErrors for additionalProperties.
func limitMapErrors(s *openapi3.Schema, value map[string]any) {
	additional := deref(s.AdditionalProperties.Schema)
	if additional == nil {
		return
	}
	names := make([]string, 0, len(value))
	for name := range value {
		if s.Properties[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	invalid := 0
	for _, name := range names {
		if additional.VisitJSON(value[name], failFast...) == nil {
			continue
		}
		if invalid++; invalid > maxViolations {
			delete(value, name)
			continue
		}
		value[name] = limitErrors(additional, value[name])
	}
}
