package jsonv2

import (
	"bytes"
	"errors"
	"io"
)

// SyntaxError is why a text is not JSON, or not JSON that all decoders read alike.
type SyntaxError struct {
	// Duplicate reports whether the fault is a name that an object has twice.
	Duplicate bool
	// Pointer is the JSON Pointer (RFC 6901) to the value with the fault, if it is known.
	Pointer string
	// Truncated reports whether the text ends too early.
	Truncated bool
	// Offset is that of the byte at or after which the fault is.
	Offset int64
}

// maxValidateFirst is the size in bytes up to which a text is validated before it is decoded.
// Validation needs less memory, but does not locate a fault, so that a text with one is read twice.
const maxValidateFirst = 64 << 10

// Check returns nil if b is one JSON value in valid UTF-8, and no object in it has a name twice.
func Check(b []byte) *SyntaxError {
	if len(b) <= maxValidateFirst && valid(b) {
		return nil
	}
	dec := newDecoder(bytes.NewBuffer(b), nil)
	_, err := dec.ReadValue()
	if err == nil {
		end := dec.InputOffset()
		if len(bytes.Trim(b[end:], " \t\r\n")) == 0 {
			return nil
		}
		return &SyntaxError{Offset: end}
	}
	e := &SyntaxError{
		Duplicate: errors.Is(err, errDuplicate),
		Truncated: errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF),
		Offset:    dec.InputOffset(),
	}
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		e.Pointer, e.Offset = string(syntax.JSONPointer), syntax.ByteOffset
	}
	return e
}
