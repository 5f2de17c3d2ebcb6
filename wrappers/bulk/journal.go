package bulk

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// entry is a line of a journal: the header, the intent to send a batch, or the outcome of a record.
type entry struct {
	// of the header
	Version int    `json:"version,omitempty"`
	Salt    string `json:"salt,omitempty"`
	// of the begin of a run
	Run int `json:"run,omitempty"`
	// of an intent: the lines of the first and last record, and a checksum of the source up to
	// there
	First int       `json:"first,omitempty"`
	Last  int       `json:"last,omitempty"`
	At    time.Time `json:"at,omitzero"` // by the clock of the server, or shortly before
	Sum   string    `json:"sum,omitempty"`
	// of an outcome
	Line    int      `json:"line,omitempty"`
	Ref     string   `json:"ref,omitempty"`
	Outcome outcome  `json:"outcome,omitempty"`
	ID      string   `json:"id,omitempty"`     // of the identity
	Alike   bool     `json:"alike,omitempty"`  // others can have the same traits
	Unsent  bool     `json:"unsent,omitempty"` // rejected before it was sent: another run tries again
	Unread  bool     `json:"unread,omitempty"` // and because it cannot be read: not part of the checksum
	Field   string   `json:"field,omitempty"`
	Error   string   `json:"error,omitempty"`
	Notes   []string `json:"notes,omitempty"`
}

type outcome string

const (
	created  outcome = "created"
	updated  outcome = "updated"
	skipped  outcome = "skipped"
	rejected outcome = "rejected"
)

func (r *Report) add(o outcome) {
	switch o {
	case created:
		r.Created++
	case updated:
		r.Updated++
	case skipped:
		r.Skipped++
	case rejected:
		r.Rejected++
	}
}

// journal is an open journal. A nil *journal writes nothing and has no past.
type journal struct {
	salt     []byte
	settled  lineSet
	unread   lineSet
	run      int
	unsent   []lineSet      // by run: rejected before they were sent, though an intent has their lines
	alike    []string       // ids of identities whose traits others can have
	intents  []intent       // of earlier runs, in the order of the file
	sums     map[int]string // of those, by the last line
	past     Report         // of earlier runs
	lastLine int            // of an intent of earlier runs
	ids      []string       // of some identities that those created or updated

	mu   sync.Mutex
	file *os.File
	has  bool  // the begin of this run
	err  error // of the first write that failed: nothing is written after it
}

// intent is a batch that an earlier run may have sent.
type intent struct {
	first, last int
	at          time.Time
	run         int
}

// openJournal opens or creates a journal, locks it, and reads what earlier runs have written.
func openJournal(path string) (_ *journal, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("kratos: Import: open the journal: %w", withoutPath(err))
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	if err := lockFile(f); err != nil {
		return nil, fmt.Errorf("kratos: Import: lock the journal: %w", err)
	}
	j := &journal{file: f, sums: map[int]string{}}
	if err := j.read(); err != nil {
		return nil, fmt.Errorf("kratos: Import: read the journal: %w", err)
	}
	if j.salt == nil {
		j.salt = make([]byte, 16)
		_, _ = rand.Read(j.salt) // never fails
		if err := j.write(entry{Version: 1, Salt: hex.EncodeToString(j.salt)}); err != nil {
			return nil, err
		}
		syncFolder(filepath.Dir(path))
	}
	j.run++
	return j, nil
}

// syncFolder makes a new file survive a failure of power, with systems that can do that.
func syncFolder(path string) {
	if folder, err := os.Open(path); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}

// begin writes the intent to send a batch, and waits until it is on the disk. Outcomes need not be:
// a record with an intent and without an outcome is looked for.
func (j *journal) begin(first, last *item, at time.Time) error {
	if j == nil {
		return nil
	}
	if err := j.write(entry{First: first.Line, Last: last.Line, At: at, Sum: last.sum}); err != nil {
		return err
	}
	if err := j.file.Sync(); err != nil {
		return j.failed(first.Line, err)
	}
	return nil
}

// write appends entries with one call of the operating system.
func (j *journal) write(entries ...entry) error {
	if j == nil || len(entries) == 0 {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.has && entries[0].Version == 0 { // not before there is something of this run
		j.has, entries = true, append([]entry{{Run: j.run}}, entries...)
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	for _, e := range entries {
		if err := enc.Encode(e); err != nil {
			return j.failed(entries[len(entries)-1].line(), err)
		}
	}
	if j.err == nil {
		_, j.err = j.file.Write(text.Bytes())
	}
	if j.err != nil {
		return j.failed(entries[len(entries)-1].line(), j.err)
	}
	return nil
}

// failed returns the error of a write of what begins with a line of the source, or 0.
func (j *journal) failed(line int, err error) error {
	at := ""
	if line > 0 {
		at = fmt.Sprintf("line %d: ", line)
	}
	return fmt.Errorf("kratos: Import: %swrite the journal (a run with the same journal continues the import): %w", at, withoutPath(err))
}

// line returns the line of the source that an entry begins with, or 0.
func (e entry) line() int { return max(e.Line, e.First) }

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	err := errors.Join(j.file.Sync(), j.file.Close())
	if err != nil {
		return j.failed(0, err)
	}
	return nil
}

// isUnread reports whether an earlier run could not read the record at a line.
func (j *journal) isUnread(line int) bool { return j != nil && j.unread.has(line) }

// isSettled reports whether an earlier run noted an outcome for the record at a line.
func (j *journal) isSettled(line int) bool { return j != nil && j.settled.has(line) }

// sentAt returns when an earlier run may have sent the record at a line for the first time, or the
// zero time. The record is not settled.
func (j *journal) sentAt(line int) time.Time {
	if j != nil && line <= j.lastLine {
		for _, i := range j.intents {
			if i.first <= line && line <= i.last && !(i.run < len(j.unsent) && j.unsent[i.run].has(line)) {
				return i.at
			}
		}
	}
	return time.Time{}
}

// checksum is a running checksum of a source: its lines, references and traits, but no credentials.
// The salt of the journal keeps it from identifying the traits elsewhere.
type checksum [sha256.Size]byte

// add returns the checksum after another record.
func (c checksum) add(salt []byte, r Record, traits []byte) checksum {
	h := sha256.New()
	h.Write(salt)
	h.Write(c[:])
	fmt.Fprintf(h, "%d %d %s ", r.Line, len(r.Ref), r.Ref)
	h.Write(traits)
	return checksum(h.Sum(nil))
}

func (c checksum) String() string { return hex.EncodeToString(c[:12]) }

// checkSource fails if an earlier run has seen another source up to this line.
func (j *journal) checkSource(line int, sum string) error {
	if j == nil {
		return nil
	}
	if want, ok := j.sums[line]; ok && want != sum {
		return fmt.Errorf("kratos: Import: line %d: %w", line, ErrJournalSource)
	}
	delete(j.sums, line)
	return nil
}

// isVerified reports whether the source was read to where earlier runs have sent it.
func (j *journal) isVerified() bool { return j == nil || len(j.sums) == 0 }

// checkRest fails if the source ended before a line that an earlier run has seen.
func (j *journal) checkRest() error {
	if j.isVerified() {
		return nil
	}
	return fmt.Errorf("kratos: Import: the source ends too early: %w", ErrJournalSource)
}

// withoutPath returns the cause of an error of package os.
func withoutPath(err error) error {
	var e *os.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
