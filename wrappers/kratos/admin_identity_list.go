package kratos

import (
	"context"
	"iter"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

// ListIdentities has the parameters of [Admin.Identities], all optional.
type ListIdentities struct {
	redacted[ListIdentities] // fmt, slog and json do not write the fields
	// IDs are the ids of the identities to list, 1 to 500. Nil restricts nothing; a slice without
	// ids, or with an empty one, is [ErrInvalidArgument]. Ids that do not exist are left out.
	IDs []string
	// CredentialsIdentifier is what the identity logs in with, such as an email address: an exact
	// match. "" means all identities; [Admin.FindIdentity] returns a single one.
	CredentialsIdentifier string
	// PreviewCredentialsIdentifierSimilar is similar to what the identity logs in with: Kratos may
	// change what that means. It is [ErrInvalidArgument] together with CredentialsIdentifier.
	PreviewCredentialsIdentifierSimilar string
	// OrganizationID is the organization that the identities belong to.
	OrganizationID string
	// IncludeCredential adds the secrets of these credentials to each identity: password hashes,
	// TOTP seeds, backup codes, tokens of providers.
	IncludeCredential []CredentialsType
	// Consistency says whether the list may be a few seconds old. Open-source servers read
	// consistently in any case.
	Consistency Consistency
	// PageSize is the maximal number of identities on a page: 1 to 1000, and 0 for the server's
	// default of 250. From Kratos v25.4 on, a page has at most 500.
	PageSize int
	// PageToken is the NextPageToken of the [Page] before, or "" for the first page. Do not pass on
	// a token from an untrusted client: Kratos accepts forged ones where secrets.pagination has its
	// published default (https://github.com/advisories/GHSA-hgx2-28f8-6g2r).
	PageToken string
}

func (l ListIdentities) params() *gen.ListIdentitiesParams {
	return &gen.ListIdentitiesParams{
		IDs:                                 optionalList(l.IDs),
		CredentialsIdentifier:               optional(l.CredentialsIdentifier),
		PreviewCredentialsIdentifierSimilar: optional(l.PreviewCredentialsIdentifierSimilar),
		OrganizationID:                      optional(l.OrganizationID),
		IncludeCredential:                   optionalList(toStrings(l.IncludeCredential)),
		Consistency:                         optional(l.Consistency),
		PageSize:                            optional(int64(l.PageSize)),
		PageToken:                           optional(l.PageToken),
	}
}

func toStrings[S ~string](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = string(s)
	}
	return out
}

func (a *Admin) identities(ctx context.Context, list ListIdentities) pager[Identity] {
	return pager[Identity]{
		operation: "listIdentities",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			if list.IDs != nil && len(list.IDs) == 0 {
				return nil, argumentError("IDs is empty, and would list everything")
			}
			return a.api.ListIdentities(withStreaming(ctx), list.params(), edits...)
		},
		id:     func(i *Identity) string { return i.ID },
		checks: []check{checkFilters("ids", "credentials_identifier", "preview_credentials_identifier_similar", "organization_id"), checkIdentityFilters},
	}
}

// Identities yields identities page by page, until an error (listIdentities).
func (a *Admin) Identities(ctx context.Context, list ListIdentities, opts ...RequestOption) iter.Seq2[Identity, error] {
	return a.identities(ctx, list).all(opts)
}

// IdentitiesPage returns one page of [Admin.Identities].
func (a *Admin) IdentitiesPage(ctx context.Context, list ListIdentities, opts ...RequestOption) (*Page[Identity], error) {
	return a.identities(ctx, list).page(opts)
}

// FindIdentity returns the identity that logs in with identifier (listIdentities). It fails with
// [ErrConflict] if there are several.
func (a *Admin) FindIdentity(ctx context.Context, identifier string, opts ...RequestOption) (*Identity, error) {
	const op = "listIdentities"
	if identifier == "" {
		return nil, newArgumentError(op, "the identifier is empty")
	}
	found, err := a.IdentitiesPage(ctx, ListIdentities{CredentialsIdentifier: identifier}, opts...)
	if err != nil {
		return nil, err
	}
	switch len(found.Items) {
	case 0:
		return nil, &Error{Operation: op, sentinel: ErrNotFound}
	case 1:
		return &found.Items[0], nil
	}
	return nil, &Error{Operation: op, sentinel: ErrConflict, text: "several identities have this identifier"}
}
