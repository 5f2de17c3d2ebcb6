package kratos

import (
	"context"

	"github.com/kratoskit/kratos-go/gen"
)

// Identity returns the identity with this id (getIdentity, admin port). It fails with
// [ErrNotFound].
func (a *Admin) Identity(ctx context.Context, id string, opts ...RequestOption) (*Identity, error) {
	return a.getIdentity(ctx, id, nil, opts)
}

// IdentityWithCredentials is [Admin.Identity] with the configuration of these types of credentials,
// secrets included, for [CredentialsConfig]. It fails with [ErrInvalidArgument] without any type.
func (a *Admin) IdentityWithCredentials(ctx context.Context, id string, types []CredentialsType, opts ...RequestOption) (*Identity, error) {
	if len(types) == 0 {
		return nil, newArgumentError("getIdentity", "the list of credential types is empty")
	}
	return a.getIdentity(ctx, id, &gen.GetIdentityParams{IncludeCredential: &types}, opts)
}

func (a *Admin) getIdentity(ctx context.Context, id string, params *gen.GetIdentityParams, opts []RequestOption) (*Identity, error) {
	const op = "getIdentity"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.GetIdentity(withLimit(ctx, maxIdentity), id, params, requestEditors(opts)...)
	return decodeValid(op, resp, err, isIdentity)
}

// CreateIdentity creates an identity (createIdentity, admin port). Kratos sends no message to the
// person. It fails with
//   - [ErrBadRequest] if the traits do not match the identity schema: the error text names the
//     members, and [Error.Explain] the values;
//   - [ErrConflict] if another identity has the same identifier;
//   - [ErrInvalidArgument] if a password hash is malformed, a trait is an empty identifier, or the
//     body is larger than 5 MiB.
func (a *Admin) CreateIdentity(ctx context.Context, body CreateIdentity, opts ...RequestOption) (*Identity, error) {
	const op = "createIdentity"
	if err := checkCreate(body); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.CreateIdentity(withLimit(ctx, maxIdentity), body, requestEditors(opts, checkBodySize)...)
	return decodeValid(op, resp, err, isIdentity)
}

// UpdateIdentity replaces the identity with this id (updateIdentity, admin port). It fails like
// [Admin.CreateIdentity], and with [ErrNotFound]. Members that body omits are
//   - deleted: both metadata, and from Kratos v25.4 on the external_id;
//   - kept: the schema, the state, and every credential. A password or hash in body replaces the
//     current one.
//
// Concurrent changes since the identity was read are lost. [Admin.PatchIdentity], [Admin.SetTraits]
// and the like change single values, and [Admin.SetPassword] the password.
func (a *Admin) UpdateIdentity(ctx context.Context, id string, body UpdateIdentity, opts ...RequestOption) (*Identity, error) {
	const op = "updateIdentity"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	if body.Traits == nil {
		return nil, newArgumentError(op, "the traits are nil")
	}
	if err := checkCredentials(body.Credentials); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.UpdateIdentity(withLimit(ctx, maxIdentity), id, body, requestEditors(opts, checkBodySize)...)
	return decodeValid(op, resp, err, isIdentity)
}

// DeleteIdentity deletes the identity with this id (deleteIdentity, admin port). It fails with
// [ErrNotFound].
func (a *Admin) DeleteIdentity(ctx context.Context, id string, opts ...RequestOption) error {
	const op = "deleteIdentity"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return wrapError(op, err)
	}
	resp, err := a.api.DeleteIdentity(ctx, id, requestEditors(opts)...)
	return expectNoContent(op, resp, err)
}

// DeleteIdentityCredentials deletes a credential of an identity (deleteIdentityCredentials, admin
// port). The identifier is "provider:subject" for [CredentialsTypeOIDC] and [CredentialsTypeSAML],
// and empty otherwise. It fails with
//   - [ErrNotFound] if the identity does not have the credential. It always has
//     [CredentialsTypeWebAuthn] if the identity schema has an identifier for security keys;
//   - [ErrBadRequest] for a code, for a password with Kratos v1.3, and from v25.4 on for the last
//     first factor.
func (a *Admin) DeleteIdentityCredentials(ctx context.Context, id string, credential CredentialsType, identifier string, opts ...RequestOption) error {
	const op = "deleteIdentityCredentials"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return wrapError(op, err)
	}
	if err := checkPathSegment("the type of the credential", string(credential)); err != nil {
		return wrapError(op, err)
	}
	if needs := credential == CredentialsTypeOIDC || credential == CredentialsTypeSAML; needs != (identifier != "") {
		return newArgumentError(op, "a credential of type oidc or saml needs an identifier, and no other has one")
	}
	var params gen.DeleteIdentityCredentialsParams
	if identifier != "" {
		params.Identifier = &identifier
	}
	resp, err := a.api.DeleteIdentityCredentials(ctx, id, credential, &params, requestEditors(opts)...)
	return expectNoContent(op, resp, err)
}

func isIdentity(i *Identity) bool { return i.ID != "" }

// checkCreate validates what does not depend on the identity schema.
func checkCreate(body CreateIdentity) error {
	if body.Traits == nil {
		return argumentError("the traits are nil")
	}
	return checkCredentials(body.Credentials)
}

func checkCredentials(c gen.IdentityWithCredentials) error {
	password := c.Password.Config
	if password.Password != "" && password.HashedPassword != "" {
		return argumentError("the credentials have both a password and a password hash")
	}
	if password.HashedPassword != "" {
		if err := checkHash(password.HashedPassword); err != nil {
			return err
		}
	}
	for _, link := range c.OIDC.Config.Providers {
		if link.Provider == "" || link.Subject == "" {
			return argumentError("an OIDC link lacks the provider or the subject")
		}
	}
	return nil
}
