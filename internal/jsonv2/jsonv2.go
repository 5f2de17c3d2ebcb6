// Package jsonv2 is the JSON engine that decodes Kratos' answers: the standard library's encoding/json/v2 from Go 1.27,
// and the module it came from before that. Nothing else in the project imports either.
//
// Answers are decoded tolerantly: a duplicate name or invalid UTF-8 is no reason to lose an answer.
package jsonv2

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
)

// Unmarshal decodes the JSON text b into v.
func Unmarshal(b []byte, v any) error { return unmarshal(b, v, tolerant) }

// NewDecoder returns a decoder of the JSON texts in r.
func NewDecoder(r io.Reader) *Decoder { return newDecoder(r, tolerant) }

// UnmarshalDecode decodes the next value of dec into v.
func UnmarshalDecode(dec *Decoder, v any) error { return unmarshalDecode(dec, v) }

// UnmarshalOpen decodes the next value of dec, an object, into known, and the members that known has no field for into unknown.
func UnmarshalOpen[T any](dec *Decoder, known *T, unknown *map[string]json.RawMessage) error {
	open := open[T]{Known: known}
	if err := unmarshalDecode(dec, &open); err != nil {
		return err
	}
	*unknown = open.Unknown
	return nil
}

// MarshalOpen is the reverse of [UnmarshalOpen]: known as an object, followed by the members of unknown in the order of their names.
func MarshalOpen(known any, unknown map[string]json.RawMessage) ([]byte, error) {
	b, err := json.Marshal(known)
	if err != nil || len(unknown) == 0 {
		return b, err
	}
	b = bytes.TrimSuffix(b, []byte("}"))
	for _, name := range slices.Sorted(maps.Keys(unknown)) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, quoted...), ':'), unknown[name]...)
	}
	return append(b, '}'), nil
}
