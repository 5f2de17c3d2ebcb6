package bulk

import (
	"errors"
	"time"
)

var (
	// ErrDuplicate: an earlier record of the source has the same identifier.
	ErrDuplicate = errors.New("an earlier record has the same identifier")
	// ErrJournalInUse: another process, or another call in this one, writes the journal.
	ErrJournalInUse = errors.New("the journal is in use")
	// ErrJournalSource: the journal belongs to another source, the source has changed, or it is read
	// with other options.
	ErrJournalSource = errors.New("the journal belongs to another source, the source has changed, or it is read with other options")
	// ErrJournalServer: Kratos has none of the identities that the journal names. The journal belongs
	// to another server, or they were deleted: see [AnyServer].
	ErrJournalServer = errors.New("the server has none of the identities that the journal names: it belongs to another server, or they were deleted")
	// ErrOutage: Kratos did not recover within the time of [MaxOutage].
	ErrOutage = errors.New("the server does not recover")
)

// Report counts records. With a [Journal] it includes those of earlier runs.
type Report struct {
	// Read is the number of records that the source has yielded in this run, with unreadable ones.
	Read int
	// Resumed is how many of them an earlier run had settled.
	Resumed int
	// Created is the number of new identities. Those that an earlier run created without noting it
	// are included.
	Created int
	// Updated is the number of identities that existed and were updated: [Update].
	Updated int
	// Skipped is the number of records whose identity existed: [Skip].
	Skipped int
	// Rejected is the number of records that were not imported: see [OnReject].
	Rejected int
	// Unsettled is the number of records that were read and neither imported nor rejected: those in
	// progress or, in the result, those that are left because the import ended early. A run with the
	// same journal settles them.
	Unsettled int
	// Elapsed is the duration of this run.
	Elapsed time.Duration
}

// settled returns the number of records with an outcome.
func (r Report) settled() int { return r.Created + r.Updated + r.Skipped + r.Rejected }

// Reject is a record that was not imported.
type Reject struct {
	// Line and Ref are those of the [Record].
	Line int
	Ref  string
	// Field is the member that is wrong, such as "traits.email", if it is known.
	Field string
	// Err is why: an error of the reader or of [Check], [ErrDuplicate], or a [*kratos.Error] such
	// as [kratos.ErrConflict] or [kratos.ErrBadRequest].
	Err error
}
