package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// maxLine is the number of bytes of a line, more than a request to Kratos can have.
const maxLine = 5 << 20

var errLongLine = errors.New("kratos: JSONLines: the line is longer than 5 MiB")

// JSONLines reads identities, one on each line (https://jsonlines.org), or the elements of a JSON
// array, of which Line is the number. An identity has the form of a file of [Export], of a response
// of Kratos, or of the body of createIdentity. Its id becomes the Ref of the record. A byte order
// mark and empty lines are ignored.
//
// Notes name credentials that Kratos cannot import, those whose secrets the file does not have, and
// unknown members.
func JSONLines(r io.Reader) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		in := openText(r)
		first, err := peekValue(in)
		switch {
		case errors.Is(err, io.EOF):
		case errors.Is(err, errGzip), errors.Is(err, errUTF16):
			yield(Record{}, fmt.Errorf("kratos: JSONLines: %w", err))
		case err != nil:
			yield(Record{}, err)
		case first == '[':
			readArray(in, yield)
		default:
			readLines(in, yield)
		}
	}
}

// peekValue returns the first byte that is not white space. It does not skip line breaks that come
// with more white space than the buffer has.
func peekValue(in *bufio.Reader) (byte, error) {
	for n := 1; ; n++ {
		b, err := in.Peek(n)
		if len(b) < n {
			return 0, err
		}
		if c := b[n-1]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, nil
		}
	}
}

// readLines yields the identities of lines.
func readLines(in *bufio.Reader, yield func(Record, error) bool) {
	for number := 1; ; number++ {
		line, err := readLine(in)
		text := bytes.TrimSpace(line)
		switch {
		case errors.Is(err, errLongLine):
			if !yield(Record{Line: number}, err) {
				return
			}
			continue
		case len(text) > 0:
			if !yield(decodeIdentity(number, text)) {
				return
			}
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, io.EOF) {
			yield(Record{}, err)
		}
		return
	}
}

// readLine returns the next line. Of one that is too long, it reads all and returns errLongLine.
func readLine(in *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := in.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine; !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case long && (err == nil || errors.Is(err, io.EOF)):
			return nil, errLongLine
		}
		return line, err
	}
}

// readArray yields the identities of a JSON array.
func readArray(in io.Reader, yield func(Record, error) bool) {
	limited := &transport.LimitedReader{R: in, Left: 2 * maxLine}
	dec := jsonv2.NewDecoder(limited)
	if _, err := dec.ReadToken(); err != nil {
		yield(Record{}, errArray(0))
		return
	}
	number := 1
	for ; dec.PeekKind() != ']'; number++ {
		value, err := dec.ReadValue()
		if err != nil {
			yield(Record{}, errArray(number))
			return
		}
		limited.Left = 2 * maxLine
		if !yield(decodeIdentity(number, bytes.Clone(value))) {
			return
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		yield(Record{}, errArray(number))
	}
}

func errArray(number int) error {
	return fmt.Errorf("kratos: JSONLines: element %d of the array is larger than 10 MiB, or not JSON", number)
}
