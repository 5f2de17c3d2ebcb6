package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// errTraits is the error of traits that are not JSON. Kratos responds with an error of the server.
var errTraits = errors.New("the traits are not JSON")

// traits returns the traits of a form. Fields of a form, whose names are like "traits.age", get the
// types of the schema; objects of the schema that the form does not have are empty. The traits are
// not validated.
func (f form) traits(s *schema.Schema) (json.RawMessage, error) {
	value, ok := f["traits"]
	if text, isText := value.(string); isText {
		if json.Unmarshal([]byte(text), &value) != nil {
			return nil, errTraits
		}
	}
	object, isObject := value.(map[string]any)
	if ok && !isObject {
		return json.Marshal(value)
	}
	object = copyObject(object)
	for _, field := range s.Fields() {
		f.setTrait(object, field)
	}
	return json.Marshal(object)
}

// copyObject returns a copy of nested objects.
func copyObject(object map[string]any) map[string]any {
	clone := make(map[string]any, len(object))
	for name, value := range object {
		if inner, ok := value.(map[string]any); ok {
			value = copyObject(inner)
		}
		clone[name] = value
	}
	return clone
}

// setTrait adds the objects that a field is in, and converts the text of the field in a form.
func (f form) setTrait(traits map[string]any, field schema.Field) {
	path := strings.Split(strings.TrimPrefix(field.Name, "traits."), ".")
	object, last := traits, path[len(path)-1]
	for _, name := range path[:len(path)-1] {
		inner, ok := object[name].(map[string]any)
		if !ok && object[name] != nil {
			return
		}
		if !ok {
			inner = map[string]any{}
			object[name] = inner
		}
		object = inner
	}
	submitted, ok := f[field.Name]
	if !ok {
		if field.List && f.hasItems(field.Name) {
			delete(object, last)
		}
		return
	}
	if value := convert(submitted, field); value != nil {
		object[last] = value
		return
	}
	delete(object, last)
}

// hasItems reports whether a form has fields for the items of a list, which Kratos shows but does
// not read.
func (f form) hasItems(list string) bool {
	for name := range f {
		if strings.HasPrefix(name, list+".") {
			return true
		}
	}
	return false
}

// convert returns the value of a field of a form, or nil if the field is empty and not required. A
// text that is not of the field's type stays as it is.
func convert(submitted any, field schema.Field) any {
	list, ok := submitted.([]string)
	if ok && field.List {
		items := make([]any, len(list))
		for i, text := range list {
			items[i] = text
			if item := convert(text, schema.Field{Type: field.Item}); item != nil {
				items[i] = item
			}
		}
		return items
	}
	if ok {
		submitted = list[len(list)-1]
	}
	text, ok := submitted.(string)
	if !ok {
		return submitted
	}
	switch {
	case text == "" && field.Type == "number" && field.Required:
		return 0
	case text == "" && field.Type == "checkbox" && field.Required:
		return false
	case text == "":
		return nil
	case field.Type == "number":
		if _, err := strconv.ParseFloat(text, 64); err == nil && json.Valid([]byte(text)) {
			return json.Number(text)
		}
	case field.Type == "checkbox":
		if b, err := strconv.ParseBool(text); err == nil {
			return b
		}
	}
	return text
}

// trait is the value of a field.
type trait struct {
	Name  string // "traits.name.first", or "traits.tags.0" of a list
	Value any
}

// flattenTraits returns the values of traits by their fields, in the order of names.
func flattenTraits(traits json.RawMessage) []trait {
	decoder := json.NewDecoder(bytes.NewReader(traits))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return nil
	}
	return flatten(nil, "traits", value)
}

func flatten(flat []trait, name string, value any) []trait {
	switch value := value.(type) {
	case map[string]any:
		for _, member := range slices.Sorted(maps.Keys(value)) {
			flat = flatten(flat, name+"."+strings.ReplaceAll(member, ".", `\.`), value[member])
		}
		return flat
	case []any:
		for i, item := range value {
			flat = flatten(flat, name+"."+strconv.Itoa(i), item)
		}
		return flat
	}
	return append(flat, trait{name, value})
}

// traitNodes returns the fields of an identity schema, without values.
func (s *Server) traitNodes(identitySchema *schema.Schema, group string) []*node {
	var nodes []*node
	for _, field := range identitySchema.Fields() {
		n := input(group, field.Name, field.Type, nil)
		n.Attributes.Required, n.Attributes.Autocomplete, n.Attributes.Pattern = field.Required, field.Autocomplete, field.Pattern
		if field.Title != "" {
			n.label(kratos.MessageLabelTrait, s.titleContext(field)...)
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// titleContext returns the context of the label of a field.
func (s *Server) titleContext(field schema.Field) []any {
	context := []any{"title", field.Title}
	if s.since("v25.4.0") {
		context = append(context, "name", field.Name)
	}
	return context
}

// setTraits sets the values of the fields that the form has. Items of lists have fields without
// labels.
func (u *ui) setTraits(traits json.RawMessage) {
	for _, t := range flattenTraits(traits) {
		if n := u.node(t.Name); n != nil {
			n.Attributes.Value = t.Value
			continue
		}
		list := t.Name[:max(strings.LastIndexByte(t.Name, '.'), 0)]
		if n := u.node(list); n != nil {
			u.add(input(n.Group, t.Name, typeOfValue(t.Value), t.Value))
		}
	}
}

// putTraits sets the values of fields, and adds those that the form does not have, without labels.
func (u *ui) putTraits(traits json.RawMessage, group string) {
	for _, t := range flattenTraits(traits) {
		if n := u.node(t.Name); n != nil {
			n.Attributes.Value, n.Group = t.Value, group
			continue
		}
		u.add(input(group, t.Name, typeOfValue(t.Value), t.Value))
	}
}

// typeOfValue returns the type of a field without a schema.
func typeOfValue(value any) string {
	switch value.(type) {
	case bool:
		return "checkbox"
	case json.Number, float64:
		return "number"
	}
	return "text"
}

// sameValue reports whether a field has a value, whatever the type of a number is.
func sameValue(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }
