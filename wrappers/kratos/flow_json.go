package kratos

import "github.com/kratoskit/kratos-go/internal/jsonv2"

// Flows are encoded as Kratos sent them, for a browser: AdditionalProperties keeps the members that
// this package does not know, of the flow and of its nodes and messages.

func (f *LoginFlow) decode(body []byte) error { return jsonv2.UnmarshalKeeping(body, &f.LoginFlow) }
func (f *RegistrationFlow) decode(body []byte) error {
	return jsonv2.UnmarshalKeeping(body, &f.RegistrationFlow)
}
func (f *SettingsFlow) decode(body []byte) error {
	return jsonv2.UnmarshalKeeping(body, &f.SettingsFlow)
}
func (f *RecoveryFlow) decode(body []byte) error {
	return jsonv2.UnmarshalKeeping(body, &f.RecoveryFlow)
}
func (f *VerificationFlow) decode(body []byte) error {
	return jsonv2.UnmarshalKeeping(body, &f.VerificationFlow)
}

// UnmarshalJSON also decodes unknown members, into AdditionalProperties.
func (f *LoginFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON also decodes unknown members, into AdditionalProperties.
func (f *RegistrationFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON also decodes unknown members, into AdditionalProperties.
func (f *SettingsFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON also decodes unknown members, into AdditionalProperties.
func (f *RecoveryFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON also decodes unknown members, into AdditionalProperties.
func (f *VerificationFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON also decodes unknown members, into AdditionalProperties.
func (f *Form) UnmarshalJSON(body []byte) error {
	return jsonv2.UnmarshalKeeping(body, &f.UIContainer)
}
