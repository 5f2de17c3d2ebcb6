package kratos

// String keeps what the person enters out of logs.
func (LoginPassword) String() string { return "LoginPassword" }

// String keeps what the person enters out of logs.
func (LoginCode) String() string { return "LoginCode" }

// String keeps what the person enters out of logs.
func (LoginIdentifierFirst) String() string { return "LoginIdentifierFirst" }

// String keeps what the person enters out of logs.
func (LoginTOTP) String() string { return "LoginTOTP" }

// String keeps what the person enters out of logs.
func (LoginLookupSecret) String() string { return "LoginLookupSecret" }

// String keeps what the person enters out of logs.
func (LoginOIDC) String() string { return "LoginOIDC" }

// String keeps what the person enters out of logs.
func (LoginWebAuthn) String() string { return "LoginWebAuthn" }

// String keeps what the person enters out of logs.
func (LoginPasskey) String() string { return "LoginPasskey" }

// String keeps what the person enters out of logs.
func (RegistrationPassword) String() string { return "RegistrationPassword" }

// String keeps what the person enters out of logs.
func (RegistrationCode) String() string { return "RegistrationCode" }

// String keeps what the person enters out of logs.
func (RegistrationProfile) String() string { return "RegistrationProfile" }

// String keeps what the person enters out of logs.
func (RegistrationOIDC) String() string { return "RegistrationOIDC" }

// String keeps what the person enters out of logs.
func (RegistrationWebAuthn) String() string { return "RegistrationWebAuthn" }

// String keeps what the person enters out of logs.
func (RegistrationPasskey) String() string { return "RegistrationPasskey" }

// String keeps what the person enters out of logs.
func (SettingsProfile) String() string { return "SettingsProfile" }

// String keeps what the person enters out of logs.
func (SettingsPassword) String() string { return "SettingsPassword" }

// String keeps what the person enters out of logs.
func (SettingsTOTP) String() string { return "SettingsTOTP" }

// String keeps what the person enters out of logs.
func (SettingsLookup) String() string { return "SettingsLookup" }

// String keeps what the person enters out of logs.
func (SettingsOIDC) String() string { return "SettingsOIDC" }

// String keeps what the person enters out of logs.
func (SettingsWebAuthn) String() string { return "SettingsWebAuthn" }

// String keeps what the person enters out of logs.
func (SettingsPasskey) String() string { return "SettingsPasskey" }

// String keeps what the person enters out of logs.
func (RecoveryWithCode) String() string { return "RecoveryWithCode" }

// String keeps what the person enters out of logs.
func (RecoveryWithLink) String() string { return "RecoveryWithLink" }

// String keeps what the person enters out of logs.
func (VerificationCode) String() string { return "VerificationCode" }

// String keeps what the person enters out of logs.
func (VerificationLink) String() string { return "VerificationLink" }

// GoString is the same as String.
func (s Step[F]) GoString() string { return s.String() }

// GoString is the same as Error.
func (e *Error) GoString() string { return e.Error() }
