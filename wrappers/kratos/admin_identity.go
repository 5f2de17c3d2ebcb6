package kratos

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

// CreateIdentity is a new identity: its traits, the caller's own struct or map; and whatever else
// is known of it. An empty SchemaID means the default identity schema.
//
// Leave optional traits out where they are empty, with the tag omitzero or omitempty in a struct:
//
//	type traits struct {
//		Email    string `json:"email"`
//		Username string `json:"username,omitzero"`
//	}
//
// Go would write "username":"" otherwise, and Kratos refuses an identifier that is empty
// ([ErrInvalidArgument]).
type CreateIdentity = gen.CreateIdentityBody

// UpdateIdentity is what replaces an identity; see [Admin.UpdateIdentity] for what is kept if it is
// left out. What [CreateIdentity] says of empty traits applies.
type UpdateIdentity = gen.UpdateIdentityBody

func (a *Admin) identities(ctx context.Context) pager[Identity] {
	return pager[Identity]{
		operation: "listIdentities",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			return a.api.ListIdentities(withStreaming(ctx), nil, edits...)
		},
		id:     func(i *Identity) string { return i.ID },
		checks: []check{checkFilters("ids", "credentials_identifier", "preview_credentials_identifier_similar", "organization_id"), checkIdentityFilters},
	}
}

// Identities returns all identities (listIdentities, admin port), fetching page after page while
// they are being ranged over:
//
//	for identity, err := range admin.Identities(ctx) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// It ends at the first error. Each identity is yielded as soon as it has arrived; break off
// whenever enough were seen. [CredentialsIdentifier], [IDs] and [OrganizationID] restrict the list,
// [IncludeCredential] adds secrets, and [PageSize] sets how many identities a page has (250 by
// default; at most 1000, and 500 from Kratos v25.4 on).
func (a *Admin) Identities(ctx context.Context, opts ...RequestOption) iter.Seq2[Identity, error] {
	return a.identities(ctx).all(opts)
}

// IdentitiesPage returns one page of [Admin.Identities]: the first, or that of [PageToken].
func (a *Admin) IdentitiesPage(ctx context.Context, opts ...RequestOption) (*Page[Identity], error) {
	return a.identities(ctx).page(opts)
}

// FindIdentity returns the identity that logs in with identifier, such as an email address
// (listIdentities, admin port). It fails with [ErrNotFound] if there is none, and with
// [ErrConflict] if there are several.
func (a *Admin) FindIdentity(ctx context.Context, identifier string, opts ...RequestOption) (*Identity, error) {
	found, err := a.IdentitiesPage(ctx, append(opts[:len(opts):len(opts)], CredentialsIdentifier(identifier))...)
	if err != nil {
		return nil, err
	}
	switch len(found.Items) {
	case 0:
		return nil, &Error{Operation: "listIdentities", sentinel: ErrNotFound}
	case 1:
		return &found.Items[0], nil
	}
	return nil, &Error{Operation: "listIdentities", sentinel: ErrConflict, text: "several identities have this identifier"}
}

// Identity returns the identity with this id (getIdentity, admin port). It fails with [ErrNotFound]
// if there is none. [IncludeCredential] adds secrets.
func (a *Admin) Identity(ctx context.Context, id string, opts ...RequestOption) (*Identity, error) {
	const op = "getIdentity"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.GetIdentity(withLimit(ctx, maxIdentity), id, nil, requestEditors(opts)...)
	return decodeValid(op, resp, err, isIdentity)
}

// CreateIdentity creates an identity (createIdentity, admin port). It fails with [ErrBadRequest] if
// the traits do not fit the identity schema (the text names the members, [Error.Explain] the
// values), with [ErrConflict] if another identity has the same identifier, and with [ErrInvalidArgument] if
// a password hash is malformed, an identifier in the traits is empty, or the body is larger than
// the 5 MiB that Kratos reads. No message is sent to the person.
func (a *Admin) CreateIdentity(ctx context.Context, body CreateIdentity, opts ...RequestOption) (*Identity, error) {
	const op = "createIdentity"
	if err := checkCreate(body); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.CreateIdentity(withLimit(ctx, maxIdentity), body, requestEditors(opts, checkBodySize)...)
	return decodeValid(op, resp, err, isIdentity)
}

// UpdateIdentity replaces the identity with this id (updateIdentity, admin port). What body leaves
// out is
//
//   - deleted: traits, both metadata, and from Kratos v25.4 on the external_id;
//   - kept: the schema, the state, and every credential, so that the password still works. A
//     password or hash in body takes the place of the one before.
//
// A change that another program makes between your reading the identity and this call is undone.
// Use [Admin.PatchIdentity], [Admin.SetTraits] and the like to change single values, and
// [Admin.SetPassword] to change the password. It fails like CreateIdentity, and with [ErrNotFound].
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

// DeleteIdentity deletes the identity with this id for good (deleteIdentity, admin port). It fails
// with [ErrNotFound] if there is none.
func (a *Admin) DeleteIdentity(ctx context.Context, id string, opts ...RequestOption) error {
	const op = "deleteIdentity"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return wrapError(op, err)
	}
	resp, err := a.api.DeleteIdentity(ctx, id, requestEditors(opts)...)
	return expectNoContent(op, resp, err)
}

// DeleteIdentityCredentials deletes a credential of an identity (deleteIdentityCredentials, admin
// port). For [CredentialsTypeOIDC] and [CredentialsTypeSAML], identifier names the link as
// "provider:subject"; otherwise it is "".
//
// Kratos v1.3 does not delete a password: [ErrBadRequest]. From v25.4 on it does, and the person
// cannot log in with it any more; only the last first factor is refused with ErrBadRequest. A code
// is refused in all versions.
//
// It fails with [ErrNotFound] if the identity has no such credential. [CredentialsTypeWebAuthn] is
// different: if the identity schema names an identifier for security keys, everybody has that
// credential, with or without a key, and it returns nil.
func (a *Admin) DeleteIdentityCredentials(ctx context.Context, id string, credential CredentialsType, identifier string, opts ...RequestOption) error {
	const op = "deleteIdentityCredentials"
	if err := checkPathSegment("the identity's id", id); err != nil {
		return wrapError(op, err)
	}
	if err := checkPathSegment("the type of the credential", string(credential)); err != nil {
		return wrapError(op, err)
	}
	if needs := credential == CredentialsTypeOIDC || credential == CredentialsTypeSAML; needs != (identifier != "") {
		return newArgumentError(op, "an identifier goes with the types oidc and saml, and with no other")
	}
	var params gen.DeleteIdentityCredentialsParams
	if identifier != "" {
		params.Identifier = &identifier
	}
	resp, err := a.api.DeleteIdentityCredentials(ctx, id, credential, &params, requestEditors(opts)...)
	return expectNoContent(op, resp, err)
}

func isIdentity(i *Identity) bool { return i.ID != "" }

// Traits returns the traits of an identity as a T, a struct with the members of the identity
// schema. T is decoded as by encoding/json, which compares names without regard to case. It fails
// with [ErrUnexpectedResponse] if the JSON does not fit T; a trait that T has no field for is left
// out.
func Traits[T any, I Identity | *Identity](of I) (T, error) {
	return decodeAs[T]("Traits", asPointer(of).Traits)
}

// MetadataPublic returns what an administrator noted about an identity, and the person may read, as
// a T; the zero T if there is nothing.
func MetadataPublic[T any, I Identity | *Identity](of I) (T, error) {
	return decodeAs[T]("MetadataPublic", asPointer(of).MetadataPublic)
}

// MetadataAdmin returns what an administrator noted about an identity, and only administrators may
// read, as a T; the zero T if there is nothing.
func MetadataAdmin[T any, I Identity | *Identity](of I) (T, error) {
	return decodeAs[T]("MetadataAdmin", asPointer(of).MetadataAdmin)
}

func asPointer[I Identity | *Identity](of I) *Identity {
	switch of := any(of).(type) {
	case *Identity:
		if of != nil {
			return of
		}
	case Identity:
		return &of
	}
	return new(Identity)
}

func decodeAs[T any](name string, text []byte) (v T, err error) {
	if len(text) == 0 {
		return v, nil
	}
	if json.Unmarshal(text, &v) != nil {
		return v, &Error{Operation: name, sentinel: ErrUnexpectedResponse, text: "the JSON does not fit the Go type"}
	}
	return v, nil
}

// checkCreate refuses an identity that Kratos would refuse whatever its schemas are.
func checkCreate(body CreateIdentity) error {
	if body.Traits == nil {
		return argumentError("the traits are nil")
	}
	return checkCredentials(body.Credentials)
}

func checkCredentials(c gen.IdentityWithCredentials) error {
	password := c.Password.Config
	if password.Password != "" && password.HashedPassword != "" {
		return argumentError("the credentials have a password and a hash of one")
	}
	if password.HashedPassword != "" {
		if err := checkHash(password.HashedPassword); err != nil {
			return err
		}
	}
	for _, link := range c.OIDC.Config.Providers {
		if link.Provider == "" || link.Subject == "" {
			return argumentError("a link to a provider lacks the provider or the subject")
		}
	}
	return nil
}
