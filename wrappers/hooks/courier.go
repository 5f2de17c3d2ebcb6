package hooks

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/redact"
)

// Mail is an email or SMS that Kratos sends.
type Mail struct {
	redact.Struct[Mail]

	// Channel tells emails and SMS apart.
	Channel Channel
	// Recipient is an email address or a phone number.
	Recipient string
	// Subject, Body and HTMLBody are what Kratos made of its templates. Subject is "" in an SMS,
	// HTMLBody also before v25.4.
	Subject, Body, HTMLBody string
	// TemplateType is Kratos' name of the template, such as "login_code_valid".
	TemplateType string
	// Data is what the template is made of: a [*LoginCode], for example.
	Data Template
}

// Channel is how a message is sent.
type Channel string

// The channels of Kratos.
const (
	ChannelEmail Channel = "email"
	ChannelSMS   Channel = "sms"
)

// Courier returns the handler of Kratos' HTTP courier, configured as by [CourierConfig], which sends
// emails and SMS by Go code: https://www.ory.sh/docs/kratos/emails-sms/sending-emails-smtp.
//
// After an error, a panic or the time-out, Kratos' courier tries again later, up to
// courier.message_retries times: a message can come twice, and has no id. It panics without a valid
// caller or a function.
func Courier(caller Caller, send func(ctx context.Context, m *Mail) error, opts ...Option) http.Handler {
	e := newEndpoint("Courier", caller, courierTimeout, opts)
	if send == nil {
		panic("hooks: Courier needs a function")
	}
	return e.handler(func(r *http.Request, body []byte) (int, []byte) { return e.deliver(r.Context(), body, send), nil })
}

// deliver returns the status of a delivery. One of 422 is not tried again at once.
func (e *endpoint) deliver(ctx context.Context, body []byte, send func(context.Context, *Mail) error) int {
	m, err := decodeMail(body)
	if err != nil {
		e.report(ctx, err)
		return http.StatusUnprocessableEntity
	}
	sent, err := run(ctx, e, callIDs{}, func(ctx context.Context) error { return send(ctx, m) })
	if err == nil && sent != nil {
		err = &hookError{sentinel: ErrFailed, cause: sent}
	}
	if err != nil {
		e.report(ctx, err)
		return http.StatusUnprocessableEntity
	}
	return http.StatusNoContent
}

// wireMail is the body that CourierJsonnet makes.
type wireMail struct {
	Recipient    string          `json:"recipient"`
	Subject      string          `json:"subject"`
	Body         string          `json:"body"`
	HTMLBody     string          `json:"html_body"`
	MessageType  string          `json:"message_type"`
	TemplateType string          `json:"template_type"`
	TemplateData json.RawMessage `json:"template_data"`
}

func decodeMail(body []byte) (*Mail, error) {
	var wire wireMail
	if err := jsonv2.Unmarshal(body, &wire); err != nil || wire.Recipient == "" || wire.TemplateType == "" {
		return nil, &hookError{sentinel: ErrMalformedRequest, detail: "the body is not the JSON that hooks.CourierJsonnet makes"}
	}
	data, err := decodeTemplate(wire.TemplateType, wire.TemplateData)
	if err != nil {
		return nil, err
	}
	return &Mail{Channel: Channel(wire.MessageType), Recipient: wire.Recipient, Subject: wire.Subject, Body: wire.Body, HTMLBody: wire.HTMLBody,
		TemplateType: wire.TemplateType, Data: data}, nil
}
