package schema

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Field is a field of a form for traits.
type Field struct {
	// Name is the name of the node, such as "traits.name.first".
	Name string
	// Type is the type of the node: "text", "email", "tel", "url", "date", "datetime-local", "number"
	// or "checkbox".
	Type string
	// Title is the text of the label; a field without one has no label.
	Title string
	// Required, Autocomplete and Pattern are attributes of the node.
	Required              bool
	Autocomplete, Pattern string
	// Identifier is whether it has an identifier of a password, security key or code.
	Identifier bool
	// List is whether the trait is a list, and Item the type of the node of an item.
	List bool
	Item string
}

// Fields returns the fields for traits in the order of a form: that of the properties in the
// schema. A list of strings, numbers or booleans is one field; objects in lists have none.
func (s *Schema) Fields() []Field { return slices.Clone(s.fields()) }

func (s *Schema) listFields() []Field {
	l := fieldList{schema: s, fields: map[string]Field{}, final: map[string]bool{}}
	l.add(s.compiled, nil, nil, nil)
	var all []Field
	for _, f := range l.fields {
		if f.Type != noInput {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b Field) int {
		return cmp.Or(cmp.Compare(s.position(a.Name), s.position(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return all
}

// position returns the position of a field: that of the first name that it begins with.
func (s *Schema) position(name string) int {
	if i := slices.IndexFunc(s.order, func(prefix string) bool { return strings.HasPrefix(name, prefix) }); i >= 0 {
		return i
	}
	return len(s.order)
}

// fieldList collects fields. Of several subschemas for a field the last one counts, or the first
// that has a default.
type fieldList struct {
	schema *Schema
	fields map[string]Field
	final  map[string]bool
}

// add adds the fields of the subschema at path, which has a parent, and of those below it.
func (l *fieldList) add(s, parent *jsonschema.Schema, path []string, above []*jsonschema.Schema) {
	if slices.Contains(above, s) {
		return // a recursive schema: Kratos makes no form of it
	}
	above = append(slices.Clip(above), s)
	name := strings.Join(path, ".")
	if f, ok := l.field(s, name); ok && !l.final[name] {
		f.Required = slices.Contains(parent.Required, path[len(path)-1])
		l.fields[name], l.final[name] = f, s.Default != nil
	}
	for _, sub := range []*jsonschema.Schema{s.Ref, s.Not, s.If, s.Then, s.Else} {
		if sub != nil {
			l.add(sub, s, path, above)
		}
	}
	for _, sub := range slices.Concat(s.AllOf, s.AnyOf, s.OneOf) {
		l.add(sub, s, path, above)
	}
	for _, property := range l.schema.keywordsOf(s).names {
		if sub := s.Properties[property]; sub != nil {
			l.add(sub, s, append(slices.Clip(path), property), above)
		}
	}
}

func (l *fieldList) field(s *jsonschema.Schema, name string) (Field, bool) {
	k := l.schema.keywordsOf(s)
	f := Field{Name: name, Title: s.Title, Type: l.inputType(s, k)}
	if f.Type == "" || f.Type == noInput || name == "" {
		return f, f.Type != "" && name != ""
	}
	switch k.format {
	case "date-time":
		f.Type = "datetime-local"
	case "email", "tel":
		f.Type, f.Autocomplete = k.format, k.format
	case "date":
		f.Type = k.format
	case "uri":
		f.Type, f.Autocomplete = "url", "url"
	}
	if f.List = slices.Equal(k.types, []string{"array"}); f.List {
		f.Item = l.itemType(s)
	}
	if s.Pattern != nil {
		f.Pattern = s.Pattern.String()
	}
	if k.config != nil {
		c := k.config.Credentials
		f.Identifier = c.Password.Identifier || c.WebAuthn.Identifier || c.Code.Identifier
	}
	return f, true
}

// noInput is the type of values that Kratos makes no node for, but that hide the node of another
// subschema for the same value.
const noInput = "none"

// inputType returns the type of a node for a subschema, or "" if it says nothing about nodes.
func (l *fieldList) inputType(s *jsonschema.Schema, k *keywords) string {
	if s.Const != nil {
		return constType(*s.Const)
	}
	switch {
	case len(k.types) == 1:
		return l.singleType(s, k.types[0])
	case s.Default == nil:
		return ""
	case len(k.types) > 2:
		return noInput
	}
	return "text"
}

func constType(v any) string {
	switch v.(type) {
	case nil:
		return ""
	case json.Number:
		return "number"
	case bool:
		return "checkbox"
	case string:
		return "text"
	}
	return noInput
}

func (l *fieldList) singleType(s *jsonschema.Schema, typ string) string {
	switch typ {
	case "number", "integer":
		return "number"
	case "boolean":
		return "checkbox"
	case "string":
		return "text"
	case "object":
		return noInput
	case "array":
		return l.listType(s)
	}
	return "" // null
}

// itemType returns the type of a node for an item of a list.
func (l *fieldList) itemType(s *jsonschema.Schema) string {
	sub, ok := s.Items.(*jsonschema.Schema)
	if !ok {
		return "text"
	}
	if sub.Ref != nil {
		sub = sub.Ref
	}
	return cmp.Or(l.inputType(sub, l.schema.keywordsOf(sub)), "text")
}

// listType returns the type of a node for a list: Kratos shows none of lists of objects or lists.
func (l *fieldList) listType(s *jsonschema.Schema) string {
	items, _ := s.Items.([]*jsonschema.Schema)
	if sub, ok := s.Items.(*jsonschema.Schema); ok {
		items = append(items, sub)
	}
	var types []string
	for _, sub := range items {
		types = append(types, l.schema.keywordsOf(sub).types...)
		if sub.Ref != nil {
			types = append(types, l.schema.keywordsOf(sub.Ref).types...)
		}
	}
	if types = slices.Compact(types); len(types) == 1 && slices.Contains([]string{"object", "array", "null"}, types[0]) {
		return noInput
	}
	return "text"
}
