package bulk

import (
	"context"
	"fmt"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const (
	defaultWorkers   = 4
	defaultMaxOutage = 5 * time.Minute
	maxItems         = 1000    // of a batch
	maxPasswords     = 200     // in plaintext, of a batch
	maxBytes         = 9 << 19 // of a batch: 4.5 MiB; Kratos reads 5 MiB
)

// Option changes how [Import] works.
type Option func(*settings)

type settings struct {
	workers     int
	items       int
	maxOutage   time.Duration
	journal     string
	anyServer   bool
	dryRun      bool
	policy      Policy
	check       func(context.Context, *kratos.CreateIdentity) error
	hash        func([]byte) (string, error)
	identifiers func(kratos.CreateIdentity) []string
	onReject    func(Reject)
	onProgress  func(Report)
}

func newSettings(opts []Option) (*settings, error) {
	s := &settings{workers: defaultWorkers, items: maxItems, maxOutage: defaultMaxOutage, identifiers: Identifiers}
	for _, set := range opts {
		if set == nil {
			return nil, fmt.Errorf("kratos: Import: %w: an option is nil", kratos.ErrInvalidArgument)
		}
		set(s)
	}
	switch {
	case s.workers < 1 || s.workers > 64:
		return nil, fmt.Errorf("kratos: Import: %w: Workers takes 1 to 64", kratos.ErrInvalidArgument)
	case s.items < 1 || s.items > maxItems:
		return nil, fmt.Errorf("kratos: Import: %w: BatchItems takes 1 to 1000", kratos.ErrInvalidArgument)
	case s.maxOutage <= 0:
		return nil, fmt.Errorf("kratos: Import: %w: MaxOutage takes a positive duration", kratos.ErrInvalidArgument)
	case s.policy > Update:
		return nil, fmt.Errorf("kratos: Import: %w: unknown Policy", kratos.ErrInvalidArgument)
	case s.identifiers == nil:
		return nil, fmt.Errorf("kratos: Import: %w: the function of IdentifiedBy is nil", kratos.ErrInvalidArgument)
	}
	return s, nil
}

// Workers sets the largest number of concurrent batches, 1 to 64; the default is 4. The number is
// smaller while Kratos is overloaded.
func Workers(n int) Option { return func(s *settings) { s.workers = n } }

// BatchItems sets the largest number of identities in a batch, 1 to 1000; the default is 1000. It
// is smaller while calls take too long.
func BatchItems(n int) Option { return func(s *settings) { s.items = n } }

// MaxOutage sets for how long an import waits for a server that does not respond or is overloaded,
// before it fails with [ErrOutage]; the default is 5 minutes.
func MaxOutage(d time.Duration) Option { return func(s *settings) { s.maxOutage = d } }

// Journal makes an import resumable: a run with the same source and journal continues where the
// last one ended. See the package documentation.
func Journal(path string) Option { return func(s *settings) { s.journal = path } }

// AnyServer continues a [Journal] also if Kratos has none of the identities that it names, because
// all of those that it is asked for, the first and the last ten, were deleted.
func AnyServer() Option { return func(s *settings) { s.anyServer = true } }

// DryRun reads, checks and counts all records, and sends nothing. It does not open the journal.
// Records that pass the checks are Unsettled in the [Report].
func DryRun() Option { return func(s *settings) { s.dryRun = true } }

// Check sets a function that validates an identity before it is sent, such as ValidateIdentity of a
// TraitsValidator in package validate. Calls are concurrent. The text of an error is written to the
// journal, and must not have values of the identity.
func Check(f func(context.Context, *kratos.CreateIdentity) error) Option {
	return func(s *settings) { s.check = f }
}

// Hash sets a function that hashes plaintext passwords, as a format that [kratos.HashedPassword]
// accepts. Calls are concurrent, on all cores. Without it, Kratos hashes them one after the other.
func Hash(f func(password []byte) (string, error)) Option { return func(s *settings) { s.hash = f } }

// IdentifiedBy sets the function that returns what an identity logs in with: [Identifiers], which
// is the default, or one of [SchemaIdentifiers]. A record with an identifier of an earlier record
// is rejected with [ErrDuplicate]. Calls are concurrent.
func IdentifiedBy(f func(kratos.CreateIdentity) []string) Option {
	return func(s *settings) { s.identifiers = f }
}

// OnReject sets a function that is called for each record that is not imported, except for those of
// earlier runs. Calls are not concurrent.
func OnReject(f func(Reject)) Option { return func(s *settings) { s.onReject = f } }

// OnProgress sets a function that is called after each batch, and while records are read. Calls are
// not concurrent.
func OnProgress(f func(Report)) Option { return func(s *settings) { s.onProgress = f } }

// OnConflict sets what happens to a record whose identity exists. The default is [RejectConflict].
func OnConflict(p Policy) Option { return func(s *settings) { s.policy = p } }

// Policy is what happens to a record that Kratos reports as a conflict: another identity has one of
// its identifiers, and the import has not created that identity.
type Policy uint8

const (
	// RejectConflict rejects the record with [kratos.ErrConflict].
	RejectConflict Policy = iota
	// Skip counts the record as skipped. That may be another person of the source, if Kratos takes for
	// an identifier what [IdentifiedBy] does not: see [SchemaIdentifiers].
	Skip
	// Update replaces the traits, metadata, state and imported credentials of the identity by those
	// of the record (updateIdentity). The identity is found by its external id or by
	// [Identifiers]; if it is not found, the record is rejected.
	Update
)
