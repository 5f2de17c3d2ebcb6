// Package jsonv2 decodes the responses of Kratos: with encoding/json/v2 of the standard library
// from Go 1.27 on, and with the module that it comes from before. No other package of the project
// imports either.
//
// Decoding accepts duplicate names and invalid UTF-8.
package jsonv2

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
)

// Unmarshal decodes the JSON value b into v.
func Unmarshal(b []byte, v any) error { return unmarshal(b, v, tolerant) }

// NewDecoder returns a decoder that reads JSON values from r.
func NewDecoder(r io.Reader) *Decoder { return newDecoder(r, tolerant) }

// UnmarshalDecode decodes the next value of dec into v.
func UnmarshalDecode(dec *Decoder, v any) error { return unmarshalDecode(dec, v) }

// UnmarshalLossless decodes the next value of dec, an object, into known. It keeps in unknown the
// members without a field, and those whose fields known omits when it is encoded, such as an empty
// string. It decodes the value twice.
func UnmarshalLossless[T any](dec *Decoder, known *T, unknown *map[string]json.RawMessage) error {
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	text := bytes.Clone(value)
	if err := Unmarshal(text, known); err != nil {
		return err
	}
	written, err := marshal(known)
	if err != nil {
		return err
	}
	var before, after map[string]json.RawMessage
	if err := errors.Join(Unmarshal(text, &before), Unmarshal(written, &after)); err != nil {
		return err
	}
	maps.DeleteFunc(before, func(name string, _ json.RawMessage) bool { return after[name] != nil })
	*unknown = before
	return nil
}

// Zero is a member with the JSON value Value, which is encoded When its field is zero and omits it.
type Zero struct {
	Name, Value string
	When        bool
}

// MarshalOpen encodes known as an object, followed by zero and by the members of unknown, sorted by
// name, as far as known has not got them. It writes what encoding/json would.
func MarshalOpen(known any, unknown map[string]json.RawMessage, zero ...Zero) ([]byte, error) {
	b, err := marshal(known)
	if err != nil || plain(unknown, zero) {
		return b, err
	}
	b = bytes.TrimSuffix(b, []byte("}"))
	for _, z := range zero {
		if z.When && unknown[z.Name] == nil {
			b = appendMember(b, z.Name, []byte(z.Value))
		}
	}
	if len(unknown) > 0 {
		b, err = appendUnknown(b, unknown)
	}
	return append(b, '}'), err
}

// MarshalOpenTo writes what [MarshalOpen] returns.
func MarshalOpenTo(enc *Encoder, known any, unknown map[string]json.RawMessage, zero ...Zero) error {
	if plain(unknown, zero) {
		return marshalEncode(enc, known)
	}
	b, err := MarshalOpen(known, unknown, zero...)
	if err != nil {
		return err
	}
	return enc.WriteValue(b)
}

// plain reports whether an object has the members of its fields only.
func plain(unknown map[string]json.RawMessage, zero []Zero) bool {
	return len(unknown) == 0 && !slices.ContainsFunc(zero, func(z Zero) bool { return z.When })
}

// MarshalMembers encodes the values of the unknown members of an object that have a type.
func MarshalMembers[V any](values map[string]V) (map[string]json.RawMessage, error) {
	members := make(map[string]json.RawMessage, len(values))
	for name, value := range values {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		members[name] = text
	}
	return members, nil
}

// appendUnknown appends members to an object without its closing brace.
func appendUnknown(b []byte, unknown map[string]json.RawMessage) ([]byte, error) {
	var written map[string]json.RawMessage
	if err := Unmarshal(append(slices.Clone(b), '}'), &written); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		if written[name] == nil {
			b = appendMember(b, name, unknown[name])
		}
	}
	return b, nil
}

// appendMember appends a member to an object without its closing brace.
func appendMember(b []byte, name string, value []byte) []byte {
	if len(b) > 1 {
		b = append(b, ',')
	}
	quoted, _ := json.Marshal(name) // a string can be encoded
	return append(append(append(b, quoted...), ':'), value...)
}
