package bulk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// findResumed returns the items of a batch that an earlier run may have sent and that Kratos does not
// have. Batches that were not sent before need not wait for it.
func (im *importer) findResumed(items []*item) ([]*item, error) {
	for {
		if err := im.window.wait(im.ctx); err != nil {
			return nil, err
		}
		left, err := im.findCreated(im.ctx, items, false)
		switch {
		case err == nil:
			im.progress()
			return left, nil
		case !isTemporary(err):
			return nil, err
		}
		if err := im.overloaded(err); err != nil {
			return nil, err
		}
	}
}

// send sends a batch until each of its items has an outcome. The intent is in the journal before
// the first request.
func (im *importer) send(items []*item) error {
	if err := im.window.wait(im.ctx); err != nil {
		return err
	}
	if err := im.journal.begin(items[0], items[len(items)-1], im.clock.now()); err != nil {
		return err
	}
	most := len(items) // of a request
	for len(items) > 0 {
		if err := im.window.wait(im.ctx); err != nil {
			return err
		}
		left, err := im.findCreated(im.ctx, items, false)
		if err == nil {
			left, most, err = im.sendPart(left, most)
		}
		if err != nil && (!isTemporary(err) || errors.Is(err, ErrOutage)) {
			return err
		}
		if err != nil {
			if err := im.overloaded(err); err != nil {
				return err
			}
		}
		items = left
	}
	return nil
}

// sendPart sends the first items, as many as fit or most, and returns those that are left. After a
// failure of the server that an item may cause, it returns half as many, for the next request, and
// those items are the last ones.
func (im *importer) sendPart(items []*item, most int) (left []*item, next int, err error) {
	part, rest := im.cut(items[:min(most, len(items))])
	rest = append(rest[:len(rest):len(rest)], items[min(most, len(items)):]...)
	n := len(part)
	part, failure, err := im.post(part)
	if err != nil {
		return items, most, err
	}
	if failure == nil {
		return append(part, rest...), min(2*most, maxItems), nil
	}
	im.suspect(part)
	if n == 1 {
		if part, err = im.blame(part, failure); err != nil {
			return items, most, err
		}
	}
	return append(rest, part...), max(1, n/2), nil
}

// blamed is after how many failures of the server for a request with a single record the record is
// rejected, if other requests have succeeded meanwhile.
const blamed = 3

// suspect notes that the server failed for items, one of which may be the cause.
func (im *importer) suspect(items []*item) {
	for _, it := range items {
		if !it.suspected {
			it.suspected, it.successes = true, im.window.count()
		}
	}
}

// blame counts a failure of the server for a single item. It settles the item if that seems to cause
// the failure, and else returns it.
func (im *importer) blame(items []*item, failure error) ([]*item, error) {
	for _, it := range items {
		it.failures++
		if it.failures < blamed || im.window.count() == it.successes {
			return items, nil
		}
	}
	left, err := im.findCreated(im.calls, items, true)
	if err != nil {
		return items, err
	}
	s := settlement{importer: im}
	for _, it := range left {
		s.reject(it, failure)
	}
	return nil, im.settle(s.outcomes, s.rejects)
}

// overloaded makes all batches wait after a failure of the server, or fails if it takes too long.
func (im *importer) overloaded(err error) error {
	var retryAfter time.Duration
	if e := callError(err); e != nil {
		retryAfter = e.RetryAfter
	}
	if im.window.overloaded(retryAfter) > im.maxOutage {
		return fmt.Errorf("kratos: Import: %w: %w", ErrOutage, err)
	}
	return nil
}

// post sends items in one batch, settles those that have an outcome, and returns the others, with
// the failure of the server that one of them may have caused (status 500).
func (im *importer) post(items []*item) (left []*item, failure, err error) {
	if len(items) == 0 {
		return nil, nil, nil
	}
	patches := make([]gen.IdentityPatch, len(items))
	var size batchSize
	for i, it := range items {
		patches[i].Create = it.Identity
		size.add(it)
	}
	sent, began := im.clock.now(), time.Now()
	var header http.Header
	results, _ := im.admin.BatchPatchIdentities(im.calls, patches, kratos.ResponseHeader(&header))
	im.clock.set(header)
	s := settlement{importer: im, sent: sent}
	for i, it := range items {
		s.take(it, results[i])
	}
	if err := s.finish(); err != nil {
		return nil, nil, err
	}
	switch {
	case s.fatal != nil:
		return nil, nil, s.fatal
	case s.failure == nil:
		im.window.succeeded()
		im.limits.succeeded(size.passwords, time.Since(began))
		return s.left, nil, nil
	case isTooSlow(s.failure):
		im.limits.tooSlow(len(items))
	}
	if e := callError(s.failure); e != nil && e.StatusCode == http.StatusInternalServerError {
		failure = s.failure
	}
	return s.left, failure, im.overloaded(s.failure)
}

// settlement is what becomes of the items of a response.
type settlement struct {
	*importer
	sent     time.Time
	left     []*item // to be sent again
	doubtful []*item // that conflict, perhaps with themselves
	updates  []*item // that conflict, to be updated
	outcomes []entry
	rejects  []Reject
	failure  error // of the call, temporary
	fatal    error // of the call
}

// take takes the result of an item.
func (s *settlement) take(it *item, r kratos.BatchResult) {
	err := r.Err
	switch {
	case err == nil:
		s.outcome(it, created, r.IdentityID)
	case errors.Is(err, kratos.ErrRolledBack):
		s.left = append(s.left, it)
	case errors.Is(err, kratos.ErrUnconfirmed):
		s.unknown(it, err)
	case isTemporary(err):
		s.failure, s.left = err, append(s.left, it)
	case errors.Is(err, kratos.ErrConflict):
		s.conflict(it, err)
	case errors.Is(err, kratos.ErrBadRequest), errors.Is(err, kratos.ErrInvalidArgument):
		s.explain(it, err)
	default:
		s.fatal = err
	}
}

// unknown keeps an item that may have been created.
func (s *settlement) unknown(it *item, err error) {
	if it.since.IsZero() {
		it.since = s.sent
	}
	it.doubt(time.Now())
	s.failure, s.left = err, append(s.left, it)
}

// conflict settles an item that conflicts, unless it may conflict with itself.
func (s *settlement) conflict(it *item, err error) {
	if !it.since.IsZero() {
		it.doubt(time.Now())
		s.doubtful = append(s.doubtful, it)
		return
	}
	switch s.policy {
	case Skip:
		s.outcome(it, skipped, "")
	case Update:
		s.updates = append(s.updates, it)
	default:
		s.reject(it, err)
	}
}

// explain sends an item that Kratos rejects on its own, because only then it says why.
func (s *settlement) explain(it *item, err error) {
	if hasReason(err) || !s.mayExplain() {
		s.reject(it, err)
		return
	}
	if s.ctx.Err() != nil {
		s.left = append(s.left, it) // for another run
		return
	}
	identity, reason := s.admin.CreateIdentity(s.calls, it.Identity)
	switch {
	case reason == nil:
		s.outcome(it, created, identity.ID)
	case errors.Is(reason, kratos.ErrConflict):
		s.conflict(it, reason)
	case errors.Is(reason, kratos.ErrBadRequest), errors.Is(reason, kratos.ErrInvalidArgument):
		s.reject(it, reason)
	default:
		s.unknown(it, reason)
	}
}

// maxExplained is the number of rejected records of a run whose reason is asked for.
const maxExplained = 1000

func (s *settlement) mayExplain() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.explained++
	return s.explained <= maxExplained
}

func (s *settlement) outcome(it *item, o outcome, id string) {
	s.outcomes = append(s.outcomes, entry{Line: it.Line, Ref: it.Ref, Outcome: o, ID: id, Alike: it.alike && id != "", Notes: it.Notes})
}

func (s *settlement) reject(it *item, err error) {
	e, r := rejection(it.Record, err)
	s.outcomes, s.rejects = append(s.outcomes, e), append(s.rejects, r)
}

// finish settles the items that have an outcome.
func (s *settlement) finish() error {
	if len(s.doubtful) > 0 {
		left, err := s.findCreated(s.calls, s.doubtful, true)
		switch {
		case err == nil:
			for _, it := range left {
				it.since = time.Time{}
				s.conflict(it, errConflict())
			}
		case isTemporary(err):
			s.failure, s.left = err, append(s.left, s.doubtful...)
		default:
			s.fatal = err
		}
	}
	if len(s.updates) > 0 {
		s.updateAll(s.updates)
	}
	return s.settle(s.outcomes, s.rejects)
}

// callError returns the error of the call that err is about, or nil.
func callError(err error) *kratos.Error {
	var e, cause *kratos.Error
	if !errors.As(err, &e) {
		return nil
	}
	if errors.As(e.Unwrap(), &cause) {
		return cause
	}
	return e
}

// isTemporary reports whether the server may respond to the same call later.
func isTemporary(err error) bool {
	for _, target := range []error{kratos.ErrNotProcessed, kratos.ErrUnreachable, kratos.ErrRateLimited, kratos.ErrServer, kratos.ErrUnconfirmed} {
		if errors.Is(err, target) {
			return true
		}
	}
	e := callError(err)
	switch {
	case e == nil:
		return false
	case e.StatusCode == http.StatusOK: // the response breaks off
		return errors.Is(err, kratos.ErrUnexpectedResponse)
	}
	return e.StatusCode == http.StatusRequestEntityTooLarge || e.StatusCode == http.StatusRequestTimeout
}

// isTooSlow reports whether a smaller batch may succeed.
func isTooSlow(err error) bool {
	e := callError(err)
	if e == nil {
		return false
	}
	switch e.StatusCode {
	case http.StatusGatewayTimeout, http.StatusRequestTimeout, http.StatusRequestEntityTooLarge:
		return true
	}
	return errors.Is(err, context.DeadlineExceeded)
}

// hasReason reports whether an error says what is wrong with a record.
func hasReason(err error) bool { return !strings.HasSuffix(err.Error(), kratos.ErrBadRequest.Error()) }

// fieldOf returns the member that an error names first, or "".
func fieldOf(err error) string {
	_, text, _ := strings.Cut(err.Error(), kratos.ErrBadRequest.Error()+": ")
	field, _, ok := strings.Cut(text, ": ")
	if !ok || !strings.HasPrefix(field, "traits") {
		return ""
	}
	return field
}
