package kratos

import "encoding/json"

// CredentialOptions returns what a page hands to navigator.credentials.create, where a passkey or
// security key is to be added, or to navigator.credentials.get, where one is asked for:
// {"publicKey": …}, as JSON. It is nil if the form has none: native flows never do, a login with a
// security key instead of a password only after its first submission, and a registration only in
// its second step. group is [UINodeGroupPasskey] or [UINodeGroupWebAuthn].
//
// The answer of the browser goes back as JSON: see [LoginPasskey], [RegistrationPasskey] and
// [SettingsPasskey].
func (f Form) CredentialOptions(group UINodeGroup) json.RawMessage {
	names := []string{"webauthn_login_trigger", "webauthn_register_trigger"}
	if group == UINodeGroupPasskey {
		names = []string{"passkey_challenge", "passkey_create_data"}
	}
	for _, name := range names {
		var options struct {
			PublicKey json.RawMessage `json:"publicKey"`
			Wrapped   json.RawMessage `json:"credentialOptions"` // in a registration
		}
		value := f.Value(name)
		if json.Unmarshal([]byte(value), &options) != nil {
			continue
		}
		if options.Wrapped != nil {
			return options.Wrapped
		}
		if options.PublicKey != nil {
			return json.RawMessage(value)
		}
	}
	return nil
}
