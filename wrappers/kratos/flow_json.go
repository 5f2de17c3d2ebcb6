package kratos

import "github.com/kratoskit/kratos-go/internal/jsonv2"

// Flows are read with all that Kratos sent, and written again as they came, for a browser: members
// that this package does not know are in AdditionalProperties, of the flow as well as of its nodes
// and messages.

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

// UnmarshalJSON reads a flow with all its members. Those that have no field are in
// AdditionalProperties.
func (f *LoginFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON reads a flow with all its members. Those that have no field are in
// AdditionalProperties.
func (f *RegistrationFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON reads a flow with all its members. Those that have no field are in
// AdditionalProperties.
func (f *SettingsFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON reads a flow with all its members. Those that have no field are in
// AdditionalProperties.
func (f *RecoveryFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON reads a flow with all its members. Those that have no field are in
// AdditionalProperties.
func (f *VerificationFlow) UnmarshalJSON(body []byte) error { return f.decode(body) }

// UnmarshalJSON reads a form with all its members. Those that have no field are in
// AdditionalProperties.
func (f *Form) UnmarshalJSON(body []byte) error {
	return jsonv2.UnmarshalKeeping(body, &f.UIContainer)
}
