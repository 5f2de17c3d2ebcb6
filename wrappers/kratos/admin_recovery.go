package kratos

import (
	"context"
	"strconv"
	"time"

	"github.com/kratoskit/kratos-go/gen"
)

// CreateRecoveryCodeForIdentity makes a code and a link with which a person who has lost every
// credential gets in again (createRecoveryCodeForIdentity, admin port). Hand both over on a way you
// trust: they are as good as a password. lifespan is how long they hold; 0 means as long as Kratos'
// configuration says. The flow is one for a browser, unless flowType is [FlowTypeAPI]. It fails
// with [ErrNotFound] if there is no such identity, or recovery is disabled.
func (a *Admin) CreateRecoveryCodeForIdentity(ctx context.Context, id string, lifespan time.Duration, flowType FlowType, opts ...RequestOption) (*RecoveryCodeForIdentity, error) {
	const op = "createRecoveryCodeForIdentity"
	expires, err := formatLifespan(id, lifespan)
	if err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.CreateRecoveryCodeForIdentity(ctx, gen.CreateRecoveryCodeForIdentityBody{IdentityID: id, ExpiresIn: expires, FlowType: flowType}, requestEditors(opts)...)
	return decodeValid(op, resp, err, func(r *RecoveryCodeForIdentity) bool { return r.RecoveryCode != "" })
}

// CreateRecoveryLinkForIdentity makes a link with which a person who has lost every credential gets
// in again (createRecoveryLinkForIdentity, admin port). What [Admin.CreateRecoveryCodeForIdentity]
// says of codes holds for it; if there is no such identity, it fails with [ErrBadRequest].
// [ReturnTo] says where the browser goes afterwards.
func (a *Admin) CreateRecoveryLinkForIdentity(ctx context.Context, id string, lifespan time.Duration, opts ...RequestOption) (*RecoveryLinkForIdentity, error) {
	const op = "createRecoveryLinkForIdentity"
	expires, err := formatLifespan(id, lifespan)
	if err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.CreateRecoveryLinkForIdentity(ctx, nil, gen.CreateRecoveryLinkForIdentityBody{IdentityID: id, ExpiresIn: expires}, requestEditors(opts)...)
	return decodeValid(op, resp, err, func(r *RecoveryLinkForIdentity) bool { return r.RecoveryLink != "" })
}

func formatLifespan(id string, lifespan time.Duration) (string, error) {
	if err := checkPathSegment("the identity's id", id); err != nil {
		return "", err
	}
	switch {
	case lifespan == 0:
		return "", nil
	case lifespan < time.Second:
		return "", argumentError("the lifespan is shorter than a second")
	}
	// Kratos takes a whole number of one unit only.
	return strconv.FormatInt(lifespan.Milliseconds(), 10) + "ms", nil
}
