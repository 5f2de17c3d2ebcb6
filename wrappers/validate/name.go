package validate

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Kratos' administrative API decodes JSON with encoding/json, which also takes a name that differs
// from a member's in case only, and the last one wins. Such a name says one thing to Kratos and
// another to a reader of exact names, as this package is.

// miswritten returns the name of a member that name differs from in case only; "" if there is none.
// Case is that of [strings.EqualFold], in which "ſ" is an "s".
func (s *schema) miswritten(name string) string {
	if s == nil {
		return ""
	}
	if _, known := s.properties[name]; known {
		return ""
	}
	return s.like(name)
}

// like returns the name of a member that is equal to name but for case; "" if there is none.
func (s *schema) like(name string) string {
	i := slices.IndexFunc(s.names, func(known string) bool { return strings.EqualFold(known, name) })
	if i < 0 {
		return ""
	}
	return s.names[i]
}

// flattened returns the name of the member that a name with a dot, such as "traits.email", is a
// part of; "" if there is none.
func (s *schema) flattened(name string) string {
	head, _, dotted := strings.Cut(name, ".")
	if !dotted {
		return ""
	}
	return s.like(head)
}

// unknownName reports the n-th member of the object at the cursor, whose name the schema does not
// have.
func (j *judge) unknownName(s *schema, name string, n int) {
	if known := s.miswritten(name); known != "" && !j.answer {
		j.problem(j.where(known), "case", "must be written "+known)
		return
	}
	if known := s.flattened(name); known != "" && j.fieldNames && len(j.path) == 0 {
		j.problem(j.where(known), "name", "must be one member: a name with a dot is read as a part of it")
		return
	}
	if s.closed || j.strict && !s.open {
		j.here("additionalProperties", "has as member "+strconv.Itoa(n)+" none of "+list(s.names))
	}
}

// names reports the names in the value at the cursor that s has in another case, and goes past the
// value. Nothing else is validated.
func (j *judge) names(s *schema) {
	switch first := j.peek(); {
	case first == '{' && s != nil:
		j.enter()
		for n := 1; j.more(); n++ {
			name := string(j.name())
			if s.miswritten(name) != "" {
				j.unknownName(s, name, n)
			}
			j.namesInside(s, name)
		}
	case first == '[' && s != nil:
		j.enter()
		for i := 0; j.more(); i++ {
			j.namesInside(s, strconv.Itoa(i))
		}
	default:
		j.skip()
	}
}

func (j *judge) namesInside(s *schema, token string) {
	below, known := s.member(token)
	if !known {
		token = other
	}
	j.path = append(j.path, step{name: token})
	j.names(below)
	j.path = j.path[:len(j.path)-1]
}

// union returns a schema with the members of all variants, none of them required. It is for a body
// that does not say which variant it is.
func (s *schema) union() *schema {
	u := &schema{kind: "object", properties: map[string]property{}}
	for _, value := range s.values {
		maps.Copy(u.properties, s.variants[value].properties)
	}
	u.names = slices.Sorted(maps.Keys(u.properties))
	return u
}
