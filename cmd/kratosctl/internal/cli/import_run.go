package cli

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/kratoskit/kratos-go/cmd/kratosctl/internal/progress"
	"github.com/kratoskit/kratos-go/cmd/kratosctl/internal/source"
	"github.com/kratoskit/kratos-go/wrappers/bulk"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// maxPrinted is how many rejected records are printed without --rejects.
const maxPrinted = 20

// importRun is an import with what it shows.
type importRun struct {
	flags   *importFlags
	source  *source.Source
	cancel  context.CancelCauseFunc
	errOut  io.Writer
	display *progress.Progress

	mu      sync.Mutex
	report  bulk.Report
	deleted int            // accounts that are not imported: bulk.ErrSkipped
	notes   map[string]int // records by what they lose
	rejects *os.File       // nil without --rejects
	isFile  bool           // it is neither a device nor a pipe
	written map[int]bool   // lines that are in it
	told    map[int]bool   // lines that this run or the journal has for it
	failed  error          // of a write to it: nothing is written after it
	printed int
}

// rejectLine is a line of --rejects.
type rejectLine struct {
	Line    int    `json:"line"`
	Ref     string `json:"ref,omitempty"`
	Outcome string `json:"outcome"` // rejected or skipped
	Field   string `json:"field,omitempty"`
	Reason  string `json:"reason"`
}

// openRejects opens the file for rejects. One of an earlier run with the same journal is continued.
// A file that is not one of rejects is not overwritten.
func (r *importRun) openRejects() error {
	r.notes, r.written, r.told = map[string]int{}, map[int]bool{}, map[int]bool{}
	if r.flags.rejects == "" {
		return nil
	}
	file, err := os.OpenFile(r.flags.rejects, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("kratos: --rejects: %w", err)
	}
	r.rejects = file
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil // a device or a pipe
	}
	r.isFile = true
	if err := r.readRejects(file); err != nil {
		_ = file.Close()
		return fmt.Errorf("kratos: --rejects: %s: %w", r.flags.rejects, err)
	}
	return nil
}

// rejectStart is how each line of a file of rejects begins.
const rejectStart = `{"line":`

// readRejects reads what earlier runs with the same journal have written, and cuts off the rest: a
// line that is not complete, or all without such a journal.
func (r *importRun) readRejects(file *os.File) error {
	errOther := errors.New("the file is not one of rejects, and is not overwritten")
	end := int64(0)
	for in := bufio.NewReader(file); ; {
		start, err := in.Peek(len(rejectStart))
		if errors.Is(err, io.EOF) && (end > 0 || len(start) == 0) {
			break
		}
		if string(start) != rejectStart {
			return errOther
		}
		line, err := in.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		var l rejectLine
		if err != nil || json.Unmarshal(line, &l) != nil || l.Line == 0 || l.Outcome != "rejected" && l.Outcome != "skipped" {
			return errOther
		}
		r.written[l.Line] = true
		end += int64(len(line))
	}
	if r.flags.journal == "" || !exists(r.flags.journal) {
		clear(r.written)
		end = 0
	}
	_, err := file.Seek(end, io.SeekStart)
	return errors.Join(err, file.Truncate(end))
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

// show starts the display. It says what happens after Ctrl-C.
func (r *importRun) show(ctx context.Context) (stop func()) {
	r.display = progress.Start(r.errOut, "import", r.status)
	quiet := context.AfterFunc(ctx, func() {
		r.display.Println("interrupted: the requests that were sent are completed, which takes 130 seconds at most; Ctrl-C again ends at once")
	})
	return func() {
		quiet()
		r.display.Stop()
	}
}

func (r *importRun) status() progress.Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := fmt.Sprintf("created %d, updated %d, skipped %d, rejected %d, in progress %d", r.report.Created, r.report.Updated, r.report.Skipped+r.deleted, r.report.Rejected, r.report.Unsettled)
	if r.flags.dryRun {
		text = fmt.Sprintf("valid %d, skipped %d, rejected %d", r.report.Unsettled, r.deleted, r.report.Rejected)
	}
	return progress.Status{Done: r.source.Position(), Total: r.source.Size(), Text: text}
}

func (r *importRun) progress(report bulk.Report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report = report
}

// watch counts what records lose, and leaves out accounts that are not to be imported.
func (r *importRun) watch(records iter.Seq2[bulk.Record, error]) iter.Seq2[bulk.Record, error] {
	return func(yield func(bulk.Record, error) bool) {
		for record, err := range records {
			r.mu.Lock()
			for _, note := range record.Notes {
				r.notes[note]++
			}
			skipped := errors.Is(err, bulk.ErrSkipped)
			if skipped {
				r.deleted++
				r.write(rejectLine{Line: record.Line, Ref: record.Ref, Outcome: "skipped", Reason: err.Error()})
			}
			r.mu.Unlock()
			if !skipped && !yield(record, err) {
				return
			}
		}
	}
}

// reject notes a record that is not imported.
func (r *importRun) reject(reject bulk.Reject) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := rejectLine{Line: reject.Line, Ref: reject.Ref, Outcome: "rejected", Field: reject.Field, Reason: reject.Err.Error()}
	if errors.Is(reject.Err, kratos.ErrConflict) {
		line.Reason += ": another identity has its address, username, external id or account at a provider"
	}
	r.write(line)
	if r.rejects != nil {
		return
	}
	r.printed++
	switch {
	case r.printed <= maxPrinted:
		r.display.Println(line.String())
	case r.printed == maxPrinted+1:
		r.display.Println("more records are rejected: --rejects FILE lists all")
	}
}

// String returns the line for people.
func (l rejectLine) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "line %d: ", l.Line)
	if l.Ref != "" {
		fmt.Fprintf(&b, "%q: ", l.Ref)
	}
	if l.Field != "" {
		b.WriteString(l.Field + ": ")
	}
	b.WriteString(l.Reason)
	return b.String()
}

// write adds a line to --rejects. A failure ends the import, whose journal has the record.
func (r *importRun) write(l rejectLine) {
	r.told[l.Line] = true
	if r.rejects == nil || r.failed != nil || r.written[l.Line] {
		return
	}
	r.written[l.Line] = true
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(l) // strings and a number
	if _, err := r.rejects.Write(text.Bytes()); err != nil {
		r.failed = fmt.Errorf("kratos: --rejects: %w", err)
		r.cancel(r.failed)
	}
}

// completeRejects adds the records that --rejects lacks, because an earlier run was killed or could
// not write the file. err is that of the import.
func (r *importRun) completeRejects(err error) error {
	isOther := errors.Is(err, bulk.ErrJournalSource) || errors.Is(err, bulk.ErrJournalServer) || errors.Is(err, bulk.ErrJournalInUse)
	if !r.isFile || r.flags.journal == "" || isOther || r.report.Read == 0 {
		return err
	}
	for reject, failed := range bulk.JournalRejects(r.flags.journal) {
		if failed != nil {
			return cmp.Or(err, failed)
		}
		r.reject(reject)
	}
	if err = cmp.Or(err, r.failed); err != nil {
		return err
	}
	return r.dropImported()
}

// dropImported removes the records from --rejects that an earlier run rejected, and this one did not.
func (r *importRun) dropImported() error {
	if _, err := r.rejects.Seek(0, io.SeekStart); err != nil {
		return err
	}
	text, err := io.ReadAll(r.rejects)
	if err != nil {
		return err
	}
	var kept bytes.Buffer
	for line := range bytes.Lines(text) {
		var l rejectLine
		if json.Unmarshal(line, &l) == nil && r.told[l.Line] {
			kept.Write(line)
		}
	}
	if kept.Len() == len(text) {
		return nil
	}
	if _, err := r.rejects.WriteAt(kept.Bytes(), 0); err != nil {
		return fmt.Errorf("kratos: --rejects: %w", err)
	}
	return r.rejects.Truncate(int64(kept.Len()))
}

// finish prints the result, and returns the error with the exit status.
func (r *importRun) finish(cmd *cobra.Command, err error) error {
	if r.rejects != nil {
		if closing := r.rejects.Close(); err == nil && closing != nil {
			err = fmt.Errorf("kratos: --rejects: %w", closing)
		}
	}
	p, out := r.report, cmd.OutOrStdout()
	imported := p.Created + p.Updated + p.Skipped + r.deleted
	if r.flags.dryRun {
		imported += p.Unsettled
		print(out, "valid: %d, skipped: %d, rejected: %d", p.Unsettled, r.deleted, p.Rejected)
	} else {
		print(out, "created: %d, updated: %d, skipped: %d, rejected: %d, left: %d", p.Created, p.Updated, p.Skipped+r.deleted, p.Rejected, p.Unsettled)
	}
	if r.deleted > 0 {
		print(out, "skipped because the other system does not use the account any more: %d", r.deleted)
	}
	for _, note := range slices.Sorted(maps.Keys(r.notes)) {
		print(out, "not imported with its account: %s (%d)", note, r.notes[note])
	}
	if !r.flags.dryRun && p.Elapsed > 0 {
		n := p.Created + p.Updated + p.Skipped + p.Rejected
		print(r.errOut, "%d records in %s", n, p.Elapsed.Round(100*time.Millisecond))
	}
	switch {
	case err != nil:
		r.explain(cmd, err)
		return &exitError{status: statusIf(imported > 0), err: err}
	case p.Rejected > 0:
		return &exitError{status: statusIf(imported > 0)}
	case imported == 0:
		return errors.New("kratos: the file has no accounts")
	}
	return nil
}

// statusIf returns the exit status of an import that is not complete.
func statusIf(some bool) int {
	if some {
		return 1
	}
	return 2
}

// explain says how to continue an import that ended early.
func (r *importRun) explain(cmd *cobra.Command, err error) {
	switch {
	case r.flags.dryRun, errors.Is(err, bulk.ErrJournalSource), errors.Is(err, bulk.ErrJournalInUse), errors.Is(err, bulk.ErrJournalServer), r.report.Read == 0:
	case r.flags.journal != "":
		print(r.errOut, "to continue: %s", rerun(cmd.Context()))
	default:
		print(r.errOut, "to continue, without what exists: %s", rerun(cmd.Context(), "--on-conflict", "skip"))
	}
}
