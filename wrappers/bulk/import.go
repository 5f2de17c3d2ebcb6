package bulk

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"iter"
	"net/http"
	"sync"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Import creates the identities of a source, in batches (batchPatchIdentities, admin port). The
// source is read once, and neither it nor what was rejected is kept in memory.
//
// A record that cannot be imported is rejected, and the others are imported: see [OnReject]. The
// error is not nil if the import ended before the source did:
//
//   - the error of ctx. Batches that were sent are completed first, which takes 130 seconds at
//     most.
//   - [ErrOutage], [ErrJournalInUse], [ErrJournalSource], [ErrJournalServer], or an error of the
//     journal, such as a full disk.
//   - [kratos.ErrUnauthorized] and other errors that concern all records.
//   - the error of a reader that cannot continue.
//
// The [Report] is complete in any case. A run with the same source and [Journal] continues.
func Import(ctx context.Context, admin *kratos.Admin, records iter.Seq2[Record, error], opts ...Option) (*Report, error) {
	s, err := newSettings(opts)
	if err != nil {
		return &Report{}, err
	}
	im := newImporter(s, admin)
	if !s.dryRun {
		if err := im.open(ctx); err != nil {
			return &im.report, err
		}
	}
	return &im.report, im.run(ctx, records)
}

func newImporter(s *settings, admin *kratos.Admin) *importer {
	return &importer{
		settings: s, admin: admin, window: newWindow(s.workers), limits: newLimits(s.items), recent: newListing(), alike: map[string]bool{},
		seed: maphash.MakeSeed(), seen: map[uint64]uint32{}, started: time.Now(),
	}
}

// run imports the records, and closes the journal.
func (im *importer) run(ctx context.Context, records iter.Seq2[Record, error]) error {
	im.ctx, im.cancel = context.WithCancelCause(ctx)
	defer im.cancel(nil)
	stop := im.drain()
	defer stop()
	err := im.readAll(records)
	im.batches.Wait()
	im.progress()
	cause := context.Cause(im.ctx) // of a batch, or of ctx
	complete := err == nil && cause == ctx.Err() && im.report.Unsettled == 0 && !im.dryRun
	if cause != nil && !complete {
		err = cause
	}
	if closing := im.journal.close(); err == nil {
		err = closing
	}
	if err != nil && errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("kratos: Import: interrupted: %w", err)
	}
	return err
}

// drainTimeout is for how long an import that ends early completes what was sent. It is the timeout
// of a batch.
const drainTimeout = 130 * time.Second

// drain sets the context of calls that are completed after the import was canceled.
func (im *importer) drain() (stop func()) {
	calls, cancel := context.WithCancel(context.WithoutCancel(im.ctx))
	im.calls = calls
	context.AfterFunc(im.ctx, func() {
		select {
		case <-time.After(drainTimeout):
		case <-calls.Done():
		}
		cancel()
	})
	return cancel
}

// importer is a call of [Import].
type importer struct {
	*settings
	admin   *kratos.Admin
	journal *journal
	window  *window
	limits  *limits
	clock   serverClock
	recent  listing
	// externalIDs reports whether the server knows external ids.
	externalIDs bool

	ctx     context.Context // ends with the import
	calls   context.Context // ends drainTimeout later
	cancel  context.CancelCauseFunc
	batches sync.WaitGroup

	// of the reader
	seed maphash.Seed
	seen map[uint64]uint32 // lines by the hash of an identifier
	sum  checksum
	last int     // line
	next []*item // the batch that is being filled
	size batchSize

	mu        sync.Mutex
	report    Report
	started   time.Time
	alike     map[string]bool // ids of identities whose traits others can have
	explained int             // rejected records whose reason was asked for
	slow      bool            // the server takes too long to find an identity by an identifier
}

// open asks for the version and time of the server, and opens the journal.
func (im *importer) open(ctx context.Context) error {
	var header http.Header
	features, err := im.admin.ServerFeatures(ctx, kratos.ResponseHeader(&header))
	if err != nil {
		return err
	}
	im.externalIDs = features.ExternalIDs
	im.clock.set(header)
	if im.settings.journal == "" {
		return nil
	}
	if im.journal, err = openJournal(im.settings.journal); err != nil {
		return err
	}
	im.report = im.journal.past
	for _, id := range im.journal.alike {
		im.alike[id] = true
	}
	if err := im.checkServer(ctx); err != nil {
		_ = im.journal.file.Close()
		return err
	}
	return nil
}

// checkServer fails if Kratos has none of the identities that earlier runs created: the journal is
// of another server. The URL does not tell, since it can be another one for the same server.
func (im *importer) checkServer(ctx context.Context) error {
	ids := im.journal.ids
	if len(ids) == 0 || im.anyServer {
		return nil
	}
	for _, err := range im.admin.Identities(ctx, kratos.ListIdentities{IDs: ids, PageSize: len(ids)}) {
		return err // of the request, or nil: there is one
	}
	return fmt.Errorf("kratos: Import: %w", ErrJournalServer)
}

// serverClock is the time of the server, less up to a second and clockTolerance. Each response sets
// it, since the clock of this machine may jump.
type serverClock struct {
	mu     sync.Mutex
	offset time.Duration
}

// clockTolerance is how much the clocks of the servers of one Kratos may differ.
const clockTolerance = 2 * time.Second

// set reads the time of a response. Without one, the clock is that of this machine.
func (c *serverClock) set(h http.Header) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return // there is no response, or a proxy removed the header
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = date.Sub(time.Now().Round(0))
}

func (c *serverClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.offset - clockTolerance).UTC()
}

// fail ends the import: batches that were sent are completed.
func (im *importer) fail(err error) {
	if err != nil {
		im.cancel(err)
	}
}

// progress updates the report, and passes it on.
func (im *importer) progress() {
	im.mu.Lock()
	defer im.mu.Unlock()
	r := &im.report
	r.Elapsed = time.Since(im.started)
	r.Unsettled = r.Read - r.Resumed
	if im.journal != nil {
		r.Unsettled += im.journal.past.settled()
	}
	r.Unsettled -= r.settled()
	if im.onProgress != nil {
		im.onProgress(*r)
	}
}

// settle counts the outcomes of records, and writes them to the journal.
func (im *importer) settle(outcomes []entry, rejects []Reject) error {
	if len(outcomes) == 0 {
		return nil
	}
	err := im.journal.write(outcomes...)
	im.mu.Lock()
	defer im.mu.Unlock()
	for _, e := range outcomes {
		im.report.add(e.Outcome)
		if e.Alike {
			im.alike[e.ID] = true
		}
	}
	if im.onReject != nil {
		for _, r := range rejects {
			im.onReject(r)
		}
	}
	return err
}

// rejection returns the outcome of a record that is not imported.
func rejection(r Record, err error) (entry, Reject) {
	field := fieldOf(err)
	text := err.Error()
	if len(text) > maxErrorText {
		text = text[:maxErrorText]
	}
	return entry{Line: r.Line, Ref: r.Ref, Outcome: rejected, Field: field, Error: text, Notes: r.Notes}, Reject{Line: r.Line, Ref: r.Ref, Field: field, Err: err}
}

const maxErrorText = 1024 // bytes, in a journal
