package bulk

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// JournalRejects reads the rejected records of all runs with a [Journal], for a program that was
// killed before it had noted what [OnReject] told it. Those that were rejected before they were sent
// are not included: another run tries them again. The journal is not locked, and not in use.
//
// Err has the text in the journal, at most 1 KiB. It wraps [ErrDuplicate] or [kratos.ErrConflict],
// and no other error. The last error of the sequence is that the file cannot be read, or is not a
// journal.
func JournalRejects(path string) iter.Seq2[Reject, error] {
	return func(yield func(Reject, error) bool) {
		if err := readRejects(path, yield); err != nil {
			yield(Reject{}, fmt.Errorf("kratos: JournalRejects: read the journal: %w", withoutPath(err)))
		}
	}
}

func readRejects(path string, yield func(Reject, error) bool) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	j := &journal{sums: map[int]string{}} // its settled lines: the first outcome of a record counts
	r := bufio.NewReaderSize(file, 64<<10)
	for number := 1; ; number++ {
		line, err := readEntry(r)
		if errors.Is(err, io.EOF) && number > 1 {
			return nil
		}
		if err != nil {
			return err
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			if _, err := r.Peek(1); errors.Is(err, io.EOF) && number > 1 {
				return nil
			}
			return fmt.Errorf("line %d is damaged, or the file is not a journal", number)
		}
		isFirst := e.Line > 0 && !e.Unsent && !j.isSettled(e.Line)
		if err := j.replay(number, e); err != nil {
			return err
		}
		if isFirst && e.Outcome == rejected && !yield(Reject{Line: e.Line, Ref: e.Ref, Field: e.Field, Err: pastError{e.Error}}, nil) {
			return nil
		}
	}
}

// pastError is why an earlier run rejected a record.
type pastError struct{ text string }

func (e pastError) Error() string { return e.text }

func (e pastError) Unwrap() error {
	for _, cause := range []error{ErrDuplicate, kratos.ErrConflict} {
		if strings.Contains(e.text, ": "+cause.Error()) {
			return cause
		}
	}
	return nil
}
