package validate

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// newDecoder returns a decoder of JSON that all readers understand alike: in valid UTF-8, and
// without an object that has a name twice.
func newDecoder(text []byte) *decoder { return newJSONDecoder(bytes.NewBuffer(text)) }

// errMore is that something follows a JSON value.
var errMore = errors.New("more than one JSON value")

// end returns [errMore] unless nothing but white space follows the value that dec has read last, of
// all of text.
func end(dec *decoder, text []byte) error {
	if len(bytes.Trim(text[dec.InputOffset():], " \t\r\n")) > 0 {
		return errMore
	}
	return nil
}

// checkJSON returns nil if text is one JSON value and nothing more.
func checkJSON(text []byte) error {
	dec := newDecoder(text)
	if err := dec.SkipValue(); err != nil {
		return err
	}
	return end(dec, text)
}

// syntax reports why dec could not go on.
func (v *validation) syntax(err error, dec *decoder, root *openapi3.Schema) {
	offset, pointer := dec.InputOffset(), ""
	var e *syntacticError
	if errors.As(err, &e) {
		offset, pointer = e.ByteOffset, string(e.JSONPointer)
	}
	at := " (byte " + strconv.FormatInt(offset, 10) + ")"
	switch {
	case errors.Is(err, errDuplicate):
		v.problem(safePointer(root, strings.Split(pointer, "/")[1:]), "duplicate", "must be there once"+at)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		v.problem("body", "syntax", "must be JSON, and ends too early"+at)
	default:
		v.problem("body", "syntax", "must be one JSON value in UTF-8"+at)
	}
}
