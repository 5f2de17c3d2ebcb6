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

func (c *Client) identitySchemas(ctx context.Context) pager[IdentitySchema] {
	return pager[IdentitySchema]{
		operation: "listIdentitySchemas",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			return c.api.ListIdentitySchemas(withStreaming(ctx), nil, edits...)
		},
		checks:      []check{checkFilters()},
		offsetPaged: true,
		id:          func(s *IdentitySchema) string { return s.ID },
	}
}

// IdentitySchemas returns the schemas that identities have (listIdentitySchemas, public port).
func (c *Client) IdentitySchemas(ctx context.Context, opts ...RequestOption) iter.Seq2[IdentitySchema, error] {
	return c.identitySchemas(ctx).all(opts)
}

// IdentitySchemasPage returns one page of [Client.IdentitySchemas]: the first, or that of
// [PageToken].
func (c *Client) IdentitySchemasPage(ctx context.Context, opts ...RequestOption) (*Page[IdentitySchema], error) {
	return c.identitySchemas(ctx).page(opts)
}

// IdentitySchema returns the JSON Schema with this id (getIdentitySchema, public port), which may
// be any id that [Client.IdentitySchemas] lists, such as "preset://email". It fails with
// [ErrNotFound] if there is none.
func (c *Client) IdentitySchema(ctx context.Context, id string, opts ...RequestOption) (json.RawMessage, error) {
	const op = "getIdentitySchema"
	if id == "" {
		return nil, newArgumentError(op, "the schema's id is empty")
	}
	resp, err := c.api.GetIdentitySchema(withLimit(ctx, maxDocument), schemaSegment(id), requestEditors(opts)...)
	schema, err := decodeValid(op, resp, err, func(s *json.RawMessage) bool { return len(*s) > 0 && (*s)[0] == '{' })
	if err != nil {
		return nil, err
	}
	return *schema, nil
}

// schemaSegment writes a schema's id as a segment of a path. Kratos takes ids in Base64 as well,
// which is the only way for those that have a slash or that a proxy would take for a relative path.
func schemaSegment(id string) string {
	if strings.Trim(id, ".") != "" && url.PathEscape(id) == id {
		return id
	}
	return base64.RawURLEncoding.EncodeToString([]byte(id))
}
