//go:build !go1.27 && goexperiment.jsonv2

package jsonv2

import "encoding/json"

// open is an object: Known has the members with a field, and Unknown the others. The experiment in
// Go 1.26 has other names for the options.
type open[T any] struct {
	Known   *T                         `json:",inline"`
	Unknown map[string]json.RawMessage `json:",unknown"`
}
