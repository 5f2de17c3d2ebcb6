//go:build go1.27 || !goexperiment.jsonv2

package jsonv2

import "encoding/json"

// open is an object: Known has the members with a field, and Unknown the others.
type open[T any] struct {
	Known   *T                         `json:",embed"`
	Unknown map[string]json.RawMessage `json:",embed"`
}
