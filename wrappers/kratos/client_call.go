package kratos

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

// Call sends a request that no method is for, to an escaped path such as "/sessions/whoami". A body is
// sent as JSON, and JSON decoded into out; both may be nil.
func (c *Client) Call(ctx context.Context, method, path string, body, out any, opts ...RequestOption) error {
	return call(ctx, c.api, method, path, body, out, requestEditors(opts, checkNativeRequest))
}

// Call is [Client.Call] for a path such as "/admin/identities".
func (a *Admin) Call(ctx context.Context, method, path string, body, out any, opts ...RequestOption) error {
	return call(ctx, a.api, method, path, body, out, requestEditors(opts, checkBodySize))
}

func call(ctx context.Context, api *gen.Client, method, path string, body, out any, edits []gen.RequestEditorFn) error {
	if err := checkCall(method, path); err != nil {
		return wrapError("Call", err)
	}
	op := cmp.Or(operationID(method, path), "Call")
	if strings.HasPrefix(op, "create") {
		ctx = withoutRetry(ctx) // of a flow, by GET
	}
	resp, err := api.Call(withLimit(ctx, maxDocument), method, path, body, edits...)
	if out == nil {
		return expectNoContent(op, resp, err)
	}
	r, err := readResponse(op, resp, err)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if !r.succeeded() {
		return r.responseError()
	}
	return r.decode(callerValue{out})
}

// callerValue is a value of the caller's own type, which encoding/json decodes: names in any case.
type callerValue struct{ v any }

func (c callerValue) decode(body []byte) error { return json.Unmarshal(body, c.v) }

// checkCall refuses a method or path that would not be sent as it is.
func checkCall(method, path string) error {
	if !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}, method) {
		return argumentError("the method is not GET, POST, PUT, PATCH or DELETE")
	}
	plain, err := url.PathUnescape(path)
	if err != nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, `?# \`) {
		return argumentError("the path does not begin with one slash, is not escaped, or has a query: kratos.Query adds parameters")
	}
	if strings.ContainsFunc(plain, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return argumentError("the path has a control character")
	}
	for segment := range strings.SplitSeq(plain, "/") {
		if segment == "." || segment == ".." {
			return argumentError("the path has a dot segment")
		}
	}
	return nil
}
