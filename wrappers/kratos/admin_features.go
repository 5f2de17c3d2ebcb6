package kratos

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// ServerFeatures has what differs between versions of Kratos.
type ServerFeatures struct {
	// MaxBatchItems is the limit of [Admin.BatchPatchIdentities].
	MaxBatchItems int
	// MaxBatchPasswords is the limit of plaintext passwords in a batch.
	MaxBatchPasswords int
	// MaxPageSize is the limit of identities on a page.
	MaxPageSize int
	// PartialBatches reports whether a conflict in a batch leaves the other items created.
	PartialBatches bool
	// ExternalIDs reports whether identities can have an external id.
	ExternalIDs bool
	// IdentitySchemaOfFlows reports whether [StartLogin] and [StartRegistration] can choose an
	// identity schema.
	IdentitySchemaOfFlows bool
	// PasswordDeletion reports whether [Admin.DeleteIdentityCredentials] can delete a password.
	PasswordDeletion bool
	// RecoveryAddressChoice reports whether a recovery can let a person choose the address
	// (feature_flags.choose_recovery_address).
	RecoveryAddressChoice bool
	// VerificationUIHook reports whether a registration suggests a verification only if the hook
	// show_verification_ui is configured.
	VerificationUIHook bool
	// HookTriggerIDs reports whether web hooks have the header Ory-Webhook-Trigger-ID.
	HookTriggerIDs bool
	// NativePasskeys reports whether native clients can use passkeys.
	NativePasskeys bool
	// SecondFactorCodeAtStart reports whether starting a login sends the code of a second factor, if
	// the person has one address for it and no other second factor.
	SecondFactorCodeAtStart bool
}

// ServerFeatures returns what the server can do, by its version (getVersion). Unknown newer ones count
// as v26.2.0; one that is not a number is [ErrUnexpectedResponse].
func (a *Admin) ServerFeatures(ctx context.Context, opts ...RequestOption) (*ServerFeatures, error) {
	version, err := a.Version(ctx, opts...)
	if err != nil {
		return nil, err
	}
	numbers, ok := parseVersion(version)
	if !ok {
		return nil, &Error{Operation: "getVersion", StatusCode: http.StatusOK, sentinel: ErrUnexpectedResponse, text: "the version is not a number such as v1.3.1"}
	}
	f := featuresOf(numbers)
	return &f, nil
}

func featuresOf(version []int) ServerFeatures {
	since := func(v ...int) bool { return slices.Compare(version, v) >= 0 }
	f := ServerFeatures{
		MaxBatchItems: 2000, MaxBatchPasswords: 2000, MaxPageSize: 1000,
		NativePasskeys:          since(26),
		SecondFactorCodeAtStart: since(26, 2),
	}
	if since(25, 4) {
		f.MaxBatchItems, f.MaxBatchPasswords, f.MaxPageSize = 1000, 200, 500
		f.PartialBatches, f.ExternalIDs, f.IdentitySchemaOfFlows, f.PasswordDeletion = true, true, true, true
		f.RecoveryAddressChoice, f.VerificationUIHook, f.HookTriggerIDs = true, true, true
	}
	return f
}

// parseVersion returns the numbers of a version such as v26.2.0. A pre-release counts as its
// release.
func parseVersion(version string) ([]int, bool) {
	text, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), "+")
	text, _, _ = strings.Cut(text, "-")
	var numbers []int
	for part := range strings.SplitSeq(text, ".") {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return nil, false
		}
		numbers = append(numbers, int(n))
	}
	return numbers, len(numbers) >= 2
}
