package kratos

// What a person enters, and what Kratos hands out, is kept out of logs: these values print as their names. Their fields are read
// as of any struct.

func (LoginPassword) String() string        { return "LoginPassword" }
func (LoginCode) String() string            { return "LoginCode" }
func (LoginIdentifierFirst) String() string { return "LoginIdentifierFirst" }
func (LoginTOTP) String() string            { return "LoginTOTP" }
func (LoginLookupSecret) String() string    { return "LoginLookupSecret" }
func (LoginOIDC) String() string            { return "LoginOIDC" }
func (LoginWebAuthn) String() string        { return "LoginWebAuthn" }
func (LoginPasskey) String() string         { return "LoginPasskey" }
func (RegistrationPassword) String() string { return "RegistrationPassword" }
func (RegistrationCode) String() string     { return "RegistrationCode" }
func (RegistrationProfile) String() string  { return "RegistrationProfile" }
func (RegistrationOIDC) String() string     { return "RegistrationOIDC" }
func (RegistrationWebAuthn) String() string { return "RegistrationWebAuthn" }
func (RegistrationPasskey) String() string  { return "RegistrationPasskey" }
func (SettingsProfile) String() string      { return "SettingsProfile" }
func (SettingsPassword) String() string     { return "SettingsPassword" }
func (SettingsTOTP) String() string         { return "SettingsTOTP" }
func (SettingsLookup) String() string       { return "SettingsLookup" }
func (SettingsOIDC) String() string         { return "SettingsOIDC" }
func (SettingsWebAuthn) String() string     { return "SettingsWebAuthn" }
func (SettingsPasskey) String() string      { return "SettingsPasskey" }
func (RecoveryWithCode) String() string     { return "RecoveryWithCode" }
func (RecoveryWithLink) String() string     { return "RecoveryWithLink" }
func (VerificationCode) String() string     { return "VerificationCode" }
func (VerificationLink) String() string     { return "VerificationLink" }

// GoString is the same as String.
func (s Step[F]) GoString() string { return s.String() }

// GoString is the same as Error.
func (e *Error) GoString() string { return e.Error() }
