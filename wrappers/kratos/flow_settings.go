package kratos

// A SettingsMethod is a change of the account of a person who is logged in: [SettingsProfile],
// [SettingsPassword], [SettingsTOTP], [SettingsLookup], [SettingsOIDC], [SettingsWebAuthn],
// [SettingsPasskey] or [Submission]. All but a profile whose identifiers stay the same need a recent
// login: [ErrRefreshRequired].
type SettingsMethod interface {
	settingsBody(csrf string) any
}
