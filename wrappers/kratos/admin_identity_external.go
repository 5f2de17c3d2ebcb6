package kratos

import (
	"context"

	"github.com/kratoskit/kratos-go/gen"
)

// IdentityByExternalID returns an identity with these types of credentials
// (getIdentityByExternalID); [ErrUnexpectedResponse] from Kratos before v25.4.
func (a *Admin) IdentityByExternalID(ctx context.Context, externalID string, types []CredentialsType, opts ...RequestOption) (*Identity, error) {
	const op = "getIdentityByExternalID"
	if err := checkPathSegment("the external id", externalID); err != nil {
		return nil, wrapError(op, err)
	}
	var params gen.GetIdentityByExternalIDParams
	if len(types) > 0 {
		params.IncludeCredential = &types
	}
	resp, err := a.api.GetIdentityByExternalID(withLimit(ctx, maxIdentity), externalID, &params, requestEditors(opts)...)
	return decodeValid(op, resp, err, func(i *Identity) bool { return isIdentity(i) && i.ExternalID == externalID })
}
