package kratos

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/gen"
)

// SetVerified marks a verifiable address of an identity, such as "ada@example.org", as verified
// (getIdentity and patchIdentity, admin port). It does nothing if the address is verified already.
// It fails with [ErrNotFound] if there is no such identity, or if it has no such address: addresses
// come from the traits, see [Admin.SetTraits].
//
// The address is marked by its value, whatever the order in which Kratos keeps the addresses, and
// the other addresses stay as they are, even if they change meanwhile.
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
	found := addressIndex(identity.VerifiableAddresses, address)
	if found == nil {
		return nil, &Error{Operation: op, sentinel: ErrNotFound, text: "the identity has no such verifiable address"}
	}
	if found.Verified {
		return identity, nil
	}
	verified := *found
	verified.Verified, verified.Status, verified.VerifiedAt = true, AddressStatusCompleted, time.Now().UTC()
	// Kratos makes the list of addresses again from the traits, and takes for each the first entry
	// that has its value. So an entry in front takes the place of the one that has the same value,
	// wherever that is by now, and of no other.
	patch := []gen.JSONPatch{{Op: gen.JSONPatchOpAdd, Path: "/verifiable_addresses/0", Value: verified}}
	resp, err := a.api.PatchIdentity(withLimit(ctx, maxIdentity), id, patch, requestEditors(opts)...)
	identity, err = decodeValid(op, resp, err, isIdentity)
	if err != nil {
		return nil, err
	}
	switch found = addressIndex(identity.VerifiableAddresses, address); {
	case found == nil:
		return nil, &Error{Operation: op, sentinel: ErrNotFound, text: "the identity has lost this verifiable address meanwhile"}
	case !found.Verified:
		return nil, &Error{Operation: op, StatusCode: http.StatusOK, sentinel: ErrUnexpectedResponse, text: "the address is not verified after all"}
	}
	return identity, nil
}

// findAddress returns the address with this value, nil if there is none. Kratos keeps email
// addresses in lower case.
func addressIndex(list []VerifiableAddress, value string) *VerifiableAddress {
	value = strings.TrimSpace(value)
	for i := range list {
		if list[i].Value == value || list[i].Via == AddressChannelEmail && strings.EqualFold(list[i].Value, value) {
			return &list[i]
		}
	}
	return nil
}
