package kratos

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// BatchResult is what became of one item of a batch.
type BatchResult struct {
	// PatchID is that of the item.
	PatchID string
	// IdentityID is the id of the identity that was created; "" if it was not. With
	// [ErrUnconfirmed], it is the id that the identity has if it was created, as far as that is
	// known.
	IdentityID string
	// Err is nil if the identity was created, and else an [*Error] that says why it was not, such
	// as [ErrConflict]. The item can be sent again as it is if this is [ErrRolledBack]; see
	// [ErrUnconfirmed] before you send it again.
	Err error
}

// readResults fills in results, and reports whether there is one for each item, in their order.
func resultsOf(response []*gen.IdentityPatchResponse, items []IdentityPatch, results []BatchResult) bool {
	if len(response) != len(items) {
		return false
	}
	complete := true
	for i, r := range response {
		switch {
		case r == nil || items[i].PatchID != "" && !strings.EqualFold(r.PatchID, items[i].PatchID):
			complete = false
		case r.Action != gen.PatchActionCreate || r.Identity == "":
			results[i] = BatchResult{PatchID: r.PatchID, Err: itemError(r.Error)}
		default:
			results[i] = BatchResult{PatchID: r.PatchID, IdentityID: r.Identity}
		}
	}
	return complete
}

// failedItems returns the error of a batch some of whose items failed, or nil.
func (b *batch) failedItems(results []BatchResult) error {
	var items []failedItem
	for i := range results {
		var e *Error
		if errors.As(results[i].Err, &e) {
			items = append(items, failedItem{i, e})
		}
	}
	if len(items) == 0 {
		return nil
	}
	return &Error{
		Operation: opBatchPatch, StatusCode: b.status, Header: b.header, sentinel: ErrBatchItems, items: items,
		text: fmt.Sprintf("%d of %d items were not created, or could not be confirmed", len(items), len(results)),
	}
}

// fillResults gives err to the results that have neither an identity nor an error.
func matchResults(results []BatchResult, err error) {
	for i := range results {
		if results[i].IdentityID == "" && results[i].Err == nil {
			results[i].Err = err
		}
	}
}

// refusedItems reports whether Kratos created nothing of a batch because of what is in it.
func (e *Error) refusedItems() bool {
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusConflict:
		return e.sentinel == nil
	case http.StatusInternalServerError:
		return e.sentinel == ErrInvalidArgument
	}
	return false
}

// ofItem returns the error of an item whose batch failed with e: e itself, if that says that
// nothing was created.
func (e *Error) ofItem() *Error {
	switch {
	case e.sentinel == ErrInvalidArgument, e.Is(ErrNotProcessed):
		return e
	case e.StatusCode >= 300 && e.StatusCode < 500 && e.StatusCode != http.StatusRequestTimeout:
		return e
	}
	return markUnconfirmed(e)
}

// unconfirmed returns the error of an item of which cause keeps anybody from knowing whether it was
// created. A request that was not processed, and only looked for the identity, does not say that.
func markUnconfirmed(cause error) *Error {
	var look *transport.NotProcessedError
	if errors.As(cause, &look) {
		cause = look.Err
	}
	return &Error{Operation: opBatchPatch, sentinel: ErrUnconfirmed, cause: cause}
}

// itemError makes an error of what Kratos says of one item.
func itemError(g *gen.GenericError) *Error {
	if g == nil {
		return &Error{Operation: opBatchPatch, sentinel: ErrUnexpectedResponse, text: "the item was not created, for no reason that Kratos gives"}
	}
	e := &Error{
		Operation: opBatchPatch, StatusCode: int(g.Code), ID: g.ID, Code: int(g.Code), Message: g.Message, Reason: g.Reason,
		Details: g.Details, RequestID: g.Request, sentinel: byID(g.ID),
	}
	e.blameInput()
	return e
}
