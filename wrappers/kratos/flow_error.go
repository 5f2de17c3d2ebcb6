package kratos

import (
	"context"

	"github.com/kratoskit/kratos-go/gen"
)

// FlowError returns what went wrong in a flow (getFlowError, public port): Kratos sends browsers to
// the error page of the UI with the id of such an error. It fails with [ErrNotFound] if there is
// none. Show its texts as text, not as HTML.
func (c *Client) FlowError(ctx context.Context, id string, opts ...RequestOption) (*FlowError, error) {
	const op = "getFlowError"
	if id == "" {
		return nil, newArgumentError(op, "the id of the error is empty")
	}
	resp, err := c.api.GetFlowError(ctx, &gen.GetFlowErrorParams{ID: id}, requestEditors(opts)...)
	return decodeValid(op, resp, err, func(e *FlowError) bool { return e.ID != "" })
}
