package bulk

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// layout is where a JSON export has its accounts.
type layout struct {
	list   string // name of the member with the list of accounts; "" if the document is the list
	nested bool   // objects with this member can be elements of a list
}

// accountsOf yields the accounts of a JSON export: JSON lines, or documents one after the other,
// such as the pages of a list. The number of an account is its line, or in documents its position.
// Only one account is in memory.
func (l layout) accountsOf(r *bufio.Reader) iter.Seq2[sourceItem[[]byte], error] {
	return func(yield func(sourceItem[[]byte], error) bool) {
		if first, _ := peekValue(r); l.list == "" && first != '[' {
			accountLines(r, yield)
			return
		}
		limit := limitAccounts(r)
		d := &document{layout: l, limit: limit, dec: jsonv2.NewDecoder(limit), yield: yield}
		err := d.read()
		if err == nil && l.list != "" && !d.found {
			err = fmt.Errorf("there is no list %q", l.list)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(sourceItem[[]byte]{number: d.number + 1, unit: "element", last: true}, err)
		}
	}
}

// errStopped means that the loop over the accounts has ended.
var errStopped = errors.New("stopped")

type document struct {
	layout
	dec    *jsonv2.Decoder
	limit  *transport.LimitedReader
	yield  func(sourceItem[[]byte], error) bool
	number int
	found  bool
}

// read reads the values of the document until its end.
func (d *document) read() error {
	for {
		d.limit.Left = maxAccount
		switch d.dec.PeekKind() {
		case '{':
			if err := d.object(); err != nil {
				return err
			}
		case '[':
			if err := d.array(d.nested); err != nil {
				return err
			}
		default:
			if _, err := d.dec.ReadToken(); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return d.syntaxError(err)
			}
			return errors.New("the file is neither a JSON object nor an array")
		}
	}
}

// object reads an object, and the accounts in its member of the layout's name.
func (d *document) object() error {
	if _, err := d.dec.ReadToken(); err != nil {
		return d.syntaxError(err)
	}
	for {
		d.limit.Left = maxAccount
		name, err := d.dec.ReadToken()
		if err != nil {
			return d.syntaxError(err)
		}
		if name.Kind() == '}' {
			return nil
		}
		isList := d.list != "" && name.String() == d.list
		if isList && d.dec.PeekKind() == '[' {
			d.found = true
			err = d.array(false)
		} else {
			err = d.skip()
		}
		if err != nil {
			return err
		}
	}
}

// array yields the elements of an array, or the accounts in its elements if they are documents.
func (d *document) array(ofDocuments bool) error {
	if _, err := d.dec.ReadToken(); err != nil {
		return d.syntaxError(err)
	}
	d.found = d.found || !ofDocuments
	for {
		d.limit.Left = maxAccount
		kind := d.dec.PeekKind()
		if kind == ']' {
			_, err := d.dec.ReadToken()
			return d.syntaxError(err)
		}
		if ofDocuments && kind == '{' {
			if err := d.object(); err != nil {
				return err
			}
			continue
		}
		value, err := d.dec.ReadValue()
		if err != nil {
			return d.syntaxError(err)
		}
		d.number++
		if !d.yield(sourceItem[[]byte]{number: d.number, unit: "element", value: value}, nil) {
			return errStopped
		}
	}
}

// skip reads a value token by token, so that it is not in memory.
func (d *document) skip() error {
	for depth := d.dec.StackDepth(); ; {
		d.limit.Left = maxAccount
		if _, err := d.dec.ReadToken(); err != nil {
			return d.syntaxError(err)
		}
		if d.dec.StackDepth() == depth {
			return nil
		}
	}
}

// syntaxError returns an error without the text of the file, which the error of the decoder quotes.
func (d *document) syntaxError(err error) error {
	switch {
	case err == nil:
		return nil
	case d.limit.Err != nil:
		return readError(d.limit.Err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the file ends before the end of the JSON document, and the rest of it is missing")
	}
	return fmt.Errorf("the JSON is malformed after byte %d, and the rest is not read", d.dec.InputOffset())
}

// accountLines yields the lines of a file with a JSON object on each.
func accountLines(r *bufio.Reader, yield func(sourceItem[[]byte], error) bool) {
	for number := 1; ; number++ {
		line, err := readLine(r)
		item := sourceItem[[]byte]{number: number, unit: "line", value: bytes.TrimSpace(line)}
		switch {
		case errors.Is(err, errLongLine):
			if !yield(item, errLongAccount) {
				return
			}
			continue
		case len(item.value) > 0 && (err == nil || errors.Is(err, io.EOF)):
			if !yield(item, nil) {
				return
			}
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, io.EOF) {
			item.last = true
			yield(item, readError(err))
		}
		return
	}
}

// decodeAccount decodes an account. The error has no part of it.
func decodeAccount(data []byte, account any) error {
	if len(data) == 0 || data[0] != '{' {
		return errors.New("the account is not a JSON object")
	}
	switch err := jsonv2.Unmarshal(data, account); {
	case err == nil:
		return nil
	case !json.Valid(data):
		return errors.New("the account is not valid JSON")
	default:
		return errors.New("the account has a member of another type than exports have")
	}
}

// withoutMembers returns a function that returns a JSON object without some of its members.
func withoutMembers(object []byte, names ...string) func() json.RawMessage {
	return func() json.RawMessage {
		var members map[string]json.RawMessage
		if jsonv2.Unmarshal(object, &members) != nil {
			return nil
		}
		for _, name := range names {
			delete(members, name)
		}
		return encode(members)
	}
}

// encode encodes a value that cannot fail, such as a map of JSON or strings.
func encode(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return text
}
