package message

import "github.com/kratoskit/kratos-go/wrappers/kratos"

// Members of contexts that several messages have.
var (
	providers = []string{"provider", "provider_id"}
	provider  = []string{"provider"}
	expired   = []string{"expired_at", "expired_at_unix"}
	added     = []string{"added_at", "added_at_unix", "display_name"}
	reason    = []string{"reason"}
	secret    = []string{"secret"}
)

// texts has all messages that Kratos sends, but errors; 1070000 is the masked address of a button.
var texts = map[int64]text{
	kratos.MessageLogin:                        {"Log in", nil},
	kratos.MessageLoginWith:                    {"Log in with {provider}", providers},
	kratos.MessageLoginAgain:                   {"Confirm your identity to continue.", nil},
	kratos.MessageLoginSecondFactor:            {"Enter your second factor.", nil},
	kratos.MessageLoginVerify:                  {"Confirm your identity", nil},
	kratos.MessageLoginTOTPLabel:               {"Code from your app", nil},
	kratos.MessageLoginLookupLabel:             {"One of your backup codes", nil},
	kratos.MessageLoginWithSecurityKeyButton:   {"Log in with a security key", nil},
	kratos.MessageLoginTOTPButton:              {"Submit the code of the app", nil},
	kratos.MessageLoginLookupButton:            {"Submit the backup code", nil},
	kratos.MessageLoginContinueWithSecurityKey: {"Go on with a security key", nil},
	kratos.MessageLoginWithKey:                 {"Have your security key or passkey ready.", nil},
	kratos.MessageLoginContinue:                {"Continue", nil},
	kratos.MessageLoginCodeSent:                {"We sent you a code. Enter it to log in.", nil},
	kratos.MessageLoginSendCode:                {"Send me a code", nil},
	kratos.MessageLoginLinkAccount: {
		"An account with {duplicate_identifier} exists. Log in to link it with {provider}.",
		[]string{
			"available_credential_types", "available_providers", "duplicateIdentifier", "duplicate_identifier",
			"newLoginUrl", "new_login_url", "provider",
		},
	},
	kratos.MessageLoginAndLink:                 {"Log in and link the account", nil},
	kratos.MessageLoginWithAndLink:             {"Log in with {provider} and link the account", provider},
	kratos.MessageLoginRequestSecondFactorCode: {"Send me a code as the second factor", nil},
	kratos.MessageLoginPasskey:                 {"Log in with a passkey", nil},
	kratos.MessageLoginPassword:                {"Log in with a password", nil},
	kratos.MessageLoginCodeAddress:             {"Send the code to {address}", []string{"address", "channel"}},

	kratos.MessageRegistration:            {"Register", nil},
	kratos.MessageRegistrationWith:        {"Register with {provider}", providers},
	kratos.MessageRegistrationContinue:    {"Continue", nil},
	kratos.MessageRegistrationSecurityKey: {"Register with a security key", nil},
	kratos.MessageRegistrationCodeSent:    {"We sent you a code. Enter it to finish the registration.", nil},
	kratos.MessageRegistrationSendCode:    {"Register with a code", nil},
	kratos.MessageRegistrationPasskey:     {"Register with a passkey", nil},
	kratos.MessageRegistrationBack:        {"Back", nil},
	kratos.MessageChooseCredentials:       {"Choose how you will log in.", nil},

	kratos.MessageSettingsSaved:             {"Settings saved.", nil},
	kratos.MessageSettingsLink:              {"Connect with {provider}", provider},
	kratos.MessageSettingsUnlink:            {"Disconnect from {provider}", provider},
	kratos.MessageSettingsUnlinkTOTP:        {"Remove the authenticator app", nil},
	kratos.MessageSettingsTOTPImage:         {"QR code for your authenticator app", nil},
	kratos.MessageSettingsTOTPSecret:        {"{secret}", secret},
	kratos.MessageSettingsRevealLookup:      {"Show my backup codes", nil},
	kratos.MessageSettingsRegenerateLookup:  {"Make new backup codes", nil},
	kratos.MessageLookupCode:                {"{secret}", secret},
	kratos.MessageSettingsLookupLabel:       {"Your backup codes. Each works once.", nil},
	kratos.MessageSettingsConfirmLookup:     {"I have kept my backup codes", nil},
	kratos.MessageSettingsAddSecurityKey:    {"Add a security key", nil},
	kratos.MessageSettingsSecurityKeyName:   {"Name for the key", nil},
	kratos.MessageLookupCodeUsed:            {"used at {used_at}", []string{"used_at", "used_at_unix"}},
	kratos.MessageLookupCodeList:            {"{secrets}", []string{"secrets"}},
	kratos.MessageSettingsDisableLookup:     {"Delete my backup codes", nil},
	kratos.MessageSettingsTOTPSecretLabel:   {"Secret to type into your authenticator app", nil},
	kratos.MessageSettingsRemoveSecurityKey: {"Remove the security key {display_name}", added},
	kratos.MessageSettingsAddPasskey:        {"Add a passkey", nil},
	kratos.MessageSettingsRemovePasskey:     {"Remove the passkey {display_name}", added},

	kratos.MessageRecoverySuccessful: {
		"Your account is recovered. Set a new password before {privileged_session_expires_at}.",
		[]string{"privilegedSessionExpiresAt", "privileged_session_expires_at", "privileged_session_expires_at_unix"},
	},
	kratos.MessageRecoveryLinkSent:       {"If we know the address, we sent a link to it.", nil},
	kratos.MessageRecoveryCodeSent:       {"If we know the address, we sent a code to it.", nil},
	kratos.MessageRecoveryCodeSentMasked: {"If we know {masked_address}, we sent a code to it.", []string{"masked_address"}},
	kratos.MessageRecoveryConfirmAddress: {"Enter the address in full.", nil},
	kratos.MessageRecoveryChooseAddress:  {"Choose where we send the code.", nil},
	kratos.MessageRecoveryBack:           {"Back", nil},

	1070000:                             {"{masked_address}", nil},
	kratos.MessageLabelPassword:         {"Password", nil},
	kratos.MessageLabelTrait:            {"{title}", []string{"name", "title"}},
	kratos.MessageLabelSave:             {"Save", nil},
	kratos.MessageLabelID:               {"Identifier", nil},
	kratos.MessageLabelSubmit:           {"Submit", nil},
	kratos.MessageLabelVerifyCode:       {"Code", nil},
	kratos.MessageLabelEmail:            {"Email address", nil},
	kratos.MessageLabelResendCode:       {"Send again", nil},
	kratos.MessageLabelContinue:         {"Continue", nil},
	kratos.MessageLabelRecoveryCode:     {"Code from the message", nil},
	kratos.MessageLabelVerificationCode: {"Code from the message", nil},
	kratos.MessageLabelRegistrationCode: {"Code from the message", nil},
	kratos.MessageLabelLoginCode:        {"Code from the message", nil},
	kratos.MessageLabelLoginAndLink:     {"Log in and link", nil},
	kratos.MessageLabelCaptcha:          {"Captcha", nil},
	kratos.MessageLabelRecoveryAddress:  {"Email address or phone number", nil},
	kratos.MessageLabelPhone:            {"Phone", nil},

	kratos.MessageVerificationLinkSent: {"If we know the address, we sent a link to verify it.", nil},
	kratos.MessageVerified:             {"Your address is verified.", nil},
	kratos.MessageVerificationCodeSent: {"If we know the address, we sent a code to verify it.", nil},
}
