package kratos

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// BatchResult is the result of one item of a batch.
type BatchResult struct {
	// PatchID is the PatchID of the item.
	PatchID string
	// IdentityID is the id of the identity that was created, or "". With [ErrUnconfirmed] it is the
	// id of the identity that may have been created, if the response had one.
	IdentityID string
	// Err is nil if the identity was created, otherwise an [*Error]:
	//
	//   - [ErrConflict]: another identity has the same identifier.
	//   - [ErrBadRequest]: the traits do not match the identity schema, or Kratos cannot read the
	//     item. Kratos gives no reason; TraitsValidator.ValidateBatch of package
	//     github.com/kratoskit/kratos-go/wrappers/validate names the member, before a batch is sent.
	//   - [ErrInvalidArgument]: the item is malformed, or a trait is an empty identifier.
	//   - [ErrRolledBack]: Kratos did not create the item because of others. Send it again, without
	//     those.
	//   - [ErrUnconfirmed]: the item may have been created. Look for it before you send it again.
	Err error
}

// matchResults sets results from a response, and reports whether it has one for each item in order.
func matchResults(response []*gen.IdentityPatchResponse, items []IdentityPatch, results []BatchResult) bool {
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

// failedItems returns the error of a batch if items failed, or nil.
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
		text: fmt.Sprintf("%d of %d items were not created, or are unconfirmed", len(items), len(results)),
	}
}

// fillResults sets err as the error of the results that have neither an identity nor an error.
func fillResults(results []BatchResult, err error) {
	for i := range results {
		if results[i].IdentityID == "" && results[i].Err == nil {
			results[i].Err = err
		}
	}
}

// refusedItems reports whether Kratos refused all items of a batch because of some.
func (e *Error) refusedItems() bool {
	switch e.StatusCode {
	case http.StatusBadRequest, http.StatusConflict:
		return e.sentinel == nil
	case http.StatusInternalServerError:
		return e.sentinel == ErrInvalidArgument
	}
	return false
}

// itemFailure returns the error of an item whose batch failed with e: e itself if nothing was
// created, otherwise an [ErrUnconfirmed].
func (e *Error) itemFailure() *Error {
	switch {
	case e.sentinel == ErrInvalidArgument, e.Is(ErrNotProcessed):
		return e
	case e.StatusCode >= 300 && e.StatusCode < 500 && e.StatusCode != http.StatusRequestTimeout:
		return e
	}
	return markUnconfirmed(e)
}

// markUnconfirmed returns the error of an item that may have been created, because of cause. It is
// not an [ErrNotProcessed], even if the request that looked for the identity was not processed.
func markUnconfirmed(cause error) *Error {
	var notProcessed *transport.NotProcessedError
	if errors.As(cause, &notProcessed) {
		cause = notProcessed.Err
	}
	return &Error{Operation: opBatchPatch, sentinel: ErrUnconfirmed, cause: cause}
}

// itemError returns the error of an item that was not created, from the one in the response.
func itemError(g *gen.GenericError) *Error {
	if g == nil {
		return &Error{Operation: opBatchPatch, sentinel: ErrUnexpectedResponse, text: "the item was not created, and the response gives no reason"}
	}
	e := &Error{
		Operation: opBatchPatch, StatusCode: int(g.Code), ID: g.ID, Code: int(g.Code), Message: g.Message, Reason: g.Reason,
		Details: g.Details, RequestID: g.Request, sentinel: byID(g.ID),
	}
	e.detectInvalidTraits()
	return e
}
