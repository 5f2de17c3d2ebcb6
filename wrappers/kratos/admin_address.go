package kratos

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/gen"
)

// SetVerified marks an address of an identity as verified (patchIdentity).
func (a *Admin) SetVerified(ctx context.Context, id, address string, opts ...RequestOption) (*Identity, error) {
	const op = "patchIdentity"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	if strings.TrimSpace(address) == "" {
		return nil, newArgumentError(op, "the address is empty")
	}
	identity, err := a.Identity(ctx, id, opts...)
	if err != nil {
		return nil, err
	}
	found := findAddress(identity.VerifiableAddresses, address)
	if found == nil {
		return nil, &Error{Operation: op, sentinel: ErrNotFound, text: "the identity does not have this verifiable address"}
	}
	if found.Verified {
		return identity, nil
	}
	verified := *found
	verified.Verified, verified.Status, verified.VerifiedAt = true, AddressStatusCompleted, time.Now().UTC()
	// Kratos rebuilds the list from the traits, and takes the first entry that matches each value. An
	// entry added at the front therefore replaces the one with the same value, whatever its index.
	patch := []gen.JSONPatch{{Op: gen.JSONPatchOpAdd, Path: "/verifiable_addresses/0", Value: verified}}
	resp, err := a.api.PatchIdentity(withLimit(ctx, maxIdentity), id, patch, requestEditors(opts)...)
	identity, err = decodeValid(op, resp, err, isIdentity)
	if err != nil {
		return nil, err
	}
	switch found = findAddress(identity.VerifiableAddresses, address); {
	case found == nil:
		return nil, &Error{Operation: op, sentinel: ErrNotFound, text: "the verifiable address was removed from the identity concurrently"}
	case !found.Verified:
		return nil, &Error{Operation: op, StatusCode: http.StatusOK, sentinel: ErrUnexpectedResponse, text: "the response has the address as not verified"}
	}
	return identity, nil
}

// findAddress returns the address with this value, or nil. Kratos stores email addresses in lower
// case.
func findAddress(list []VerifiableAddress, value string) *VerifiableAddress {
	value = strings.TrimSpace(value)
	for i := range list {
		if list[i].Value == value || list[i].Via == AddressChannelEmail && strings.EqualFold(list[i].Value, value) {
			return &list[i]
		}
	}
	return nil
}
