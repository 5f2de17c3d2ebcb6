package kratos

import (
	"context"
	"strconv"
	"time"

	"github.com/kratoskit/kratos-go/gen"
)

// CreateRecoveryCode has the parameters of a recovery code, all optional.
type CreateRecoveryCode struct {
	// Lifespan is how long the code is valid, at least a second; 0 is the default of Kratos'
	// configuration.
	Lifespan time.Duration
	// FlowType is the type of the recovery flow: [FlowTypeBrowser], also if it is empty, or
	// [FlowTypeAPI] for a native client.
	FlowType FlowType
}

// CreateRecoveryLink has the parameters of a recovery link, all optional.
type CreateRecoveryLink struct {
	redacted[CreateRecoveryLink] // fmt, slog and json do not write the fields
	// Lifespan is how long the link is valid, at least a second; 0 is the default of Kratos'
	// configuration.
	Lifespan time.Duration
	// ReturnTo is where the browser goes after the recovery.
	ReturnTo string
}

// CreateRecoveryCodeForIdentity creates a code that is as good as a password
// (createRecoveryCodeForIdentity), and a link to enter it.
func (a *Admin) CreateRecoveryCodeForIdentity(ctx context.Context, id string, code CreateRecoveryCode, opts ...RequestOption) (*RecoveryCodeForIdentity, error) {
	const op = "createRecoveryCodeForIdentity"
	expires, err := formatLifespan(id, code.Lifespan)
	if err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.CreateRecoveryCodeForIdentity(ctx, gen.CreateRecoveryCodeForIdentityBody{IdentityID: id, ExpiresIn: expires, FlowType: code.FlowType}, requestEditors(opts)...)
	return decodeValid(op, resp, err, func(r *RecoveryCodeForIdentity) bool { return r.RecoveryCode != "" })
}

// CreateRecoveryLinkForIdentity creates a link that is as good as a password
// (createRecoveryLinkForIdentity).
func (a *Admin) CreateRecoveryLinkForIdentity(ctx context.Context, id string, link CreateRecoveryLink, opts ...RequestOption) (*RecoveryLinkForIdentity, error) {
	const op = "createRecoveryLinkForIdentity"
	expires, err := formatLifespan(id, link.Lifespan)
	if err != nil {
		return nil, wrapError(op, err)
	}
	params := &gen.CreateRecoveryLinkForIdentityParams{ReturnTo: optional(link.ReturnTo)}
	resp, err := a.api.CreateRecoveryLinkForIdentity(ctx, params, gen.CreateRecoveryLinkForIdentityBody{IdentityID: id, ExpiresIn: expires}, requestEditors(opts)...)
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
	// Kratos accepts an integer with one unit only, such as 90000ms and not 1m30s.
	return strconv.FormatInt(lifespan.Milliseconds(), 10) + "ms", nil
}
