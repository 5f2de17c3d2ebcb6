package kratos

import (
	"context"
	"iter"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

func (a *Admin) courierMessages(ctx context.Context) pager[CourierMessage] {
	return pager[CourierMessage]{
		operation: "listCourierMessages",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			return a.api.ListCourierMessages(withStreaming(ctx), nil, edits...)
		},
		checks: []check{checkFilters("status", "recipient")},
		id:     func(m *CourierMessage) string { return m.ID },
	}
}

// CourierMessages returns the emails and text messages that Kratos has sent, or is to send
// (listCourierMessages, admin port), the newest first. [MessageStatus] and [Recipient] restrict the
// list; a page has 10 messages unless [PageSize] says otherwise.
func (a *Admin) CourierMessages(ctx context.Context, opts ...RequestOption) iter.Seq2[CourierMessage, error] {
	return a.courierMessages(ctx).all(opts)
}

// CourierMessagesPage returns one page of [Admin.CourierMessages]: the first, or that of
// [PageToken].
func (a *Admin) CourierMessagesPage(ctx context.Context, opts ...RequestOption) (*Page[CourierMessage], error) {
	return a.courierMessages(ctx).page(opts)
}

// CourierMessage returns the message with this id, and each attempt to deliver it
// (getCourierMessage, admin port). It fails with [ErrNotFound] if there is none. Kratos hides the
// body unless it runs in development mode.
func (a *Admin) CourierMessage(ctx context.Context, id string, opts ...RequestOption) (*CourierMessage, error) {
	const op = "getCourierMessage"
	if err := checkPathSegment("the message's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.GetCourierMessage(ctx, id, requestEditors(opts)...)
	return decodeValid(op, resp, err, func(m *CourierMessage) bool { return m.ID != "" })
}
