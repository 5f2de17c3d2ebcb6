package jsonv2

import (
	"bytes"
	"errors"
	"io"
)

// Fault is why a text is no JSON, or not one that all readers understand alike.
type SyntaxError struct {
	// Duplicate says that the text is JSON but for a name that an object has twice; Pointer is the
	// JSON Pointer to it.
	Duplicate bool
	Pointer   string
	// Truncated says that the text ends too early.
	Truncated bool
	// Offset is the number of the byte at or after which the fault is.
	Offset int64
}

// short is how many bytes a text has at most that is looked at a second time to find its fault;
// looking needs less memory the first time, but for a long text that has a fault it would cost
// twice.
const short = 64 << 10

// Check returns nil if b is one JSON text and nothing more, in valid UTF-8, and no object in it has
// a name twice.
func Check(b []byte) *SyntaxError {
	if len(b) <= short && valid(b) {
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
	fault := &SyntaxError{
		Duplicate: errors.Is(err, errDuplicate),
		Truncated: errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF),
		Offset:    dec.InputOffset(),
	}
	var syntax *syntaxError
	if errors.As(err, &syntax) {
		fault.Pointer, fault.Offset = string(syntax.JSONPointer), syntax.ByteOffset
	}
	return fault
}
