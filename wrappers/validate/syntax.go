package validate

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

const mustNotRepeat = "must not be repeated"

// newDecoder returns a decoder that rejects JSON which parsers interpret differently: invalid
// UTF-8, and objects that have a name twice.
func newDecoder(data []byte) *decoder { return newJSONDecoder(bytes.NewBuffer(data)) }

// errTrailingData is returned for data after the JSON value.
var errTrailingData = errors.New("data after the JSON value")

// checkEnd returns [errTrailingData] unless only white space follows the value that dec has read.
func checkEnd(dec *decoder, data []byte) error {
	if len(bytes.Trim(data[dec.InputOffset():], " \t\r\n")) > 0 {
		return errTrailingData
	}
	return nil
}

// checkJSON returns an error unless data is a single JSON value.
func checkJSON(data []byte) error {
	dec := newDecoder(data)
	if err := dec.SkipValue(); err != nil {
		return err
	}
	return checkEnd(dec, data)
}

// reportSyntax reports an error of dec.
func (v *validation) reportSyntax(err error, dec *decoder, root *openapi3.Schema) {
	offset, at := dec.InputOffset(), jsonPointer("")
	var e *syntacticError
	if errors.As(err, &e) {
		offset, at = e.ByteOffset, e.JSONPointer
	}
	suffix := " (byte " + strconv.FormatInt(offset, 10) + ")"
	switch {
	case errors.Is(err, errDuplicate):
		pointer := redactPointer(root, slices.Collect(at.Tokens()))
		v.report(inBodyAt(pointer), "duplicate", mustNotRepeat+suffix)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		v.report(inBodyAt(""), "syntax", "must be JSON, but is truncated"+suffix)
	default:
		v.report(inBodyAt(""), "syntax", "must be a single JSON value in UTF-8"+suffix)
	}
}

// escapeToken escapes a name as a token of a JSON Pointer.
func escapeToken(name string) string { return tokenEscaper.Replace(name) }

// unescapeToken is the reverse of [escapeToken].
func unescapeToken(token string) string { return tokenUnescaper.Replace(token) }

var (
	tokenEscaper   = strings.NewReplacer("~", "~0", "/", "~1")
	tokenUnescaper = strings.NewReplacer("~1", "/", "~0", "~")
)
