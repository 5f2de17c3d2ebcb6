package kratos

import "encoding/json"

// CredentialOptions returns the argument of navigator.credentials.create or .get
// (https://www.w3.org/TR/webauthn-3/#sctn-api) for [UINodeGroupPasskey] or [UINodeGroupWebAuthn],
// or nil; see [ServerFeatures].NativePasskeys.
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
