package kratos

// A SettingsMethod is a [SettingsProfile], [SettingsPassword], [SettingsTOTP],
// [SettingsLookupSecret], [SettingsOIDC], [SettingsWebAuthn], [SettingsPasskey] or [Submission].
// Most need a recent login; see [ErrRefreshRequired].
type SettingsMethod interface {
	settingsBody(csrf string) any
}
