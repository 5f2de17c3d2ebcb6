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
	maxBatchItems     = 1000
	maxBatchPasswords = 200     // Kratos hashes them one after the other before it responds
	maxRequestBody    = 5 << 20 // bytes that Kratos reads
	maxBatchRequests  = 64      // per call, to find the items that make Kratos refuse a batch
	maxIDsPerRequest  = 100     // keeps the URL short enough for proxies

	// batchTimeout is the timeout of one request. Kratos' own is 120 seconds.
	batchTimeout = 130 * time.Second
)

// BatchPatchIdentities creates up to 1000 identities, 200 with a plaintext password
// (batchPatchIdentities). There is a result for each item, also with an error; [ErrBatchItems]
// means that some items failed. It sends up to 64 requests, each with a timeout of 130 seconds.
func (a *Admin) BatchPatchIdentities(ctx context.Context, items []IdentityPatch, opts ...RequestOption) ([]BatchResult, error) {
	results := make([]BatchResult, len(items))
	for i := range items {
		results[i].PatchID = items[i].PatchID
	}
	if err := checkBatch(items, results); err != nil {
		return results, err
	}
	b := batch{admin: a, opts: opts, requestsLeft: maxBatchRequests}
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
	admin        *Admin
	opts         []RequestOption
	requestsLeft int

	status int // of the first response
	header http.Header
}

// create sends items, or halves of them if Kratos refuses all because of some. It sets the results,
// and returns the error of the call, if it has one.
func (b *batch) create(ctx context.Context, items []IdentityPatch, results []BatchResult) *Error {
	if b.requestsLeft == 0 {
		fillResults(results, &Error{Operation: opBatchPatch, sentinel: ErrRolledBack})
		return nil
	}
	b.requestsLeft--
	failure := b.post(ctx, items, results)
	switch {
	case failure == nil:
		return nil
	case !failure.refusedItems():
		fillResults(results, failure.itemFailure())
		return failure
	case len(items) == 1:
		results[0].Err = failure
		return nil
	}
	half := len(items) / 2
	if err := b.create(ctx, items[:half], results[:half]); err != nil {
		fillResults(results[half:], &Error{Operation: opBatchPatch, sentinel: ErrRolledBack})
		return err
	}
	return b.create(ctx, items[half:], results[half:])
}

// post sends items in one request, and sets the results that the response has.
func (b *batch) post(ctx context.Context, items []IdentityPatch, results []BatchResult) *Error {
	resp, err := b.admin.api.BatchPatchIdentities(withLimit(withTimeout(ctx, batchTimeout), maxDocument), gen.PatchIdentitiesBody{Identities: items}, requestEditors(b.opts, checkBodySize)...)
	if resp != nil && b.status == 0 {
		b.status, b.header = resp.StatusCode, withoutSetCookie(resp.Header)
	}
	_, err = decodeValid(opBatchPatch, resp, err, func(response *gen.BatchPatchIdentitiesResponse) bool {
		return matchResults(response.Identities, items, results)
	})
	var failure *Error
	if errors.As(err, &failure) {
		return failure
	}
	b.verifyCreated(ctx, results)
	return nil
}

// verifyCreated looks for the identities of a batch with a conflict: Kratos v1.3.1 reports the
// other items as created, although it has rolled them back.
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

// checkBatch validates a batch, and sets the results of items that are invalid.
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
	case len(items) == 0 || len(items) > maxBatchItems:
		all = newArgumentError(opBatchPatch, "a batch has 1 to 1000 items")
	case passwords > maxBatchPasswords:
		all = newArgumentError(opBatchPatch, fmt.Sprintf("%d items have a plaintext password, and the limit of a batch is 200", passwords))
	case first != nil:
		fillResults(results, &Error{Operation: opBatchPatch, sentinel: ErrRolledBack})
		return first
	default:
		return nil
	}
	fillResults(results, all)
	return all
}

// checkBodySize refuses a request with a larger body than Kratos reads.
func checkBodySize(r *http.Request) error {
	if r.ContentLength > maxRequestBody {
		return argumentError(fmt.Sprintf("the body has %d bytes, and Kratos' limit is %d (5 MiB)", r.ContentLength, maxRequestBody))
	}
	return nil
}
