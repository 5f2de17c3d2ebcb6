//go:build go1.27 || !goexperiment.jsonv2

package jsonv2

import "encoding/json"

// open is an object whose members go into Known, and what has no field there into Unknown.
type open[T any] struct {
	Known   *T                         `json:",embed"`
	Unknown map[string]json.RawMessage `json:",embed"`
}
