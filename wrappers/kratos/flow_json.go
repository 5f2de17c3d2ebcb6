package kratos

import "github.com/kratoskit/kratos-go/internal/jsonv2"

// Flows are encoded as Kratos sent them, for a browser: members that this package does not know are
// kept in AdditionalProperties, of the flow as well as of its nodes and messages.

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

// UnmarshalJSON decodes a flow. AdditionalProperties has members that have no field.
func (f *LoginFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON decodes a flow. AdditionalProperties has members that have no field.
func (f *RegistrationFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON decodes a flow. AdditionalProperties has members that have no field.
func (f *SettingsFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON decodes a flow. AdditionalProperties has members that have no field.
func (f *RecoveryFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON decodes a flow. AdditionalProperties has members that have no field.
func (f *VerificationFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON decodes a form. AdditionalProperties has members that have no field.
func (f *Form) UnmarshalJSON(body []byte) error {
	return jsonv2.UnmarshalKeeping(body, &f.UIContainer)
}
