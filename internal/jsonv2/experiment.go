//go:build !go1.27

package jsonv2

import (
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// Decoder reads JSON tokens and values one by one.
type Decoder = jsontext.Decoder

// Encoder writes JSON tokens and values one by one.
type Encoder = jsontext.Encoder

var errDuplicate = jsontext.ErrDuplicateName

type syntaxError = jsontext.SyntacticError

func valid(b []byte) bool { return jsontext.Value(b).IsValid() }

var tolerant = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// legacy are the options with which a model is encoded as by encoding/json.
var legacy = json.JoinOptions(tolerant, json.Deterministic(true), json.FormatNilSliceAsNull(true), json.FormatNilMapAsNull(true),
	jsontext.EscapeForHTML(true), jsontext.EscapeForJS(true), jsontext.PreserveRawStrings(true), jsonv1.OmitEmptyWithLegacySemantics(true))

func newDecoder(r io.Reader, o json.Options) *Decoder { return jsontext.NewDecoder(r, o) }
func unmarshal(b []byte, v any, o json.Options) error { return json.Unmarshal(b, v, o) }
func unmarshalDecode(dec *Decoder, v any) error       { return json.UnmarshalDecode(dec, v) }
func marshal(v any) ([]byte, error)                   { return json.Marshal(v, legacy) }
func marshalEncode(enc *Encoder, v any) error         { return json.MarshalEncode(enc, v, legacy) }
