package validate

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// validation collects the problems of one request or response.
type validation struct {
	strict   bool // what the description does not name is a problem
	response bool // values of enums and discriminators that are not described are allowed, unless strict
	problems []Violation

	fieldNames bool   // the body's members are also read by the names of a form's fields, such as "traits.email"
	path       []step // to the value that is decoded
}

// step is one step of a path: a name, or the index of an element where that is empty.
type step struct {
	name  string
	index int
}

const redactedName = "*" // stands for names that the description does not have

func (v *validation) problem(where, rule, message string) {
	if len(v.problems) < maxProblems {
		v.problems = append(v.problems, Violation{shorten(where, maxWhere), rule, shorten(message, maxMessage)})
	}
}

// where returns the JSON Pointer to the value that is decoded, or to a member of it.
func (v *validation) where(member string) string {
	var b strings.Builder
	for _, s := range v.path {
		b.WriteString("/" + cmp.Or(s.name, strconv.Itoa(s.index)))
	}
	if member != "" {
		b.WriteString("/" + member)
	}
	return cmp.Or(b.String(), "body")
}

// inside runs f one step further down the path.
func (v *validation) inside(at step, f func() error) error {
	v.path = append(v.path, at)
	err := f()
	v.path = v.path[:len(v.path)-1]
	return err
}

// json validates a text that should be JSON of a schema.
func (v *validation) json(ref *openapi3.SchemaRef, text []byte) {
	s, before := resolve(ref), len(v.problems)
	dec := newDecoder(text)
	var value any
	var err error
	if s, value, err = v.decode(dec, s); err == nil {
		err = end(dec, text)
	}
	if err != nil {
		v.problems = v.problems[:before]
		v.syntax(err, dec, resolve(ref))
		return
	}
	if s == nil || s.VisitJSON(value, quickly...) == nil {
		return
	}
	v.collect(s.VisitJSON(cut(s, value), schemaOptions...), s)
}

// cut returns a value without what comes after the first hundred wrong elements of an array or
// members of a map, so that the number of errors, which kin-openapi does not limit, is not that of
// the elements.
func cut(s *openapi3.Schema, value any) any {
	s = resolved(s)
	switch value := value.(type) {
	case []any:
		items := resolve(s.Items)
		wrong := 0
		for i, item := range value {
			if items == nil || items.VisitJSON(item, quickly...) == nil {
				continue
			}
			value[i] = cut(items, item)
			if wrong++; wrong == maxProblems {
				return value[:i+1]
			}
		}
	case map[string]any:
		for name, p := range s.Properties {
			if item, ok := value[name]; ok {
				value[name] = cut(resolve(p), item)
			}
		}
		cutMap(s, value)
	}
	return value
}

// cutMap is cut for the members that the schema has no names for.
func cutMap(s *openapi3.Schema, value map[string]any) {
	rest := resolve(s.AdditionalProperties.Schema)
	if rest == nil {
		return
	}
	names := make([]string, 0, len(value))
	for name := range value {
		if s.Properties[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	wrong := 0
	for _, name := range names {
		if rest.VisitJSON(value[name], quickly...) == nil {
			continue
		}
		if wrong++; wrong > maxProblems {
			delete(value, name)
			continue
		}
		value[name] = cut(rest, value[name])
	}
}
