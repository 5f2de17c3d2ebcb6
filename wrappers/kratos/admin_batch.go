package kratos

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/kratoskit/kratos-go/gen"
)

const (
	opBatchPatch      = "batchPatchIdentities"
	maxBatch          = 1000
	maxBatchPasswords = 200     // Kratos hashes them one by one while the call waits
	maxRequestBody    = 5 << 20 // bytes that Kratos reads
	maxBatchRequests  = 64      // of one call: enough to find the items that Kratos refuses a batch for

	// batchTimeout is how long a request with a batch may take. Kratos gives up after 120 seconds.
	batchTimeout = 130 * time.Second
)

// IdentityPatch is one item of a batch: an identity to create and, if the caller wants one, a UUID
// to know the result by.
type IdentityPatch = gen.IdentityPatch

// BatchPatchIdentities creates up to 1000 identities (batchPatchIdentities, admin port). There is a
// result for each item, in their order, whatever the error is.
//
// Items fail one by one: if any did, the error is [ErrBatchItems], and the results tell which.
// Their errors are
//
//   - [ErrConflict] if another identity has the same identifier;
//   - [ErrBadRequest] if the traits do not fit the identity schema, which Kratos does not explain
//     for a batch (the method Batch of what NewTraitsValidator in package validate returns does, before
//     anything is sent), or if Kratos cannot read the item;
//   - [ErrInvalidArgument] if the item is malformed, or an identifier in its traits is empty;
//   - [ErrRolledBack] if the item was not created because of others: send it again, without those;
//   - [ErrUnconfirmed] if it is not known whether the identity was created: look for it before you
//     send the item again.
//
// Any other error says that the call itself failed, and is that of the items as well if it says
// that nothing was created, such as [ErrForbidden] or [ErrNotProcessed].
//
// Nothing is created twice: what may have been created is not sent again. If Kratos refuses all
// items because of some, nothing was created, and halves of the batch are sent to find out which;
// after 64 requests the rest are ErrRolledBack. Kratos v1.3.1 reports the items beside an
// ErrConflict as created, and rolls them back all the same; so they are looked for.
//
// Limits: 1000 items; 200 passwords in clear text, since Kratos hashes one after the other while
// the call waits, and hashed ones beside them; and 5 MiB of JSON. More is refused with [ErrInvalidArgument]
// before anything is sent. A request may take 130 seconds, as Kratos needs up to 120; the context
// can end it sooner.
func (a *Admin) BatchPatchIdentities(ctx context.Context, items []IdentityPatch, opts ...RequestOption) ([]BatchResult, error) {
	results := make([]BatchResult, len(items))
	for i := range items {
		results[i].PatchID = items[i].PatchID
	}
	if err := checkBatch(items, results); err != nil {
		return results, err
	}
	b := batch{admin: a, opts: opts, requests: maxBatchRequests}
	if err := b.create(ctx, items, results); err != nil {
		return results, err
	}
	if err := b.failedItems(results); err != nil {
		return results, err
	}
	return results, nil
}

// batch is one call of BatchPatchIdentities.
type batch struct {
	admin    *Admin
	opts     []RequestOption
	requests int // that may still be sent

	status int // of the first response
	header http.Header
}

// create sends items, and halves of them if Kratos refuses all because of some. It fills in the
// results, and returns why the call as a whole failed, if it did.
func (b *batch) create(ctx context.Context, items []IdentityPatch, results []BatchResult) *Error {
	if b.requests == 0 {
		matchResults(results, &Error{Operation: opBatchPatch, sentinel: ErrRolledBack})
		return nil
	}
	b.requests--
	failure := b.post(ctx, items, results)
	switch {
	case failure == nil:
		return nil
	case !failure.refusedItems():
		matchResults(results, failure.ofItem())
		return failure
	case len(items) == 1:
		results[0].Err = failure
		return nil
	}
	half := len(items) / 2
	if err := b.create(ctx, items[:half], results[:half]); err != nil {
		matchResults(results[half:], &Error{Operation: opBatchPatch, sentinel: ErrRolledBack})
		return err
	}
	return b.create(ctx, items[half:], results[half:])
}

// send sends items in one request, and fills in the results as far as the response has any.
func (b *batch) post(ctx context.Context, items []IdentityPatch, results []BatchResult) *Error {
	resp, err := b.admin.api.BatchPatchIdentities(withLimit(withTimeout(ctx, batchTimeout), maxDocument), gen.PatchIdentitiesBody{Identities: items}, requestEditors(b.opts, checkBodySize)...)
	if resp != nil && b.status == 0 {
		b.status, b.header = resp.StatusCode, withoutSetCookie(resp.Header)
	}
	_, err = decodeValid(opBatchPatch, resp, err, func(response *gen.BatchPatchIdentitiesResponse) bool {
		return resultsOf(response.Identities, items, results)
	})
	var failure *Error
	if errors.As(err, &failure) {
		return failure
	}
	b.verifyCreated(ctx, results)
	return nil
}

// confirm looks for the identities that a batch with a conflict is said to have created, and gives
// the results of those that are not there an error.
func (b *batch) verifyCreated(ctx context.Context, results []BatchResult) {
	var unverified []*BatchResult
	conflict := false
	for i := range results {
		conflict = conflict || errors.Is(results[i].Err, ErrConflict)
		if results[i].Err == nil {
			unverified = append(unverified, &results[i])
		}
	}
	if !conflict {
		return
	}
	for chunk := range slices.Chunk(unverified, maxIDsPerRequest) {
		ids := make([]string, len(chunk))
		for i, r := range chunk {
			ids[i] = r.IdentityID
		}
		found := map[string]bool{}
		var failure error
		for identity, err := range b.admin.Identities(ctx, ListIdentities{IDs: ids, PageSize: maxIDsPerRequest}, b.opts...) {
			found[identity.ID], failure = err == nil, err
		}
		for _, r := range chunk {
			switch {
			case found[r.IdentityID]:
			case failure != nil:
				r.Err = markUnconfirmed(failure)
			default:
				r.Err = &Error{Operation: opBatchPatch, sentinel: ErrRolledBack}
				r.IdentityID = ""
			}
		}
	}
}

const maxIDsPerRequest = 100 // keeps the URL short enough for proxies

// checkBatch refuses a batch that Kratos would refuse, and says in the results which items are
// wrong.
func checkBatch(items []IdentityPatch, results []BatchResult) error {
	var first *Error
	passwords := 0
	for i, item := range items {
		if err := checkCreate(item.Create); err != nil {
			e := newArgumentError(opBatchPatch, fmt.Sprintf("item %d: %v", i, err))
			results[i].Err = e
			if first == nil {
				first = e
			}
		}
		if item.Create.Credentials.Password.Config.Password != "" {
			passwords++
		}
	}
	var all *Error
	switch {
	case len(items) == 0 || len(items) > maxBatch:
		all = newArgumentError(opBatchPatch, "a batch has 1 to 1000 items")
	case passwords > maxBatchPasswords:
		all = newArgumentError(opBatchPatch, fmt.Sprintf("%d of the items have a password in clear text, and a batch has 200 of these at most", passwords))
	case first != nil:
		matchResults(results, &Error{Operation: opBatchPatch, sentinel: ErrRolledBack})
		return first
	default:
		return nil
	}
	matchResults(results, all)
	return all
}

// bodyFits refuses a request whose body is larger than what Kratos reads.
func checkBodySize(r *http.Request) error {
	if r.ContentLength > maxRequestBody {
		return argumentError(fmt.Sprintf("the body has %d bytes, and Kratos reads %d (5 MiB) at most", r.ContentLength, maxRequestBody))
	}
	return nil
}
