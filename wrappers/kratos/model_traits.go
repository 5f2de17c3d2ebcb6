package kratos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Traits decodes the traits into a T: a struct, a map, a [json.RawMessage] or a []byte. It fails
// with [ErrUnexpectedResponse] if they do not fit, or if T has fields for none of them, unless all
// are tagged omitempty or omitzero.
func Traits[T any, I Identity | *Identity](identity I) (T, error) {
	const op = "Traits"
	raw := asPointer(identity).RawTraits
	traits, err := decodeAs[T](op, raw)
	if err == nil && !hasAnyField[T](raw) {
		text := fmt.Sprintf("the traits have none of the fields of %T; if all are optional, tag them omitzero", traits)
		return traits, &Error{Operation: op, sentinel: ErrUnexpectedResponse, text: text}
	}
	return traits, err
}

// MetadataPublic decodes metadata_public into a T; zero if there is none.
func MetadataPublic[T any, I Identity | *Identity](identity I) (T, error) {
	return decodeAs[T]("MetadataPublic", asPointer(identity).RawMetadataPublic)
}

// MetadataAdmin decodes metadata_admin into a T; zero if there is none.
func MetadataAdmin[T any, I Identity | *Identity](identity I) (T, error) {
	return decodeAs[T]("MetadataAdmin", asPointer(identity).RawMetadataAdmin)
}

func asPointer[I Identity | *Identity](identity I) *Identity {
	switch identity := any(identity).(type) {
	case *Identity:
		if identity != nil {
			return identity
		}
	case Identity:
		return &identity
	}
	return new(Identity)
}

// decodeAs decodes data, which may be empty. Errors name the function.
func decodeAs[T any](function string, data []byte) (v T, err error) {
	if raw, ok := any(&v).(*[]byte); ok { // in which encoding/json expects Base64
		*raw = bytes.Clone(data)
		return v, nil
	}
	if len(data) == 0 {
		return v, nil
	}
	if json.Unmarshal(data, &v) != nil {
		return v, &Error{Operation: function, sentinel: ErrUnexpectedResponse, text: "the JSON does not fit the Go type"}
	}
	return v, nil
}

// hasAnyField reports whether T has a field for a member of a JSON object. It is also true if the
// object is empty, or all fields of T are optional.
func hasAnyField[T any](data []byte) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil || len(members) == 0 || allOptional(reflect.TypeFor[T]()) {
		return true
	}
	for name := range members {
		if hasField[T](name) {
			return true
		}
	}
	return false
}

// hasField reports whether T has a field for a member of this name. It decodes null, which does not
// change a field, so that encoding/json itself matches the name.
func hasField[T any](name string) bool {
	member, err := json.Marshal(map[string]any{name: nil})
	if err != nil {
		return false
	}
	strict := json.NewDecoder(bytes.NewReader(member))
	strict.DisallowUnknownFields()
	return strict.Decode(new(T)) == nil || json.Unmarshal(member, new(T)) != nil // T has an UnmarshalJSON method
}

// allOptional reports whether a struct has fields for members, and the tags of all of them say that
// the member may be absent.
func allOptional(typ reflect.Type) bool {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return false
	}
	fields := 0
	for _, f := range reflect.VisibleFields(typ) {
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		if !f.IsExported() || tag == "-" || f.Anonymous && name == "" {
			continue
		}
		if !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			return false
		}
		fields++
	}
	return fields > 0
}
