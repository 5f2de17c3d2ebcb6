//go:build !go1.27 && goexperiment.jsonv2

package jsonv2

import "encoding/json"

// open is an object whose members go into Known, and what has no field there into Unknown. Go 1.26
// has the engine as an experiment, with other names for this.
type open[T any] struct {
	Known   *T                         `json:",inline"`
	Unknown map[string]json.RawMessage `json:",unknown"`
}
