package kratos

import (
	"context"
	"iter"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// CreateIdentity is a new identity: its traits, the caller's own struct or map; and whatever else is known of it. An empty
// SchemaID means the default identity schema.
type CreateIdentity = gen.CreateIdentityBody

// UpdateIdentity is what replaces an identity. Metadata that is left out is deleted.
type UpdateIdentity = gen.UpdateIdentityBody

func (a *Admin) identities(ctx context.Context) lister[Identity] {
	return lister[Identity]{
		operation: "listIdentities",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			return a.api.ListIdentities(streamed(ctx), nil, edits...)
		},
		id:     func(i *Identity) string { return i.ID },
		checks: []check{filteredBy("ids", "credentials_identifier", "preview_credentials_identifier_similar", "organization_id"), oneFilter},
	}
}

// Identities returns all identities (listIdentities, admin port), fetching page after page while they are being ranged over:
//
//	for identity, err := range admin.Identities(ctx) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// It ends at the first error. Each identity is yielded as soon as it has arrived; break off whenever enough were seen.
// [CredentialsIdentifier], [IDs] and [OrganizationID] restrict the list, [IncludeCredential] adds secrets, and [PageSize] sets
// how many identities a page has (250 by default).
func (a *Admin) Identities(ctx context.Context, opts ...CallOption) iter.Seq2[Identity, error] {
	return a.identities(ctx).all(opts)
}

// IdentitiesPage returns one page of [Admin.Identities]: the first, or that of [PageToken].
func (a *Admin) IdentitiesPage(ctx context.Context, opts ...CallOption) (*Page[Identity], error) {
	return a.identities(ctx).page(opts)
}

// FindIdentity returns the identity that logs in with identifier, such as an email address (listIdentities, admin port). It
// fails with [ErrNotFound] if there is none, and with [ErrConflict] if there are several.
func (a *Admin) FindIdentity(ctx context.Context, identifier string, opts ...CallOption) (*Identity, error) {
	found, err := a.IdentitiesPage(ctx, append(opts[:len(opts):len(opts)], CredentialsIdentifier(identifier))...)
	if err != nil {
		return nil, err
	}
	switch len(found.Items) {
	case 0:
		return nil, &Error{Operation: "listIdentities", kind: ErrNotFound}
	case 1:
		return &found.Items[0], nil
	}
	return nil, &Error{Operation: "listIdentities", kind: ErrConflict, text: "several identities have this identifier"}
}

// Identity returns the identity with this id (getIdentity, admin port). It fails with [ErrNotFound] if there is none.
// [IncludeCredential] adds secrets.
func (a *Admin) Identity(ctx context.Context, id string, opts ...CallOption) (*Identity, error) {
	const op = "getIdentity"
	if err := segment("the identity's id", id); err != nil {
		return nil, failed(op, err)
	}
	resp, err := a.api.GetIdentity(ctx, id, nil, edit(opts)...)
	return whole(op, resp, err, isIdentity)
}

// CreateIdentity creates an identity (createIdentity, admin port). It fails with [ErrBadRequest] if the traits do not fit the
// identity schema, with [ErrConflict] if another identity has the same identifier, and with [ErrInvalid] if a password hash is
// malformed. Nobody is told of the new identity.
func (a *Admin) CreateIdentity(ctx context.Context, body CreateIdentity, opts ...CallOption) (*Identity, error) {
	const op = "createIdentity"
	if err := checkCreate(body); err != nil {
		return nil, failed(op, err)
	}
	resp, err := a.api.CreateIdentity(ctx, body, edit(opts)...)
	return whole(op, resp, err, isIdentity)
}

// UpdateIdentity replaces the identity with this id (updateIdentity, admin port): traits, schema, state and metadata; what body
// leaves out is gone. Use [Admin.PatchIdentity] to change single values. It fails like CreateIdentity, and with [ErrNotFound].
func (a *Admin) UpdateIdentity(ctx context.Context, id string, body UpdateIdentity, opts ...CallOption) (*Identity, error) {
	const op = "updateIdentity"
	if err := segment("the identity's id", id); err != nil {
		return nil, failed(op, err)
	}
	if body.SchemaID == "" {
		return nil, invalid(op, "the schema id is empty")
	}
	if body.Traits == nil {
		return nil, invalid(op, "the traits are nil")
	}
	if err := checkCredentials(body.Credentials); err != nil {
		return nil, failed(op, err)
	}
	resp, err := a.api.UpdateIdentity(ctx, id, body, edit(opts)...)
	return whole(op, resp, err, isIdentity)
}

// DeleteIdentity deletes the identity with this id for good (deleteIdentity, admin port). It fails with [ErrNotFound] if there
// is none.
func (a *Admin) DeleteIdentity(ctx context.Context, id string, opts ...CallOption) error {
	const op = "deleteIdentity"
	if err := segment("the identity's id", id); err != nil {
		return failed(op, err)
	}
	resp, err := a.api.DeleteIdentity(once(ctx), id, edit(opts)...)
	return done(op, resp, err)
}

// DeleteIdentityCredentials deletes a credential of an identity (deleteIdentityCredentials, admin port). For
// [CredentialsTypeOIDC], identifier names the link as "provider:subject"; otherwise it is "". Kratos does not delete a first
// factor such as a password: [ErrBadRequest]. It fails with [ErrNotFound] if the identity has no such credential.
func (a *Admin) DeleteIdentityCredentials(ctx context.Context, id string, credential CredentialsType, identifier string, opts ...CallOption) error {
	const op = "deleteIdentityCredentials"
	if err := segment("the identity's id", id); err != nil {
		return failed(op, err)
	}
	if err := segment("the type of the credential", string(credential)); err != nil {
		return failed(op, err)
	}
	if needs := credential == CredentialsTypeOIDC || credential == CredentialsTypeSAML; needs != (identifier != "") {
		return invalid(op, "an identifier goes with the types oidc and saml, and with no other")
	}
	var params gen.DeleteIdentityCredentialsParams
	if identifier != "" {
		params.Identifier = &identifier
	}
	resp, err := a.api.DeleteIdentityCredentials(once(ctx), id, credential, &params, edit(opts)...)
	return done(op, resp, err)
}

func isIdentity(i *Identity) bool { return i.ID != "" }

// Traits returns the traits of an identity as a T, a struct with the members of the identity schema.
func Traits[T any, I Identity | *Identity](of I) (T, error) {
	return decoded[T]("Traits", deref(of).Traits)
}

// MetadataPublic returns what an administrator noted about an identity, and the person may read, as a T; the zero T if there
// is nothing.
func MetadataPublic[T any, I Identity | *Identity](of I) (T, error) {
	return decoded[T]("MetadataPublic", deref(of).MetadataPublic)
}

// MetadataAdmin returns what an administrator noted about an identity, and only administrators may read, as a T; the zero T if
// there is nothing.
func MetadataAdmin[T any, I Identity | *Identity](of I) (T, error) {
	return decoded[T]("MetadataAdmin", deref(of).MetadataAdmin)
}

func deref[I Identity | *Identity](of I) *Identity {
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

func decoded[T any](name string, text []byte) (v T, err error) {
	if len(text) == 0 {
		return v, nil
	}
	if jsonv2.Unmarshal(text, &v) != nil {
		return v, &Error{Operation: name, kind: ErrUnexpectedAnswer, text: "the JSON does not fit the Go type"}
	}
	return v, nil
}
