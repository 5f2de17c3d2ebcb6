package hooks

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/redact"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Call is a call of a web hook.
type Call struct {
	redact.Struct[Call]

	// Flow is the flow in which the hook is called.
	Flow Flow
	// Identity is nil before the person is known: in hooks before a flow. Its ID is "" before the
	// identity is stored: in Decide hooks after a registration. It has neither credentials nor
	// metadata_admin.
	Identity *kratos.Identity
	// Session is the session of a hook after a login, and since v26.2 of hooks of settings; else
	// nil. Its Identity is that of the call.
	Session *kratos.Session
	// TransientPayload is what the client submitted as transient_payload: a JSON object, or nil.
	TransientPayload json.RawMessage

	// Method, URL and Header are those of the person's request to Kratos. URL has no query. Header
	// has the few that Kratos lets through, such as User-Agent.
	Method string
	URL    string
	Header http.Header

	// TriggerID is the same for all attempts of a call. It is "" before v25.4.
	TriggerID string
	// RequestID identifies an attempt.
	RequestID string
}

// FlowName is the flow in which a hook is called.
type FlowName string

// The flows of Kratos. A name is "" if it cannot be told.
const (
	FlowLogin        FlowName = "login"
	FlowRegistration FlowName = "registration"
	FlowSettings     FlowName = "settings"
	FlowRecovery     FlowName = "recovery"
	FlowVerification FlowName = "verification"
)

// Flow is what a hook is told about a flow.
type Flow struct {
	redact.Data[Flow]

	Name FlowName `json:"-"`
	ID   string   `json:"id"`
	// Type tells native clients and browsers apart.
	Type kratos.FlowType `json:"type"`
	// Active is the method of a login, recovery or verification. Kratos leaves it empty in most
	// registrations and settings: configure a URL for each method to tell them apart.
	Active kratos.CredentialsType `json:"active"`
	// State is the state of a flow, such as "sent_email".
	State string `json:"state"`
	// Refresh and RequestedAAL are those of a login.
	Refresh      bool       `json:"refresh"`
	RequestedAAL kratos.AAL `json:"requested_aal"`
	// RequestURL is where the flow started, without the query.
	RequestURL     string    `json:"-"`
	ReturnTo       string    `json:"return_to"`
	OrganizationID string    `json:"organization_id"`
	IssuedAt       time.Time `json:"issued_at"`
	ExpiresAt      time.Time `json:"expires_at"`

	OAuth2LoginChallenge string `json:"oauth2_login_challenge"`
}

// wireCall is the body that Jsonnet makes.
type wireCall struct {
	Flow struct {
		Flow
		TransientPayload json.RawMessage `json:"transient_payload"`
	} `json:"flow"`
	FlowAction     string           `json:"flow_action"`
	FlowRequestURL string           `json:"flow_request_url"`
	Identity       *kratos.Identity `json:"identity"`
	Session        *kratos.Session  `json:"session"`
	RequestMethod  string           `json:"request_method"`
	RequestURL     string           `json:"request_url"`
	RequestHeaders http.Header      `json:"request_headers"`
}

const nilUUID = "00000000-0000-0000-0000-000000000000"

// decodeCall decodes a body. The error quotes nothing of it.
func decodeCall(body []byte, header http.Header) (*Call, error) {
	var decoded struct { // one allocation
		wire wireCall
		call Call
	}
	wire := &decoded.wire
	if err := jsonv2.Unmarshal(body, wire); err != nil {
		return nil, errors.New("the body is not the JSON that hooks.Jsonnet makes")
	}
	if !isUUID(wire.Flow.ID) {
		return nil, errors.New("the body has no id of a flow: Kratos' configuration lacks hooks.Jsonnet")
	}
	flow := wire.Flow.Flow
	flow.Name, flow.RequestURL = flowName(wire.FlowAction, wire.FlowRequestURL), wire.FlowRequestURL
	if wire.Identity != nil && wire.Identity.ID == nilUUID {
		wire.Identity.ID = ""
	}
	if wire.Session != nil {
		wire.Session.Identity = wire.Identity
	}
	decoded.call = Call{
		Flow: flow, Identity: wire.Identity, Session: wire.Session, TransientPayload: objectOrNil(wire.Flow.TransientPayload),
		Method: wire.RequestMethod, URL: wire.RequestURL, Header: wire.RequestHeaders,
		TriggerID: uuidHeader(header, headerTriggerID), RequestID: uuidHeader(header, headerRequestID),
	}
	return &decoded.call, nil
}

// The names of headers as net/http writes them.
const (
	headerTriggerID = "Ory-Webhook-Trigger-Id"
	headerRequestID = "Ory-Webhook-Request-Id"
)

// flowName returns the flow of the first URL that has a path of one: the action of a form, or the
// start of the flow if that is a page of the UI.
func flowName(urls ...string) FlowName {
	for _, u := range urls {
		_, path, _ := strings.Cut(u, "/self-service/")
		name, _, _ := strings.Cut(path, "/")
		switch n := FlowName(name); n {
		case FlowLogin, FlowRegistration, FlowSettings, FlowRecovery, FlowVerification:
			return n
		}
	}
	return ""
}

// uuidHeader returns the value of a header that is a UUID: ids are logged.
func uuidHeader(header http.Header, name string) string {
	if values := header[name]; len(values) == 1 && isUUID(values[0]) {
		return values[0]
	}
	return ""
}

func isUUID(s string) bool {
	if len(s) != len(nilUUID) {
		return false
	}
	for i := range len(s) {
		c := s[i] | 0x20 // lower case
		if dash := nilUUID[i] == '-'; dash && s[i] != '-' || !dash && (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func objectOrNil(raw json.RawMessage) json.RawMessage {
	if !bytes.HasPrefix(raw, []byte("{")) {
		return nil
	}
	return raw
}
