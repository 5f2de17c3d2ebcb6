package kratos

import (
	"context"

	"github.com/kratoskit/kratos-go/gen"
)

// Identity returns the identity with this id (getIdentity).
func (a *Admin) Identity(ctx context.Context, id string, opts ...RequestOption) (*Identity, error) {
	return a.getIdentity(ctx, id, nil, opts)
}

// IdentityWithCredentials returns an identity with its secrets (getIdentity).
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

// CreateIdentity creates an identity (createIdentity). Kratos sends no message. It fails with
// [ErrBadRequest], [ErrConflict] or [ErrInvalidArgument].
func (a *Admin) CreateIdentity(ctx context.Context, body CreateIdentity, opts ...RequestOption) (*Identity, error) {
	const op = "createIdentity"
	if err := checkCreate(body); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.CreateIdentity(withLimit(ctx, maxIdentity), body, requestEditors(opts, checkBodySize)...)
	return decodeValid(op, resp, err, isIdentity)
}

// UpdateIdentity replaces an identity (updateIdentity). Omitted metadata is deleted, and from
// Kratos v25.4 on the external_id; the schema, state and credentials are kept. Concurrent changes
// are lost: see [Admin.PatchIdentity].
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

// DeleteIdentity deletes an identity (deleteIdentity).
func (a *Admin) DeleteIdentity(ctx context.Context, id string, opts ...RequestOption) error {
	const op = "deleteIdentity"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return wrapError(op, err)
	}
	resp, err := a.api.DeleteIdentity(ctx, id, requestEditors(opts)...)
	return expectNoContent(op, resp, err)
}

// DeleteIdentityCredentials deletes a credential (deleteIdentityCredentials). The identifier is
// "provider:subject" for OIDC and SAML, else empty. Kratos refuses ([ErrBadRequest]) to delete a
// code, v1.3 a password, and v25.4 the last first factor.
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
	for _, link := range c.SAML.Config.Providers {
		if link.Provider == "" || link.Subject == "" {
			return argumentError("a SAML link lacks the provider or the subject")
		}
	}
	return nil
}
