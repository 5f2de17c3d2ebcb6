package hooks

import (
	"encoding/json"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/redact"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Template is the data of a message: one of the types below, as a pointer.
type Template interface{ common() *TemplateData }

// TemplateData is what all templates have.
type TemplateData struct {
	redact.Data[TemplateData]

	// To is the recipient.
	To string `json:"to"`
	// RequestURL is where the flow started. It can have a query.
	RequestURL string `json:"request_url"`
	// TransientPayload is what the client submitted as transient_payload: a JSON object, or nil.
	TransientPayload json.RawMessage `json:"transient_payload,omitempty"`
	// ExpiresInMinutes is the validity of a code or link, or 0 before v25.4.
	ExpiresInMinutes int `json:"expires_in_minutes"`
}

// LoginCode is the code of a login: login_code_valid.
type LoginCode struct {
	TemplateData
	Code     string           `json:"login_code"`
	Identity *kratos.Identity `json:"identity,omitempty"`
}

// RegistrationCode is the code of a registration: registration_code_valid.
type RegistrationCode struct {
	TemplateData
	Code string `json:"registration_code"`
	// Traits are those of an email, Identity that of an SMS, which came with v25.4.
	Traits   json.RawMessage  `json:"traits,omitempty"`
	Identity *kratos.Identity `json:"identity,omitempty"`
}

// RecoveryCode is the code of a recovery: recovery_code_valid.
type RecoveryCode struct {
	TemplateData
	Code     string           `json:"recovery_code"`
	Identity *kratos.Identity `json:"identity,omitempty"`
}

// RecoveryLink is the link of a recovery: recovery_valid.
type RecoveryLink struct {
	TemplateData
	URL      string           `json:"recovery_url"`
	Identity *kratos.Identity `json:"identity,omitempty"`
}

// VerificationCode is the code of a verification, and a link that enters it: verification_code_valid.
type VerificationCode struct {
	TemplateData
	Code string `json:"verification_code"`
	// URL is "" in an SMS.
	URL      string           `json:"verification_url"`
	Identity *kratos.Identity `json:"identity,omitempty"`
}

// VerificationLink is the link of a verification: verification_valid.
type VerificationLink struct {
	TemplateData
	URL      string           `json:"verification_url"`
	Identity *kratos.Identity `json:"identity,omitempty"`
}

// UnknownAddress tells an address that asked for a recovery or verification that it has no account:
// recovery_invalid, recovery_code_invalid, verification_invalid and verification_code_invalid.
type UnknownAddress struct{ TemplateData }

// OtherTemplate is the data of a template that this package does not know.
type OtherTemplate struct {
	redact.Data[OtherTemplate]

	Raw json.RawMessage
}

func (d *TemplateData) common() *TemplateData { return d }
func (*OtherTemplate) common() *TemplateData  { return new(TemplateData) }

// newTemplates has a constructor for every template of v1.3.1 to v26.2.0.
var newTemplates = map[string]func() Template{
	"login_code_valid":          func() Template { return new(LoginCode) },
	"registration_code_valid":   func() Template { return new(RegistrationCode) },
	"recovery_code_valid":       func() Template { return new(RecoveryCode) },
	"recovery_valid":            func() Template { return new(RecoveryLink) },
	"verification_code_valid":   func() Template { return new(VerificationCode) },
	"verification_valid":        func() Template { return new(VerificationLink) },
	"recovery_invalid":          func() Template { return new(UnknownAddress) },
	"recovery_code_invalid":     func() Template { return new(UnknownAddress) },
	"verification_invalid":      func() Template { return new(UnknownAddress) },
	"verification_code_invalid": func() Template { return new(UnknownAddress) },
}

// decodeTemplate decodes the data of a template. The error quotes nothing of it.
func decodeTemplate(name string, raw json.RawMessage) (Template, error) {
	create, ok := newTemplates[name]
	if !ok {
		return &OtherTemplate{Raw: raw}, nil
	}
	data := create()
	err := jsonv2.Unmarshal(raw, data)
	if code, ok := data.(*RecoveryCode); ok && err == nil && code.Code == "" {
		code.Code, err = smsRecoveryCode(raw)
	}
	if err != nil {
		return nil, &hookError{sentinel: ErrMalformedRequest, detail: "the data of the template does not match its type"}
	}
	data.common().TransientPayload = objectOrNil(data.common().TransientPayload)
	return data, nil
}

// smsRecoveryCode returns the code of an SMS, which Kratos v25.4 and later call verification_code.
func smsRecoveryCode(raw json.RawMessage) (string, error) {
	var sms struct {
		Code string `json:"verification_code"`
	}
	err := jsonv2.Unmarshal(raw, &sms)
	return sms.Code, err
}
