package hooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/internal/redact"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A Response is what a hook decides: [Allow], [Change], [Refuse], [Retry] or [Fail]. The zero value
// is a failure. A response that Kratos would not accept is not sent, but reported as
// [ErrInvalidResponse], and the person sees the message of a failure.
type Response struct {
	redact.Struct[Response]

	status int
	body   []byte
	err    error // why it is not a success, or not valid
	change bool
}

// Allow lets the flow continue.
func Allow() Response { return Response{status: http.StatusNoContent} }

// Refuse ends the submission. It needs at least one message. What the person gets depends on the
// flow:
//   - after a login, a registration or settings: the form with the messages, which
//     [kratos.Error.FieldErrors] has by field;
//   - after a recovery: the form on a page, and for other clients an error of status 500;
//   - after a verification: a new flow, which has the messages, although the address is verified;
//   - before a flow: an error of status 500, or 404 before a login.
func Refuse(messages ...Message) Response {
	r := Response{status: http.StatusBadRequest}
	r.body, r.err = encodeMessages(messages)
	return r
}

// Retry makes Kratos call the hook again, up to twice, after 1 and 2 seconds. Then the person gets
// an error without a form. It is for functions that can run twice: see [Once].
func Retry(err error) Response {
	return Response{status: http.StatusServiceUnavailable, err: orUnknown(err)}
}

// Fail refuses because of an error, which is reported: see [OnError]. The person sees a general
// message in the form: see [FailureMessage].
func Fail(err error) Response { return Response{err: orUnknown(err)} }

func orUnknown(err error) error {
	if err == nil {
		return errors.New("unknown error")
	}
	return err
}

// Message is a message in a form.
type Message struct {
	redact.Struct[Message]

	// Field is the name of an input, such as "traits.email"; "" is the form.
	Field string
	// ID is positive: a constant of package kratos, such as kratos.MessageInvalid, or your own.
	ID int
	// Text is what the person reads. It is required.
	Text string
	// Context is the context of the message, for translations: a JSON object, if it is not nil.
	Context any
}

// IdentityChange replaces the members of an identity that are set; others stay. Kratos validates the
// result against the identity schema.
type IdentityChange struct {
	redact.Struct[IdentityChange]

	// Traits are all traits, as a struct or map.
	Traits any
	// MetadataPublic and MetadataAdmin replace all metadata: JSON objects.
	MetadataPublic, MetadataAdmin any
	SchemaID                      string
	State                         kratos.IdentityState
	VerifiableAddresses           []kratos.VerifiableAddress
	RecoveryAddresses             []kratos.RecoveryAddress
	// ExternalID is ignored before v25.4. "" removes it.
	ExternalID *string
}

// Change lets the flow continue, and changes the identity before it is stored. It is for [Decide]
// hooks after a registration or settings: Kratos would drop it after other flows, and fails before
// a flow.
func Change(c IdentityChange) Response {
	r := Response{status: http.StatusOK, change: true}
	r.body, r.err = encodeChange(c)
	return r
}

type wireChange struct {
	Traits              json.RawMessage            `json:"traits,omitempty"`
	MetadataPublic      json.RawMessage            `json:"metadata_public,omitempty"`
	MetadataAdmin       json.RawMessage            `json:"metadata_admin,omitempty"`
	SchemaID            string                     `json:"schema_id,omitempty"`
	State               kratos.IdentityState       `json:"state,omitempty"`
	VerifiableAddresses []kratos.VerifiableAddress `json:"verifiable_addresses,omitempty"`
	RecoveryAddresses   []kratos.RecoveryAddress   `json:"recovery_addresses,omitempty"`
	ExternalID          *string                    `json:"external_id,omitempty"`
}

func encodeChange(c IdentityChange) ([]byte, error) {
	wire := wireChange{SchemaID: c.SchemaID, State: c.State, VerifiableAddresses: c.VerifiableAddresses,
		RecoveryAddresses: c.RecoveryAddresses, ExternalID: c.ExternalID}
	var errs [3]error
	wire.Traits, errs[0] = encodeObject("Traits", c.Traits)
	wire.MetadataPublic, errs[1] = encodeObject("MetadataPublic", c.MetadataPublic)
	wire.MetadataAdmin, errs[2] = encodeObject("MetadataAdmin", c.MetadataAdmin)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	if c.State != "" && c.State != kratos.IdentityStateActive && c.State != kratos.IdentityStateInactive {
		return nil, errors.New("the State is neither active nor inactive")
	}
	body, err := json.Marshal(struct {
		Identity wireChange `json:"identity"`
	}{wire})
	switch {
	case err != nil:
		return nil, errors.New("the change cannot be encoded as JSON")
	case string(body) == `{"identity":{}}`:
		return nil, errors.New("the change is empty")
	}
	return body, nil
}

// encodeObject encodes a value that has to be a JSON object, or nil.
func encodeObject(name string, v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil || !bytes.HasPrefix(b, []byte("{")) {
		return nil, fmt.Errorf("%s is not a JSON object", name)
	}
	return b, nil
}

type wireMessage struct {
	ID      int             `json:"id"`
	Text    string          `json:"text"`
	Type    string          `json:"type"`
	Context json.RawMessage `json:"context,omitempty"`
}

type wireMessages struct {
	InstancePtr string        `json:"instance_ptr"`
	Messages    []wireMessage `json:"messages"`
}

func encodeMessages(messages []Message) ([]byte, error) {
	if len(messages) == 0 {
		return nil, errors.New("Refuse has no message")
	}
	wire := make([]wireMessages, len(messages))
	for i, m := range messages {
		details, err := encodeObject("Context", m.Context)
		switch {
		case err != nil:
			return nil, err
		case m.ID <= 0:
			return nil, errors.New("the ID of a message is not positive")
		case strings.TrimSpace(m.Text) == "":
			return nil, errors.New("a message has no Text")
		case strings.ContainsAny(m.Field, "/#~"):
			return nil, errors.New("the Field of a message is not the name of an input, such as traits.email")
		}
		pointer := "#/" + strings.ReplaceAll(m.Field, ".", "/")
		wire[i] = wireMessages{pointer, []wireMessage{{m.ID, m.Text, "error", details}}}
	}
	return json.Marshal(struct {
		Messages []wireMessages `json:"messages"`
	}{wire})
}

// maxResponse is below what Kratos reads of a response, 5 MB.
const maxResponse = 1 << 20

// check returns the error of a failure, or why a response must not be sent to a call.
func (r *Response) check(c *Call) error {
	switch {
	case r.status == 0 && r.err == nil:
		return invalidResponse("it is the zero value")
	case r.status == 0, r.status == http.StatusServiceUnavailable:
		return &hookError{sentinel: ErrFailed, cause: r.err}
	case r.err != nil:
		return &hookError{sentinel: ErrInvalidResponse, detail: r.err.Error()} // has no values
	case len(r.body) > maxResponse:
		return invalidResponse("it has more than 1 MiB")
	case r.change && c.Identity == nil:
		return invalidResponse("there is no identity to change before a flow")
	case r.change && c.Flow.Name != FlowRegistration && c.Flow.Name != FlowSettings:
		return invalidResponse("only a registration and settings store a change")
	}
	return nil
}

func invalidResponse(detail string) error {
	return &hookError{sentinel: ErrInvalidResponse, detail: detail}
}
