package validate

import (
	"bytes"
	"math/bits"
	"strconv"
	"strings"
)

// judge collects what is wrong with one request or answer.
type judge struct {
	strict   bool // what the spec does not name is wrong
	answer   bool // unknown values of enums and discriminators are welcome, unless strict
	problems []Problem

	fieldNames bool // the body's members are also read by the names of a form's fields, such as "traits.email"

	cursor
	path []step // where the cursor is
}

// step is one of the steps to a place: a member that the spec names, an element, or neither.
type step struct {
	name  string
	index int
}

const other = "*" // stands for names that are not the spec's own

func (j *judge) problem(where, rule, message string) {
	if len(j.problems) < maxProblems {
		j.problems = append(j.problems, Problem{shorten(where, maxWhere), rule, shorten(message, maxMessage)})
	}
}

// here reports a problem with the value at the cursor.
func (j *judge) here(rule, message string) { j.problem(j.where(""), rule, message) }

// where returns the JSON Pointer to the value at the cursor, or to a member of it.
func (j *judge) where(member string) string {
	var b strings.Builder
	for _, s := range j.path {
		b.WriteByte('/')
		if s.name == "" {
			b.WriteString(strconv.Itoa(s.index))
		}
		b.WriteString(s.name)
	}
	if member != "" {
		b.WriteString("/" + member)
	}
	if b.Len() == 0 {
		return "body"
	}
	return b.String()
}

// inside judges a value one step further down.
func (j *judge) inside(at step, s *schema) {
	j.path = append(j.path, at)
	j.value(s)
	j.path = j.path[:len(j.path)-1]
}

// value judges the value at the cursor, and goes past it.
func (j *judge) value(s *schema) {
	first := j.peek()
	switch {
	case s == nil || s.kind == "" && s.oneOf == nil, len(j.problems) == maxProblems:
		j.skip() // anything goes, or nothing more is said
	case first == 'n':
		if j.skip(); !s.nullable {
			j.here("nullable", "must not be null")
		}
	case s.variants != nil:
		j.variant(s)
	case s.oneOf != nil:
		j.value(j.closest(s.oneOf))
	case !fits(s.kind, first):
		j.skip()
		j.here("type", "must be "+aKind(s.kind))
	case s.kind == "object":
		j.object(s)
	case s.kind == "array":
		j.array(s)
	case s.kind == "string":
		j.scalar(s, j.str())
	default:
		j.scalar(s, j.skip())
	}
}

// fits reports whether a value that begins with first may be of a kind.
func fits(kind string, first byte) bool {
	switch kind {
	case "object":
		return first == '{'
	case "array":
		return first == '['
	case "string":
		return first == '"'
	case "boolean":
		return first == 't' || first == 'f'
	}
	return first == '-' || '0' <= first && first <= '9'
}

func aKind(kind string) string {
	if strings.ContainsRune("aeiou", rune(kind[0])) {
		return "an " + kind
	}
	return "a " + kind
}

func (j *judge) array(s *schema) {
	j.enter()
	for i := 0; j.more(); i++ {
		j.inside(step{index: i}, s.items)
	}
}

func (j *judge) object(s *schema) {
	var seen uint64
	j.enter()
	for n := 1; j.more(); n++ {
		name := j.name()
		if p, known := s.properties[string(name)]; known {
			seen |= 1 << p.index
			j.inside(step{name: s.names[p.index]}, p.schema)
			continue
		}
		j.unknownName(s, string(name), n)
		j.inside(step{name: other}, s.rest)
	}
	for missing := s.required &^ seen; missing != 0; missing &= missing - 1 {
		j.problem(j.where(s.names[bits.TrailingZeros64(missing)]), "required", "is missing")
	}
}

// variant judges an object by the schema that its discriminator names.
func (j *judge) variant(s *schema) {
	if j.peek() != '{' {
		j.skip()
		j.here("type", "must be an object")
		return
	}
	value := cursor{text: j.find(s.discriminator)}
	if value.text == nil {
		j.problem(j.where(s.discriminator), "required", "is missing; it is one of "+list(s.values))
		if j.answer {
			j.skip()
			return
		}
		j.names(s.anyVariant)
		return
	}
	if value.text[0] != '"' {
		j.problem(j.where(s.discriminator), "type", "must be a string")
		j.skip()
		return
	}
	variant := s.variants[string(value.str())]
	if variant == nil && (!j.answer || j.strict) {
		j.problem(j.where(s.discriminator), "discriminator", "must be one of "+list(s.values))
	}
	j.value(variant)
}

// find returns the member name of the object at the cursor as it is written, and stays there.
func (j *judge) find(name string) []byte {
	c := j.cursor
	c.enter()
	for c.more() {
		found := string(c.name()) == name
		if value := c.skip(); found {
			return value
		}
	}
	return nil
}

// closest returns the alternative of whose required members the object at the cursor has the largest part: that is what it is
// meant to be.
func (j *judge) closest(alternatives []*schema) *schema {
	if j.peek() != '{' {
		return alternatives[0]
	}
	best, most := alternatives[0], -1.0
	for _, s := range alternatives {
		var seen uint64
		c := j.cursor
		c.enter()
		for c.more() {
			if p, known := s.properties[string(c.name())]; known {
				seen |= 1 << p.index
			}
			c.skip()
		}
		part := float64(bits.OnesCount64(seen&s.required)) / float64(max(1, bits.OnesCount64(s.required)))
		if part > most {
			best, most = s, part
		}
	}
	return best
}

// scalar judges the text of a string, number or boolean.
func (j *judge) scalar(s *schema, text []byte) {
	if rule, message := s.scalar(text, j.answer && !j.strict); rule != "" {
		j.here(rule, message)
	}
}

// list writes down what is allowed.
func list(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = v
		if v == "" {
			quoted[i] = `""`
		}
	}
	return strings.Join(quoted, ", ")
}

// safe makes a JSON Pointer of one that may hold names that are not the spec's own.
func (s *schema) safe(pointer string) string {
	var b bytes.Buffer
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		b.WriteByte('/')
		next, known := s.member(token)
		s = next
		if !known {
			token = other
		}
		b.WriteString(token)
	}
	return b.String()
}

// member returns the schema of a member or element, and whether the spec has its name, or it is the number of an element.
func (s *schema) member(token string) (*schema, bool) {
	if s == nil {
		return nil, false
	}
	if s.kind == "array" {
		_, err := strconv.ParseUint(token, 10, 32)
		return s.items, err == nil
	}
	if p, ok := s.properties[token]; ok {
		return p.schema, true
	}
	for _, alternative := range s.oneOf {
		if found, ok := alternative.member(token); ok {
			return found, true
		}
	}
	return s.rest, false
}
