//go:build go1.27

package jsonv2

import (
	"io"

	"encoding/json/jsontext"
	json "encoding/json/v2"
)

// Decoder reads JSON tokens and values one by one.
type Decoder = jsontext.Decoder

var errDuplicate = jsontext.ErrDuplicateName

type syntaxError = jsontext.SyntacticError

func valid(b []byte) bool { return jsontext.Value(b).IsValid() }

var tolerant = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// strict is tolerant, but rejects members without a field.
var strict = json.JoinOptions(tolerant, json.RejectUnknownMembers(true))

func newDecoder(r io.Reader, o json.Options) *Decoder { return jsontext.NewDecoder(r, o) }
func unmarshal(b []byte, v any, o json.Options) error { return json.Unmarshal(b, v, o) }
func unmarshalDecode(dec *Decoder, v any) error       { return json.UnmarshalDecode(dec, v) }
