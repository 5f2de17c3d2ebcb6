package cli

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"unicode"
)

// object is a JSON value, or the error that ends the input.
type object struct {
	data json.RawMessage
	err  error
}

// objects yields JSON values with their numbers, from 1 on: those of an array, or of a sequence of
// values. It keeps one value in memory. An error has no content of the input in it.
func objects(in io.Reader) iter.Seq2[int, object] {
	return func(yield func(int, object) bool) {
		r := bufio.NewReader(in)
		isArray := firstByte(r) == '['
		dec := json.NewDecoder(r)
		if isArray {
			_, _ = dec.Token() // the bracket that was just seen
		}
		for n := 1; !isArray || dec.More(); n++ {
			var data json.RawMessage
			err := dec.Decode(&data)
			if err == io.EOF && !isArray {
				return
			}
			if err != nil {
				yield(n, object{err: fmt.Errorf("kratos: object %d is not valid JSON, at byte %d", n, dec.InputOffset())})
				return
			}
			if !yield(n, object{data: data}) {
				return
			}
		}
		if _, err := dec.Token(); err != nil {
			yield(0, object{err: fmt.Errorf("kratos: the array does not end, at byte %d", dec.InputOffset())})
		}
	}
}

// firstByte skips a byte order mark and white space, and returns the byte that follows, or 0.
func firstByte(r *bufio.Reader) byte {
	for {
		c, _, err := r.ReadRune()
		if err != nil {
			return 0
		}
		if c == '\uFEFF' || unicode.IsSpace(c) {
			continue
		}
		_ = r.UnreadRune() // cannot fail after ReadRune
		first, _ := r.Peek(1)
		return first[0]
	}
}
