package kratos

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

// ListIdentitySchemas has the parameters of [Client.IdentitySchemas].
type ListIdentitySchemas struct {
	// PageSize is the maximal number of schemas on a page: 1 to 1000, and 0 for the server's
	// default of 250.
	PageSize int
	// PageToken is the NextPageToken of the [Page] before, or ""; see [ListIdentities].
	PageToken string
}

func (l ListIdentitySchemas) params() *gen.ListIdentitySchemasParams {
	return &gen.ListIdentitySchemasParams{
		PageSize:  optional(int64(l.PageSize)),
		PageToken: optional(l.PageToken),
	}
}

func (c *Client) identitySchemas(ctx context.Context, list ListIdentitySchemas) pager[IdentitySchema] {
	return pager[IdentitySchema]{
		operation: "listIdentitySchemas",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			return c.api.ListIdentitySchemas(withStreaming(ctx), list.params(), edits...)
		},
		checks:      []check{checkFilters()},
		offsetPaged: true,
		id:          func(s *IdentitySchema) string { return s.ID },
	}
}

// IdentitySchemas lists the schemas (listIdentitySchemas, public port).
func (c *Client) IdentitySchemas(ctx context.Context, list ListIdentitySchemas, opts ...RequestOption) iter.Seq2[IdentitySchema, error] {
	return c.identitySchemas(ctx, list).all(opts)
}

// IdentitySchemasPage returns one page of [Client.IdentitySchemas].
func (c *Client) IdentitySchemasPage(ctx context.Context, list ListIdentitySchemas, opts ...RequestOption) (*Page[IdentitySchema], error) {
	return c.identitySchemas(ctx, list).page(opts)
}

// IdentitySchema returns a schema or [ErrNotFound] (getIdentitySchema, public port):
// https://www.ory.sh/docs/kratos/manage-identities/identity-schema
func (c *Client) IdentitySchema(ctx context.Context, id string, opts ...RequestOption) (json.RawMessage, error) {
	const op = "getIdentitySchema"
	if id == "" {
		return nil, newArgumentError(op, "the id of the schema is empty")
	}
	resp, err := c.api.GetIdentitySchema(withLimit(ctx, maxDocument), schemaSegment(id), requestEditors(opts)...)
	schema, err := decodeValid(op, resp, err, func(s *json.RawMessage) bool { return len(*s) > 0 && (*s)[0] == '{' })
	if err != nil {
		return nil, err
	}
	return *schema, nil
}

// schemaSegment returns the id of a schema as a path segment. Kratos also accepts ids in Base64,
// which is the only form for ids with a slash and for those that a proxy reads as a dot segment.
func schemaSegment(id string) string {
	if strings.Trim(id, ".") != "" && url.PathEscape(id) == id {
		return id
	}
	return base64.RawURLEncoding.EncodeToString([]byte(id))
}
