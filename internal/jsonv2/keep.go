package jsonv2

import (
	"encoding/json"
	"reflect"
	"strings"
)

// UnmarshalKeeping decodes the JSON value b into the struct v. Members without a field, of v and of
// the structs in it, go into the map AdditionalProperties of the struct, if it has one. It costs
// nothing without such members.
func UnmarshalKeeping[T any](b []byte, v *T) error {
	if unmarshal(b, v, strict) == nil {
		return nil
	}
	*v = *new(T)
	if err := Unmarshal(b, v); err != nil {
		return err
	}
	keep(reflect.ValueOf(v).Elem(), b)
	return nil
}

const additional = "AdditionalProperties"

// keep puts the members of the JSON value text that have no field into v.
func keep(v reflect.Value, text []byte) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			keep(v.Elem(), text)
		}
	case reflect.Slice:
		var items []json.RawMessage
		if v.Type().Elem().Kind() == reflect.Uint8 || Unmarshal(text, &items) != nil {
			return
		}
		for i := range min(len(items), v.Len()) {
			keep(v.Index(i), items[i])
		}
	case reflect.Struct:
		keepMembers(v, text)
	}
}

func keepMembers(v reflect.Value, text []byte) {
	unknown := v.FieldByName(additional)
	var members map[string]json.RawMessage
	if !unknown.IsValid() || Unmarshal(text, &members) != nil {
		return
	}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if member, ok := members[name]; ok {
			keep(v.Field(i), member)
			delete(members, name)
		}
	}
	if unknown.IsNil() && len(members) > 0 { // types that decode themselves have them already
		unknown.Set(reflect.ValueOf(members))
	}
}
