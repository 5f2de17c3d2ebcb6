package kratos

import "github.com/kratoskit/kratos-go/gen"

// A SettingsMethod is one change to the account of a person who is signed in: [SettingsProfile], [SettingsPassword], [SettingsTOTP],
// [SettingsLookup], [SettingsOIDC], [SettingsWebAuthn] or [SettingsPasskey]. All but the profile, and identifiers in it, need a
// session that is not too old: [ErrRefreshRequired].
type SettingsMethod interface {
	settingsBody(csrf string) any
}

type (
	// SettingsProfile replaces the traits.
	SettingsProfile gen.UpdateSettingsFlowWithProfileMethod
	// SettingsPassword sets the password.
	SettingsPassword gen.UpdateSettingsFlowWithPasswordMethod
	// SettingsTOTP links an authenticator app, with a code of it, or unlinks it.
	SettingsTOTP gen.UpdateSettingsFlowWithTOTPMethod
	// SettingsLookup shows, regenerates, confirms or disables backup codes.
	SettingsLookup gen.UpdateSettingsFlowWithLookupMethod
	// SettingsOIDC links or unlinks an account at another provider. A native client can unlink only.
	SettingsOIDC gen.UpdateSettingsFlowWithOIDCMethod
	// SettingsWebAuthn adds or removes a security key. Kratos takes it from browsers only.
	SettingsWebAuthn gen.UpdateSettingsFlowWithWebAuthnMethod
	// SettingsPasskey adds or removes a passkey. Kratos before v26 takes it from browsers only.
	SettingsPasskey gen.UpdateSettingsFlowWithPasskeyMethod
)

func (m SettingsProfile) settingsBody(csrf string) any {
	m.Method, m.CSRFToken = "profile", csrf
	return gen.UpdateSettingsFlowWithProfileMethod(m)
}

func (m SettingsPassword) settingsBody(csrf string) any {
	m.Method, m.CSRFToken = "password", csrf
	return gen.UpdateSettingsFlowWithPasswordMethod(m)
}

func (m SettingsTOTP) settingsBody(csrf string) any {
	m.Method, m.CSRFToken = "totp", csrf
	return gen.UpdateSettingsFlowWithTOTPMethod(m)
}

func (m SettingsLookup) settingsBody(csrf string) any {
	m.Method, m.CSRFToken = "lookup_secret", csrf
	return gen.UpdateSettingsFlowWithLookupMethod(m)
}

func (m SettingsOIDC) settingsBody(csrf string) any {
	m.Method, m.CSRFToken = "oidc", csrf
	return gen.UpdateSettingsFlowWithOIDCMethod(m)
}

func (m SettingsWebAuthn) settingsBody(csrf string) any {
	m.Method, m.CSRFToken = "webauthn", csrf
	return gen.UpdateSettingsFlowWithWebAuthnMethod(m)
}

func (m SettingsPasskey) settingsBody(csrf string) any {
	m.Method, m.CSRFToken = "passkey", csrf
	return gen.UpdateSettingsFlowWithPasskeyMethod(m)
}
