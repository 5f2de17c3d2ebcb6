package bulk

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/kratoskit/kratos-go/internal/transport"
)

// source is an export of another system.
type source struct {
	name string
	to   Target
}

// sourceItem is an account in an export, with the number of its line or element.
type sourceItem[T any] struct {
	number int
	unit   string // "line" or "element"
	last   bool   // it is an error after which nothing can be read
	value  T
}

// records reads the accounts of an export. One that cannot be read is an error, and does not end
// the export.
func records[T any](s source, items iter.Seq2[sourceItem[T], error], read func(T) (account, error)) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for item, err := range items {
			record := Record{Line: item.number}
			if err == nil {
				var a account
				if a, err = read(item.value); err == nil {
					record, err = s.to.record(item.number, a)
				}
				record.Ref = a.ID
			}
			if err != nil {
				err = fmt.Errorf("kratos: %s %d of the %s export: %w", item.unit, item.number, s.name, err)
			}
			if item.last {
				record.Line = 0
			}
			if !yield(record, err) {
				return
			}
		}
	}
}

// onlyError is the sequence of a reader that cannot begin.
func onlyError(err error) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) { yield(Record{}, err) }
}

// openExport returns a reader without the byte order mark that programs for Windows write, and
// whether JSON follows.
func openExport(r io.Reader) (in *bufio.Reader, isJSON bool) {
	in = openText(r)
	first, _ := peekValue(in) // an error is that of the first read
	return in, first == '{' || first == '['
}

var (
	errGzip  = errors.New("the file is compressed with gzip: decompress it first")
	errUTF16 = errors.New("the file is in UTF-16: convert it to UTF-8 first")
)

// openText returns a reader without the byte order mark that programs for Windows write. The first
// read fails if the file is compressed, or in UTF-16.
func openText(r io.Reader) *bufio.Reader {
	in := bufio.NewReaderSize(r, 64<<10)
	start, _ := in.Peek(3) // an error is that of the first read
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		_, _ = in.Discard(3)
	case bytes.HasPrefix(start, []byte("\x1f\x8b")):
		return bufio.NewReader(failedReader{errGzip})
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return bufio.NewReader(failedReader{errUTF16})
	}
	return in
}

// failedReader is a file that cannot be read.
type failedReader struct{ err error }

func (f failedReader) Read([]byte) (int, error) { return 0, f.err }

// maxAccount is the size of an account in bytes.
const maxAccount = maxLine

var errLongAccount = errors.New("the account is larger than 5 MiB")

// limitAccounts returns a reader that fails if an account is too long. Its Left is set to
// maxAccount before each.
func limitAccounts(r io.Reader) *transport.LimitedReader {
	return &transport.LimitedReader{R: r, Left: maxAccount}
}

// readError returns the error of a file that cannot be read.
func readError(err error) error {
	if errors.Is(err, errGzip) || errors.Is(err, errUTF16) {
		return err
	}
	if errors.Is(err, transport.ErrTooLarge) {
		return fmt.Errorf("%w, and the rest is not read", errLongAccount)
	}
	return fmt.Errorf("the file cannot be read: %w", err)
}
