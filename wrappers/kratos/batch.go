package kratos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

const (
	maxBatch          = 1000
	maxBatchPasswords = 200 // Kratos hashes them while the call waits
)

// IdentityPatch is one item of a batch: an identity to create and, if the caller wants one, a UUID to know the result by.
type IdentityPatch = gen.IdentityPatch

// BatchResult is what became of one item of a batch.
type BatchResult struct {
	// PatchID is that of the item.
	PatchID string
	// IdentityID is the id of the identity that was created; "" if it was not.
	IdentityID string
	// Err is an [*Error] if the identity was not created, such as [ErrConflict]; else nil.
	Err error
}

// BatchPatchIdentities creates up to 1000 identities in one call, or up to 200 if any has a password in clear text
// (batchPatchIdentities, admin port). There is a result for each item, in their order.
//
// Items fail one by one: if any did, the error is [ErrBatchItems], and the results tell which. If one of them is an
// [ErrConflict], Kratos v1.3.1 says that the others were created, and rolls them back all the same; so the identities are
// looked for, and those that are not there have the error [ErrRolledBack]: send these items again, without the conflict.
// An item that Kratos cannot read, because of an unknown state for instance, fails the call as a whole with
// [ErrBadRequest], and nothing is created; there are no results then.
func (a *Admin) BatchPatchIdentities(ctx context.Context, items []IdentityPatch, opts ...CallOption) ([]BatchResult, error) {
	const op = "batchPatchIdentities"
	if err := checkBatch(items); err != nil {
		return nil, failed(op, err)
	}
	resp, err := a.api.BatchPatchIdentities(ctx, gen.PatchIdentitiesBody{Identities: items}, edit(opts)...)
	answer, err := whole(op, resp, err, func(b *gen.BatchPatchIdentitiesResponse) bool { return answers(b.Identities, items) })
	if err != nil {
		return nil, err
	}
	results := make([]BatchResult, len(items))
	failures := 0
	for i, r := range answer.Identities {
		results[i] = BatchResult{PatchID: r.PatchID, IdentityID: r.Identity}
		if r.Action != gen.PatchActionCreate || r.Identity == "" {
			failures++
			results[i] = BatchResult{PatchID: r.PatchID, Err: itemError(op, r.Error)}
		}
	}
	if failures == 0 {
		return results, nil
	}
	failures += a.confirm(ctx, results, opts)
	return results, &Error{
		Operation: op, StatusCode: resp.StatusCode, Header: withoutCookies(resp.Header), kind: ErrBatchItems,
		text: fmt.Sprintf("%d of %d items were not created, or could not be confirmed", failures, len(items)),
	}
}

// answers reports whether there is a result for each item, in their order.
func answers(results []*gen.IdentityPatchResponse, items []IdentityPatch) bool {
	return slices.EqualFunc(results, items, func(r *gen.IdentityPatchResponse, item IdentityPatch) bool {
		return r != nil && (item.PatchID == "" || strings.EqualFold(r.PatchID, item.PatchID))
	})
}

// confirm looks for the identities that a batch with a conflict is said to have created. It gives the results of those that
// are not there an error, and returns how many they are.
func (a *Admin) confirm(ctx context.Context, results []BatchResult, opts []CallOption) (missing int) {
	var doubtful []*BatchResult
	conflict := false
	for i := range results {
		conflict = conflict || errors.Is(results[i].Err, ErrConflict)
		if results[i].Err == nil {
			doubtful = append(doubtful, &results[i])
		}
	}
	if !conflict {
		return 0
	}
	for some := range slices.Chunk(doubtful, idsAtOnce) {
		ids := make([]string, len(some))
		for i, r := range some {
			ids[i] = r.IdentityID
		}
		there := map[string]bool{}
		var failure error
		for identity, err := range a.Identities(ctx, append(opts[:len(opts):len(opts)], IDs(ids...), PageSize(idsAtOnce))...) {
			there[identity.ID], failure = err == nil, err
		}
		for _, r := range some {
			switch {
			case there[r.IdentityID]:
				continue
			case failure != nil: // it may be there
				r.Err = failure
			default:
				r.Err = &Error{Operation: "batchPatchIdentities", kind: ErrRolledBack}
				r.IdentityID = ""
			}
			missing++
		}
	}
	return missing
}

const idsAtOnce = 100 // keeps the URL short enough for proxies

// itemError makes an error of what Kratos says of one item.
func itemError(op string, g *gen.GenericError) *Error {
	if g == nil {
		return &Error{Operation: op, kind: ErrUnexpectedAnswer, text: "the item was not created, for no reason that Kratos gives"}
	}
	return &Error{
		Operation: op, StatusCode: int(g.Code), ID: g.ID, Code: int(g.Code), Message: g.Message, Reason: g.Reason,
		Details: g.Details, RequestID: g.Request, kind: byID(g.ID),
	}
}

func checkBatch(items []IdentityPatch) error {
	if len(items) == 0 || len(items) > maxBatch {
		return argumentError("a batch has 1 to 1000 items")
	}
	for i, item := range items {
		if err := checkCreate(item.Create); err != nil {
			return argumentError(fmt.Sprintf("item %d: %v", i, err))
		}
		if len(items) > maxBatchPasswords && item.Create.Credentials.Password.Config.Password != "" {
			return argumentError("a batch with passwords in clear text has at most 200 items")
		}
	}
	return nil
}

// checkCreate refuses an identity that Kratos would refuse whatever its schemas are.
func checkCreate(body CreateIdentity) error {
	if body.Traits == nil {
		return argumentError("the traits are nil")
	}
	return checkCredentials(body.Credentials)
}

func checkCredentials(c gen.IdentityWithCredentials) error {
	password := c.Password.Config
	if password.Password != "" && password.HashedPassword != "" {
		return argumentError("the credentials have a password and a hash of one")
	}
	if password.HashedPassword != "" {
		if err := checkHash(password.HashedPassword); err != nil {
			return err
		}
	}
	for _, link := range c.OIDC.Config.Providers {
		if link.Provider == "" || link.Subject == "" {
			return argumentError("a link to a provider lacks the provider or the subject")
		}
	}
	return nil
}
