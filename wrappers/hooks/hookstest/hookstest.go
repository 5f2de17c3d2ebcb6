// Package hookstest calls the handlers of package hooks in tests, as Kratos does.
//
//	call := &hooks.Call{Flow: hooks.Flow{Name: hooks.FlowRegistration}, Identity: identity}
//	outcome, err := hookstest.Decide(handler, hookstest.NewRequest(caller, call))
package hookstest

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// NewRequest returns the request of Kratos for a call of a web hook. The flow gets an id, and an
// identity without one the nil UUID. It panics if the call cannot be encoded.
func NewRequest(caller hooks.Caller, c *hooks.Call) *http.Request {
	flow := c.Flow
	flow.ID = cmp.Or(flow.ID, newUUID())
	home := "https://kratos.example/self-service/" + string(cmp.Or(flow.Name, hooks.FlowLogin))
	body := map[string]any{
		"flow":             withPayload(flow, c.TransientPayload),
		"flow_action":      home,
		"flow_request_url": cmp.Or(flow.RequestURL, home+"/browser"),
		"request_method":   cmp.Or(c.Method, http.MethodPost),
		"request_url":      cmp.Or(c.URL, home),
		"request_headers":  c.Header,
	}
	if c.Identity != nil {
		identity := *c.Identity
		identity.ID = cmp.Or(identity.ID, nilUUID)
		body["identity"] = &identity
	}
	if c.Session != nil {
		session := *c.Session
		session.Identity = nil
		body["session"] = &session
	}
	r := newRequest(caller, "https://hooks.example/", body)
	r.Header.Set("Ory-Webhook-Request-ID", cmp.Or(c.RequestID, newUUID()))
	if c.TriggerID != "" {
		r.Header.Set("Ory-Webhook-Trigger-ID", c.TriggerID)
	}
	return r
}

func withPayload(flow hooks.Flow, payload json.RawMessage) map[string]json.RawMessage {
	members := map[string]json.RawMessage{}
	must(json.Unmarshal(marshal(flow), &members))
	if payload != nil {
		members["transient_payload"] = payload
	}
	return members
}

// NewPasswordMigrationRequest returns the request of Kratos for a password to check.
func NewPasswordMigrationRequest(caller hooks.Caller, identifier, password string) *http.Request {
	return newRequest(caller, "https://hooks.example/", map[string]string{"identifier": identifier, "password": password})
}

// NewCourierRequest returns the request of Kratos' courier for a message. It panics if the message
// cannot be encoded.
func NewCourierRequest(caller hooks.Caller, m *hooks.Mail) *http.Request {
	var data any = m.Data
	if other, ok := data.(*hooks.OtherTemplate); ok {
		data = other.Raw
	}
	body := map[string]any{
		"recipient": m.Recipient, "subject": m.Subject, "body": m.Body,
		"message_type": cmp.Or(m.Channel, hooks.ChannelEmail), "template_type": m.TemplateType, "template_data": data,
	}
	if m.HTMLBody != "" {
		body["html_body"] = m.HTMLBody
	}
	return newRequest(caller, "https://hooks.example/", body)
}

func newRequest(caller hooks.Caller, url string, body any) *http.Request {
	r := httptest.NewRequest(http.MethodPost, url, bytes.NewReader(marshal(body)))
	r.Header.Set("Content-Type", "application/json")
	caller.Authenticate(r)
	return r
}

// Outcome is what Kratos does after a response to a [hooks.Decide] hook.
type Outcome struct {
	// Refused reports whether the flow was refused, with these messages by field; "" is the form.
	Refused  bool
	Messages map[string][]kratos.Message
	// Identity has the members of the identity to replace.
	Identity map[string]json.RawMessage
	// Retried reports whether Kratos calls again. After three attempts, the person gets an error
	// without a form.
	Retried bool
}

// Decide calls a handler once. The error is of a response that Kratos does not accept: the person
// gets an error without a form.
func Decide(handler http.Handler, r *http.Request) (*Outcome, error) {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	switch {
	case w.Code == http.StatusTooManyRequests, w.Code >= 500 && w.Code != http.StatusNotImplemented:
		return &Outcome{Retried: true}, nil
	case w.Code >= 400:
		return refused(w.Code, w.Body.Bytes())
	case w.Code == http.StatusOK:
		return changed(w.Body.Bytes())
	}
	return new(Outcome), nil
}

func changed(body []byte) (*Outcome, error) {
	var response struct {
		Identity map[string]json.RawMessage `json:"identity"`
	}
	if err := json.Unmarshal(body, &response); err != nil {
		return nil, errors.New("kratos: hookstest: the response is not JSON")
	}
	maps.DeleteFunc(response.Identity, func(name string, value json.RawMessage) bool {
		return name != "external_id" && (string(value) == `""` || string(value) == "null")
	})
	return &Outcome{Identity: response.Identity}, nil
}

func refused(status int, body []byte) (*Outcome, error) {
	var response struct {
		Messages []struct {
			InstancePtr string           `json:"instance_ptr"`
			Messages    []kratos.Message `json:"messages"`
		} `json:"messages"`
	}
	if json.Unmarshal(body, &response) != nil || len(response.Messages) == 0 {
		return nil, fmt.Errorf("kratos: hookstest: the response of status %d has no messages", status)
	}
	o := &Outcome{Refused: true, Messages: map[string][]kratos.Message{}}
	for _, m := range response.Messages {
		field := strings.ReplaceAll(strings.TrimPrefix(m.InstancePtr, "#/"), "/", ".")
		o.Messages[field] = append(o.Messages[field], m.Messages...)
	}
	return o, nil
}

const nilUUID = "00000000-0000-0000-0000-000000000000"

// newUUID returns a random UUID: RFC 9562.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	must(err)
	return b
}

func must(err error) {
	if err != nil {
		panic("hookstest: " + err.Error())
	}
}
