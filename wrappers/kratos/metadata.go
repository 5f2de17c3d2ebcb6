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
	"github.com/kratoskit/kratos-go/internal/transport"
)

// health are the calls about a server that both ports answer.
type health struct{ api *gen.Client }

// IsAlive returns nil if Kratos answers at all (isAlive, both ports). It says nothing about its database.
func (h health) IsAlive(ctx context.Context, opts ...CallOption) error {
	return healthy(once(ctx), "isAlive", h.api.IsAlive, opts)
}

// IsReady returns nil if Kratos and its database are ready (isReady, both ports), and [ErrServer] if they are not. It asks once:
// how often to ask again is for the caller to say.
func (h health) IsReady(ctx context.Context, opts ...CallOption) error {
	return healthy(once(ctx), "isReady", h.api.IsReady, opts)
}

func healthy(ctx context.Context, op string, call metadataCall, opts []CallOption) error {
	resp, err := call.do(ctx, opts)
	_, err = whole(op, resp, err, func(s *gen.HealthStatus) bool { return s.Status == "ok" })
	return err
}

// Version returns the version of Kratos, such as "v1.3.1" (getVersion, admin port).
func (a *Admin) Version(ctx context.Context, opts ...CallOption) (string, error) {
	resp, err := metadataCall(a.api.GetVersion).do(ctx, opts)
	v, err := whole("getVersion", resp, err, func(v *gen.Version) bool { return v.Version != "" })
	if err != nil {
		return "", err
	}
	return v.Version, nil
}

// metadataCall is a call that the admin port of servers up to v25.4 has below /admin, as its redirect says.
type metadataCall func(context.Context, ...gen.RequestEditorFn) (*http.Response, error)

func (call metadataCall) do(ctx context.Context, opts []CallOption) (*http.Response, error) {
	resp, err := call(ctx, edit(opts)...)
	if err != nil || resp.StatusCode != http.StatusTemporaryRedirect || !strings.HasPrefix(resp.Header.Get("Location"), "/admin/") {
		return resp, err
	}
	transport.Discard(resp.Body)
	return call(ctx, edit(append(opts[:len(opts):len(opts)], underAdmin))...)
}

// underAdmin asks for the same below /admin.
func underAdmin(r *http.Request) {
	path := r.URL.Path
	for _, known := range []string{"/version", "/health/alive", "/health/ready"} {
		if base, ok := strings.CutSuffix(path, known); ok {
			r.URL.Path = base + "/admin" + known
		}
	}
}

func (c *Client) identitySchemas(ctx context.Context) lister[IdentitySchema] {
	return lister[IdentitySchema]{
		operation: "listIdentitySchemas",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			return c.api.ListIdentitySchemas(streamed(ctx), nil, edits...)
		},
		checks:  []check{filteredBy()},
		counted: true,
		id:      func(s *IdentitySchema) string { return s.ID },
	}
}

// IdentitySchemas returns the schemas that identities have (listIdentitySchemas, public port).
func (c *Client) IdentitySchemas(ctx context.Context, opts ...CallOption) iter.Seq2[IdentitySchema, error] {
	return c.identitySchemas(ctx).all(opts)
}

// IdentitySchemasPage returns one page of [Client.IdentitySchemas]: the first, or that of [PageToken].
func (c *Client) IdentitySchemasPage(ctx context.Context, opts ...CallOption) (*Page[IdentitySchema], error) {
	return c.identitySchemas(ctx).page(opts)
}

// IdentitySchema returns the JSON Schema with this id (getIdentitySchema, public port), which may
// be any id that [Client.IdentitySchemas] lists, such as "preset://email". It fails with
// [ErrNotFound] if there is none.
func (c *Client) IdentitySchema(ctx context.Context, id string, opts ...CallOption) (json.RawMessage, error) {
	const op = "getIdentitySchema"
	if id == "" {
		return nil, invalid(op, "the schema's id is empty")
	}
	resp, err := c.api.GetIdentitySchema(withLimit(ctx, maxDocument), schemaSegment(id), edit(opts)...)
	schema, err := whole(op, resp, err, func(s *json.RawMessage) bool { return len(*s) > 0 && (*s)[0] == '{' })
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

// FlowError returns what went wrong in a flow (getFlowError, public port): Kratos sends browsers to the error page of the UI with
// the id of such an error. It fails with [ErrNotFound] if there is none. Show its texts as text, not as HTML.
func (c *Client) FlowError(ctx context.Context, id string, opts ...CallOption) (*FlowError, error) {
	const op = "getFlowError"
	if id == "" {
		return nil, invalid(op, "the id of the error is empty")
	}
	resp, err := c.api.GetFlowError(ctx, &gen.GetFlowErrorParams{ID: id}, edit(opts)...)
	return whole(op, resp, err, func(e *FlowError) bool { return e.ID != "" })
}

// WebAuthnJavaScript returns the script that pages with security keys or passkeys need (getWebAuthnJavaScript, public port).
func (c *Client) WebAuthnJavaScript(ctx context.Context, opts ...CallOption) (string, error) {
	var script string
	resp, err := c.api.GetWebAuthnJavaScript(ctx, edit(opts)...)
	err = read("getWebAuthnJavaScript", resp, err, func(a *answer) error {
		if !a.ok() {
			return a.failure()
		}
		if kind := a.mediaType(); kind != "text/javascript" && kind != "application/javascript" {
			return a.unexpected(nil)
		}
		script = string(a.body)
		return nil
	})
	return script, err
}
