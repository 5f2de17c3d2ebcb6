package bulk

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
)

// csvRow is a record of a CSV file: the values by the names of their columns.
type csvRow map[string]string

// withoutColumns returns a function that returns the row as a JSON object without some columns.
func (r csvRow) withoutColumns(names ...string) func() json.RawMessage {
	return func() json.RawMessage {
		columns := maps.Clone(r)
		for _, name := range names {
			delete(columns, name)
		}
		return encode(columns)
	}
}

// csvRows yields the rows of a CSV file with a header, which must have the columns named. The
// number of a row is the line at which it begins.
func csvRows(r *bufio.Reader, required ...string) iter.Seq2[sourceItem[csvRow], error] {
	return func(yield func(sourceItem[csvRow], error) bool) {
		var header []string
		for e, err := range csvFields(r, func(c *csv.Reader) { c.FieldsPerRecord = 0 }) {
			item := sourceItem[csvRow]{number: e.number, unit: e.unit, last: e.last}
			if header == nil {
				if err == nil {
					err = checkHeader(e.value, required)
				}
				if err != nil {
					item.last = true
					yield(item, err)
					return
				}
				header = e.value
				continue
			}
			if err == nil {
				item.value = make(csvRow, len(header))
				for i, name := range header {
					item.value[name] = e.value[i]
				}
			}
			if !yield(item, err) {
				return
			}
		}
		if header == nil {
			yield(sourceItem[csvRow]{number: 1, unit: "line", last: true}, errors.New("the file is empty"))
		}
	}
}

func checkHeader(header, required []string) error {
	for i, name := range header {
		header[i] = strings.TrimSpace(name)
	}
	for _, name := range required {
		if !slices.Contains(header, name) {
			return fmt.Errorf("there is no column %q", name)
		}
	}
	for i, name := range header {
		if slices.Contains(header[:i], name) {
			return errors.New("two columns have the same name")
		}
	}
	return nil
}

// csvFields yields the records of a CSV file, also after one that is malformed.
func csvFields(r io.Reader, configure func(*csv.Reader)) iter.Seq2[sourceItem[[]string], error] {
	return func(yield func(sourceItem[[]string], error) bool) {
		limit := limitAccounts(r)
		c := csv.NewReader(limit)
		configure(c)
		for line := 0; ; {
			limit.Left = maxAccount
			fields, err := c.Read()
			e := sourceItem[[]string]{unit: "line", value: fields}
			var malformed *csv.ParseError
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.As(err, &malformed):
				line = malformed.StartLine
				err = csvError(malformed, len(fields), c.FieldsPerRecord)
			case err != nil:
				line++
				err = readError(err)
			default:
				line, _ = c.FieldPos(0)
			}
			e.number, e.last = line, limit.Err != nil
			if !yield(e, err) || limit.Err != nil {
				return
			}
		}
	}
}

// csvError returns an error without values of the file.
func csvError(err *csv.ParseError, got, want int) error {
	if errors.Is(err, csv.ErrFieldCount) {
		return fmt.Errorf("the line has %d columns, and the header %d", got, want)
	}
	return fmt.Errorf("a quote is misplaced or missing near line %d", err.Line)
}
