package bulk_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// The rejects of a journal are those that OnReject was told, once each, but for those that were not
// sent: the second run tries them again.
func TestJournalRejects(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	admin := newFake(t, &fakeKratos{identities: existing(5, 25)})
	var told, read []string
	unsent := 0
	text := func(r bulk.Reject) string {
		return fmt.Sprint(r.Line, r.Ref, r.Field, r.Err, errors.Is(r.Err, kratos.ErrConflict), errors.Is(r.Err, bulk.ErrDuplicate))
	}
	records := source(40, func(r *bulk.Record) {
		bad(r, 7, func() { r.Identity.Traits = map[string]any{"email": email(6)} })
	})
	opts := []bulk.Option{bulk.BatchItems(10), bulk.Journal(path), bulk.OnReject(func(r bulk.Reject) {
		if errors.Is(r.Err, bulk.ErrDuplicate) {
			unsent++
			return
		}
		told = append(told, text(r))
	})}
	for range 2 {
		if _, err := bulk.Import(t.Context(), admin, records, opts...); err != nil {
			t.Fatal(err)
		}
	}
	for r, err := range bulk.JournalRejects(path) {
		if err != nil {
			t.Fatal(err)
		}
		read = append(read, text(r))
	}
	slices.Sort(told)
	slices.Sort(read)
	if len(told) != 2 || !slices.Equal(told, read) || unsent != 2 {
		t.Errorf("%q, want %q; %d were not sent", read, told, unsent)
	}
	for range bulk.JournalRejects(path) {
		break
	}
}

func TestJournalRejectsOfAnotherFile(t *testing.T) {
	t.Parallel()
	const header = `{"version":1,"salt":"00"}` + "\n"
	for name, c := range map[string]struct {
		text, want string
		count      int
	}{
		"a file without a line":              {"s3cret", "read the journal", 0},
		"a file that is not JSON":            {"s3cret\n", "line 1 is damaged, or the file is not a journal", 0},
		"a file of another form":             {`{"s3cret":1}` + "\n", "line 1 is not the header", 0},
		"a damaged line":                     {header + "s3cret\n{}\n", "line 2 is damaged", 0},
		"a last line that is incomplete":     {header + `{"line":1,"outcome":"rejected"}` + "\n" + `{"line":2,"out`, "", 1},
		"a last line that is damaged":        {header + `{"line":1,"outcome":"rejected"}` + "\n\x00\x00\n", "", 1},
		"an outcome after one of the record": {header + `{"line":1,"outcome":"created"}` + "\n" + `{"line":1,"outcome":"rejected"}` + "\n", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			count := 0
			var last error
			for _, err := range bulk.JournalRejects(content(c.text)(t)) {
				if last = err; err == nil {
					count++
				}
			}
			if count != c.count || (last != nil) != (c.want != "") {
				t.Fatalf("%d rejects, %v", count, last)
			}
			if last != nil && (!strings.HasPrefix(last.Error(), "kratos: ") || !strings.Contains(last.Error(), c.want) || strings.Contains(last.Error(), "s3cret")) {
				t.Errorf("%v, want %s", last, c.want)
			}
		})
	}
	for _, err := range bulk.JournalRejects(filepath.Join(t.TempDir(), "missing")) {
		if err == nil || strings.Contains(err.Error(), "missing") {
			t.Errorf("%v", err)
		}
	}
}
