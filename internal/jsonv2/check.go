package jsonv2

import (
	"bytes"
	"errors"
	"io"
)

// Fault is why a text is no JSON, or not one that all readers understand alike.
type Fault struct {
	// Duplicate says that the text is JSON but for a name that an object has twice; Pointer is the JSON Pointer to it.
	Duplicate bool
	Pointer   string
	// Truncated says that the text ends too early.
	Truncated bool
	// Offset is the number of the byte at or after which the fault is.
	Offset int64
}

// Check returns nil if b is one JSON text and nothing more, in valid UTF-8, and no object in it has a name twice.
func Check(b []byte) *Fault {
	if valid(b) {
		return nil
	}
	dec := newDecoder(bytes.NewBuffer(b), nil)
	_, err := dec.ReadValue()
	if err == nil {
		return &Fault{Offset: dec.InputOffset()}
	}
	fault := &Fault{
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
