package kratos

import (
	"context"

	"github.com/kratoskit/kratos-go/gen"
)

// FlowError returns the error with the id that Kratos passes to the error page (getFlowError,
// public port), or [ErrNotFound]. Do not show its texts as HTML.
func (c *Client) FlowError(ctx context.Context, id string, opts ...RequestOption) (*FlowError, error) {
	const op = "getFlowError"
	if id == "" {
		return nil, newArgumentError(op, "the id of the error is empty")
	}
	resp, err := c.api.GetFlowError(ctx, &gen.GetFlowErrorParams{ID: id}, requestEditors(opts)...)
	return decodeValid(op, resp, err, func(e *FlowError) bool { return e.ID != "" })
}
