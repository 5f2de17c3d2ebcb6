package bulk

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
	"iter"
	"runtime"
	"sync"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// item is a record on its way to Kratos.
type item struct {
	Record
	sum         string    // checksum of the source up to this record
	size        int       // bytes of its JSON in a batch
	plaintext   bool      // Kratos has to hash its password
	identifiers []string  // what it logs in with
	since       time.Time // when it may have been sent first; zero if it was not
	doubtAt     time.Time // when the last request for it had ended; zero for one of an earlier run
	asked       bool      // Kratos did not have it after that
	suspected   bool      // the server failed for a request with this item
	successes   int       // of other requests before that
	failures    int       // of the server, for a request with this item only
	unread      bool      // the reader has yielded an error
	alike       bool      // its traits have no identifier: other records can have the same
	bytes       int       // about as many as it takes in memory
	err         error     // why it is rejected
}

// doubt notes that a request for an item ended, and may have created the identity.
func (it *item) doubt(at time.Time) { it.doubtAt, it.asked = at, false }

// How many records, or bytes of them, are prepared at a time.
const (
	chunkItems = 500
	chunkBytes = 8 << 20
)

// readAll reads the source, and sends its records. Nothing is sent before the part that earlier runs
// have read is compared with their journal.
func (im *importer) readAll(records iter.Seq2[Record, error]) error {
	chunk, size := make([]*item, 0, chunkItems), 0
	for r, err := range records {
		if im.ctx.Err() != nil {
			return im.ctx.Err()
		}
		it, err := im.accept(r, err)
		if err != nil {
			return err
		}
		if it != nil {
			chunk, size = append(chunk, it), size+it.bytes
		}
		if (len(chunk) >= chunkItems || size >= chunkBytes) && im.journal.isVerified() {
			if err := im.prepare(chunk); err != nil {
				return err
			}
			chunk, size = make([]*item, 0, chunkItems), 0
		}
	}
	if err := im.journal.checkRest(); err != nil {
		return err
	}
	if err := im.prepare(chunk); err != nil {
		return err
	}
	return im.flush()
}

// accept checks the place of a record in the source. It returns nil if an earlier run has settled
// the record.
func (im *importer) accept(r Record, readErr error) (*item, error) {
	if r.Line == 0 && readErr != nil {
		return nil, fmt.Errorf("kratos: Import: read the source: %w", readErr)
	}
	if r.Line <= im.last {
		return nil, fmt.Errorf("kratos: Import: %w: the reader yields line %d after line %d", kratos.ErrInvalidArgument, r.Line, im.last)
	}
	im.last = r.Line
	it := &item{Record: r, err: readErr, unread: readErr != nil, bytes: rawSize(r.Identity.Traits) + rawSize(r.Identity.MetadataPublic) + rawSize(r.Identity.MetadataAdmin)}
	if im.journal != nil {
		if !it.unread && !im.journal.isUnread(r.Line) {
			traits, err := json.Marshal(r.Identity.Traits)
			if err != nil {
				it.err = errTraits
			}
			im.sum = im.sum.add(im.journal.salt, r, traits)
		}
		it.sum = im.sum.String()
		if err := im.journal.checkSource(r.Line, it.sum); err != nil {
			return nil, err
		}
	}
	done := im.journal.isSettled(r.Line)
	im.mu.Lock()
	im.report.Read++
	if done {
		im.report.Resumed++
	}
	im.mu.Unlock()
	if done {
		im.remember(it.Line, im.identifiers(r.Identity))
		return nil, nil
	}
	it.since = im.journal.sentAt(r.Line)
	return it, nil
}

var (
	errTraits = fmt.Errorf("kratos: Import: %w: the traits are nil or cannot be written as JSON", kratos.ErrInvalidArgument)
	errLarge  = fmt.Errorf("kratos: Import: %w: the record is larger than 4.5 MiB", kratos.ErrInvalidArgument)
)

// prepare checks and hashes a chunk on all cores, and passes on what is to be sent, in order.
func (im *importer) prepare(chunk []*item) error {
	var wait sync.WaitGroup
	workers := min(runtime.GOMAXPROCS(0), max(1, len(chunk)))
	next := make(chan *item, len(chunk))
	for _, it := range chunk {
		next <- it
	}
	close(next)
	for range workers {
		wait.Go(func() {
			for it := range next {
				if it.err == nil && im.ctx.Err() == nil {
					it.err = im.complete(it)
				}
			}
		})
	}
	wait.Wait()
	if im.ctx.Err() != nil {
		return im.ctx.Err()
	}
	var outcomes []entry
	var rejects []Reject
	var accepted, refused []*item
	for _, it := range chunk {
		if it.err == nil {
			if it.err = im.remember(it.Line, it.identifiers); it.err != nil {
				it.since = time.Time{} // what Kratos has was created for the earlier record
			}
		}
		if it.err == nil {
			accepted = append(accepted, it)
			continue
		}
		refused = append(refused, it)
	}
	refused, err := im.findResumed(refused)
	if err != nil {
		return err
	}
	for _, it := range refused {
		outcome, reject := rejection(it.Record, it.err)
		outcome.Unsent, outcome.Unread = it.since.IsZero(), it.since.IsZero() && it.unread
		outcomes, rejects = append(outcomes, outcome), append(rejects, reject)
	}
	if err := im.settle(outcomes, rejects); err != nil {
		return err
	}
	im.progress()
	if im.dryRun {
		return nil
	}
	for _, it := range accepted {
		if err := im.add(it); err != nil {
			return err
		}
	}
	return nil
}

// rawSize returns the bytes of a value that is raw JSON, as those of readers are.
func rawSize(value any) int {
	raw, _ := value.(json.RawMessage)
	return len(raw)
}

// complete checks a record, hashes its password, and measures it.
func (im *importer) complete(it *item) error {
	if it.Identity.Traits == nil {
		return errTraits
	}
	if im.check != nil {
		if err := im.check(im.ctx, &it.Identity); err != nil {
			return err
		}
	}
	if it.Identity.ExternalID != "" && !im.externalIDs && !im.dryRun {
		it.Identity.ExternalID = ""
		it.Notes = append(it.Notes[:len(it.Notes):len(it.Notes)], "external_id: not before Kratos v25.4")
	}
	password := &it.Identity.Credentials.Password.Config
	if im.hash != nil && password.Password != "" && !im.dryRun {
		hash, err := im.hash([]byte(password.Password))
		if err != nil {
			return fmt.Errorf("kratos: Import: hash the password: %w", err)
		}
		password.Password, password.HashedPassword = "", hash
	}
	it.plaintext = password.Password != ""
	if password.HashedPassword != "" {
		if _, err := kratos.HashedPassword(password.HashedPassword); err != nil {
			return err
		}
	}
	it.identifiers = im.identifiers(it.Identity)
	it.alike = len(im.identifiers(kratos.CreateIdentity{Traits: it.Identity.Traits})) == 0
	body, err := gen.MarshalBody(gen.IdentityPatch{Create: it.Identity})
	if err != nil {
		return errTraits
	}
	if it.size = len(body) + 1; it.size > maxBytes {
		return errLarge
	}
	return nil
}

// remember keeps a hash of each identifier, 8 bytes and the line. It fails for one of an earlier
// record.
func (im *importer) remember(line int, identifiers []string) error {
	hashes := make([]uint64, len(identifiers))
	for i, text := range identifiers {
		hashes[i] = maphash.String(im.seed, text)
		if first, ok := im.seen[hashes[i]]; ok {
			return fmt.Errorf("kratos: Import: %w: line %d", ErrDuplicate, first)
		}
	}
	for _, h := range hashes {
		im.seen[h] = uint32(line)
	}
	return nil
}
