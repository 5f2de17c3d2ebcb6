package kratos

import "github.com/kratoskit/kratos-go/gen"

// A SettingsMethod is one change to the account of a person who is signed in: [SettingsProfile],
// [SettingsPassword], [SettingsTOTP], [SettingsLookup], [SettingsOIDC], [SettingsWebAuthn] or
// [SettingsPasskey]. All but the profile, and identifiers in it, need a session that is not too
// old: [ErrRefreshRequired].
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
	// SettingsOIDC links or unlinks an account at another provider. A native client can unlink
	// only.
	SettingsOIDC gen.UpdateSettingsFlowWithOIDCMethod
	// SettingsWebAuthn adds or removes a security key. Kratos takes it from browsers only.
	SettingsWebAuthn gen.UpdateSettingsFlowWithWebAuthnMethod
	// SettingsPasskey adds or removes a passkey. Kratos before v26 takes it from browsers only.
	SettingsPasskey gen.UpdateSettingsFlowWithPasskeyMethod
)
