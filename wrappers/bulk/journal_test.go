package bulk_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A journal that ends at any of its bytes, because the run was killed, continues the import so that
// each identity is created once.
func TestJournalThatEndsAnywhere(t *testing.T) {
	t.Parallel()
	const n = 40
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	fake := &fakeKratos{version: "v25.4.0", identities: existing(5, 25)}
	admin := newFake(t, fake)
	run := func(t *testing.T, path string) {
		report, err := bulk.Import(t.Context(), admin, source(n, nil), bulk.BatchItems(10), bulk.Journal(path))
		if err != nil || report.Created != n-2 || report.Rejected != 2 || report.Unsettled != 0 {
			t.Fatalf("%+v, %v", *report, err)
		}
	}
	run(t, path)
	complete, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	intents := 0
	for line := range bytes.Lines(complete) {
		if bytes.Contains(line, []byte(`"first"`)) {
			intents++
		}
	}
	if intents != 4 {
		t.Fatalf("%d intents in\n%s", intents, complete)
	}
	// Before the last intent, Kratos would not have the last batch.
	from := bytes.LastIndex(complete, []byte(`{"first"`)) + len(`{"first"`)
	from += bytes.IndexByte(complete[from:], '\n') + 1
	step := max(1, (len(complete)-from)/60)
	for end := from; end <= len(complete); end += step {
		path := filepath.Join(t.TempDir(), "journal.jsonl")
		if err := os.WriteFile(path, complete[:end], 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, path)
		fake.wantEachOnce(t, n)
	}
}

// The journal has neither personal data nor secrets, and only its owner can read it.
func TestJournalHasNoSecrets(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	records := source(3, func(r *bulk.Record) {
		r.Identity.Traits = map[string]any{"email": "s3cret" + email(r.Line)}
		r.Identity.MetadataAdmin, r.Identity.MetadataPublic = "s3cret", "s3cret"
		r.Identity.Credentials = kratos.Credentials(kratos.PlaintextPassword("s3cret"), kratos.OIDCLink("google", "s3cret"+r.Ref))
		r.Notes = []string{"totp"}
		if r.Line == 2 {
			r.Identity.Traits = map[string]any{"email": "s3cret"}
		}
	})
	report, err := bulk.Import(t.Context(), newFake(t, &fakeKratos{}), records, bulk.Journal(path))
	if err != nil || report.Created != 2 {
		t.Fatalf("%+v, %v", *report, err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"line":1,"ref":"old-1","outcome":"created","id":"id-0","notes":["totp"]`, `"line":2,"ref":"old-2","outcome":"rejected","field":"traits.email"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "s3cret") {
		t.Errorf("a secret in\n%s", text)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// A journal is of one source and one run, and a file that is not a journal is not overwritten.
func TestJournalsThatDoNotFit(t *testing.T) {
	t.Parallel()
	fake := &fakeKratos{}
	admin := newFake(t, fake)
	journal := func(t *testing.T) string {
		path := filepath.Join(t.TempDir(), "journal.jsonl")
		if _, err := bulk.Import(t.Context(), admin, source(30, nil), bulk.BatchItems(10), bulk.Journal(path)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	change := func(line int) func(*bulk.Record) {
		return func(r *bulk.Record) {
			bad(r, line, func() { r.Identity.Traits = map[string]any{"email": "other@example.org"} })
		}
	}
	for name, tc := range map[string]struct {
		prepare func(t *testing.T) string
		change  func(*bulk.Record)
		n       int
		want    error
		text    string
	}{
		"another source":                  {journal, change(3), 30, bulk.ErrJournalSource, "line 10"},
		"a source that changed in mid":    {journal, change(15), 30, bulk.ErrJournalSource, "line 20"},
		"a source that got shorter":       {journal, nil, 25, bulk.ErrJournalSource, "ends too early"},
		"a source that got longer":        {journal, nil, 40, nil, ""},
		"a file that is not a journal":    {content("id,email\n1,ada@example.org\n"), nil, 30, nil, "line 1 is damaged"},
		"another file with JSON lines":    {content(`{"id":"1"}` + "\n"), nil, 30, nil, "line 1 is not the header"},
		"a journal of a later version":    {content(`{"version":2,"salt":"00"}` + "\n"), nil, 30, nil, "line 1 is not the header"},
		"a journal with a damaged line":   {content(`{"version":1,"salt":"00"}` + "\n{\n{}\n"), nil, 30, nil, "line 2 is damaged"},
		"a journal with a damaged end":    {content(`{"version":1,"salt":"00"}` + "\n\x00\x00\n"), nil, 30, nil, ""},
		"a journal that cannot be opened": {func(t *testing.T) string { return t.TempDir() }, nil, 30, nil, "open the journal"},
		"a file with an endless line":     {content(strings.Repeat("x", 3<<20)), nil, 30, nil, "not a journal"},
	} {
		t.Run(name, func(t *testing.T) {
			path := tc.prepare(t)
			before, _ := os.ReadFile(path)
			requests := len(fake.requests)
			report, err := bulk.Import(t.Context(), admin, source(tc.n, tc.change), bulk.BatchItems(10), bulk.Journal(path))
			if tc.text == "" {
				if err != nil || report.Unsettled != 0 {
					t.Errorf("%+v, %v", *report, err)
				}
				return
			}
			after, _ := os.ReadFile(path)
			switch {
			case err == nil || !strings.Contains(err.Error(), tc.text) || !strings.HasPrefix(err.Error(), "kratos: ") || strings.Contains(err.Error(), path):
				t.Errorf("%v, want %q", err, tc.text)
			case tc.want != nil && !errors.Is(err, tc.want):
				t.Errorf("%v, want %v", err, tc.want)
			case !bytes.Equal(before, after):
				t.Error("the file was changed")
			case slices.ContainsFunc(fake.requests[requests:], func(r string) bool { return r != "GETids" }):
				t.Errorf("sent %v", fake.requests[requests:])
			}
		})
	}
}

func content(text string) func(*testing.T) string {
	return func(t *testing.T) string {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
}

// A second run with the journal of a running one fails at once.
func TestTwoRunsWithOneJournal(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	started, goOn := make(chan struct{}), make(chan struct{})
	fake := &fakeKratos{fault: func(n int, _ *http.Request) fault {
		if n == 1 {
			close(started)
			<-goOn
		}
		return fault{}
	}}
	admin := newFake(t, fake)
	first := make(chan error)
	go func() {
		_, err := bulk.Import(t.Context(), admin, source(10, nil), bulk.Journal(path))
		first <- err
	}()
	<-started
	other := &fakeKratos{}
	if _, err := bulk.Import(t.Context(), newFake(t, other), source(10, nil), bulk.Journal(path)); !errors.Is(err, bulk.ErrJournalInUse) || len(other.requests) > 0 {
		t.Errorf("%v, %v", err, other.requests)
	}
	close(goOn)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if report, err := bulk.Import(t.Context(), admin, source(10, nil), bulk.Journal(path)); err != nil || report.Resumed != 10 || report.Created != 10 {
		t.Errorf("%+v, %v", *report, err)
	}
}

// The lines of records grow, and a reader that cannot continue ends the import.
func TestReadersThatFail(t *testing.T) {
	t.Parallel()
	record := func(line int) bulk.Record {
		return bulk.Record{Line: line, Identity: kratos.CreateIdentity{Traits: map[string]any{"email": email(line)}}}
	}
	cause := errors.New("the disk is gone")
	for name, tc := range map[string]struct {
		records func(yield func(bulk.Record, error) bool)
		want    error
		report  string
	}{
		"a record that is not readable": {func(yield func(bulk.Record, error) bool) {
			_ = yield(record(1), nil) && yield(bulk.Record{Line: 2}, cause) && yield(record(3), nil)
		}, nil, "3 read, 2 created, 1 rejected"},
		"a file that is not readable": {func(yield func(bulk.Record, error) bool) {
			_ = yield(record(1), nil) && yield(bulk.Record{}, cause)
		}, cause, "1 read, 0 created, 0 rejected"},
		"a line twice": {func(yield func(bulk.Record, error) bool) {
			for range 2 {
				if !yield(record(1), nil) {
					return
				}
			}
		}, kratos.ErrInvalidArgument, "1 read, 0 created, 0 rejected"},
		"no line": {func(yield func(bulk.Record, error) bool) { yield(record(0), nil) }, kratos.ErrInvalidArgument, "0 read, 0 created, 0 rejected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, err := bulk.Import(t.Context(), newFake(t, &fakeKratos{}), tc.records)
			if !errors.Is(err, tc.want) || (err == nil) != (tc.want == nil) {
				t.Errorf("%v, want %v", err, tc.want)
			}
			if got := fmt.Sprintf("%d read, %d created, %d rejected", report.Read, report.Created, report.Rejected); got != tc.report {
				t.Errorf("%s, want %s", got, tc.report)
			}
		})
	}
}
