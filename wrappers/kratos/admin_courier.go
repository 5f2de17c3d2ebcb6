package kratos

import (
	"context"
	"iter"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

// ListCourierMessages has the optional parameters of [Admin.CourierMessages].
type ListCourierMessages struct {
	redacted[ListCourierMessages] // fmt, slog and json do not write the fields
	// Status is the state of delivery of the messages.
	Status CourierMessageStatus
	// Recipient is the email address or phone number that the messages were sent to.
	Recipient string
	// PageSize is the maximal number of messages on a page: 1 to 1000, and 0 for the server's
	// default of 10.
	PageSize int
	// PageToken is the NextPageToken of the [Page] before, or ""; see [ListIdentities].
	PageToken string
}

func (l ListCourierMessages) params() *gen.ListCourierMessagesParams {
	return &gen.ListCourierMessagesParams{
		Status:    optional(l.Status),
		Recipient: optional(l.Recipient),
		PageSize:  optional(int64(l.PageSize)),
		PageToken: optional(l.PageToken),
	}
}

func (a *Admin) courierMessages(ctx context.Context, list ListCourierMessages) pager[CourierMessage] {
	return pager[CourierMessage]{
		operation: "listCourierMessages",
		fetch: func(edits ...gen.RequestEditorFn) (*http.Response, error) {
			return a.api.ListCourierMessages(withStreaming(ctx), list.params(), edits...)
		},
		checks: []check{checkFilters("status", "recipient")},
		id:     func(m *CourierMessage) string { return m.ID },
	}
}

// CourierMessages returns messages, the newest first (listCourierMessages).
func (a *Admin) CourierMessages(ctx context.Context, list ListCourierMessages, opts ...RequestOption) iter.Seq2[CourierMessage, error] {
	return a.courierMessages(ctx, list).all(opts)
}

// CourierMessagesPage returns one page of [Admin.CourierMessages].
func (a *Admin) CourierMessagesPage(ctx context.Context, list ListCourierMessages, opts ...RequestOption) (*Page[CourierMessage], error) {
	return a.courierMessages(ctx, list).page(opts)
}

// CourierMessage returns a message and its dispatches (getCourierMessage).
func (a *Admin) CourierMessage(ctx context.Context, id string, opts ...RequestOption) (*CourierMessage, error) {
	const op = "getCourierMessage"
	if err := checkPathSegment("the message's id", id); err != nil {
		return nil, wrapError(op, err)
	}
	resp, err := a.api.GetCourierMessage(ctx, id, requestEditors(opts)...)
	return decodeValid(op, resp, err, func(m *CourierMessage) bool { return m.ID != "" })
}
