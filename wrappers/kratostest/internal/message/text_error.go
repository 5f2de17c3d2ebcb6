package message

import "github.com/kratoskit/kratos-go/wrappers/kratos"

// Members of contexts that several errors have.
var (
	tooShort = []string{"actual_length", "min_length"}
	tooLong  = []string{"actual_length", "max_length"}
	tooLow   = []string{"actual", "minimum"}
	tooHigh  = []string{"actual", "maximum"}
	value    = []string{"value"}
)

// errorTexts has all errors that Kratos sends.
var errorTexts = map[int64]text{
	kratos.MessageInvalid:               {"{reason}", reason},
	kratos.MessageRequired:              {"Enter a value for {property}.", []string{"property"}},
	kratos.MessageTooShort:              {"Enter {min_length} or more characters, not {actual_length}.", tooShort},
	kratos.MessageInvalidFormat:         {"Enter a value that matches {pattern}.", []string{"pattern"}},
	kratos.MessagePasswordPolicy:        {"This password is not allowed: {reason}", reason},
	kratos.MessageInvalidCredentials:    {"The login is wrong. Check what you entered.", nil},
	kratos.MessageAccountExists:         {"Another account has this identifier.", nil},
	kratos.MessageInvalidTOTP:           {"Wrong code. Enter the current one.", nil},
	kratos.MessageIdentifierMissing:     {"The identity schema has no identifier for this method.", nil},
	kratos.MessageAddressNotVerified:    {"Verify your address before you log in.", nil},
	kratos.MessageNoTOTP:                {"There is no authenticator app to log in with.", nil},
	kratos.MessageLookupCodeAlreadyUsed: {"Each backup code works once, and this one is used.", nil},
	kratos.MessageNoSecurityKey:         {"There is no security key to log in with.", nil},
	kratos.MessageNoLookupCodes:         {"There are no backup codes to log in with.", nil},
	kratos.MessageUnknownKey:            {"No account knows this key.", nil},
	kratos.MessageInvalidLookupCode:     {"Wrong backup code.", nil},
	kratos.MessageTooLong:               {"Enter {max_length} or fewer characters, not {actual_length}.", tooLong},
	kratos.MessageTooSmall:              {"Enter {minimum} or more, not {actual}.", tooLow},
	kratos.MessageNotAbove:              {"Enter more than {minimum}, not {actual}.", tooLow},
	kratos.MessageTooLarge:              {"Enter {maximum} or less, not {actual}.", tooHigh},
	kratos.MessageNotBelow:              {"Enter less than {maximum}, not {actual}.", tooHigh},
	kratos.MessageNotMultiple:           {"Enter a multiple of {base}, not {actual}.", []string{"actual", "base"}},
	kratos.MessageTooManyItems:          {"Enter {max_items} or fewer items, not {actual_items}.", []string{"actual_items", "max_items"}},
	kratos.MessageTooFewItems:           {"Enter {min_items} or more items, not {actual_items}.", []string{"actual_items", "min_items"}},
	kratos.MessageDuplicateItems:        {"Remove one of the equal items {index_a} and {index_b}.", []string{"index_a", "index_b"}},
	kratos.MessageWrongType:             {"Enter a value of type {allowed_types}, not {actual_type}.", []string{"actual_type", "allowed_types"}},
	kratos.MessageAccountExistsOnLink:   {"Another account has this login or its address.", nil},
	kratos.MessageAccountExistsHints: {
		"Another account has {credential_identifier_hint}. Log in to it with: {available_credential_types}",
		[]string{"available_credential_types", "available_oidc_providers", "credential_identifier_hint"},
	},
	kratos.MessageNotConst:           {"Enter {expected}.", []string{"expected"}},
	kratos.MessageNotConstGeneric:    {"Enter the value that the identity schema fixes.", nil},
	kratos.MessagePasswordTooSimilar: {"Choose a password that is less like your identifier.", nil},
	kratos.MessagePasswordTooShort:   {"Choose a password of {min_length} or more characters, not {actual_length}.", tooShort},
	kratos.MessagePasswordTooLong:    {"Choose a password of {max_length} or fewer characters, not {actual_length}.", tooLong},
	kratos.MessagePasswordBreached:   {"Choose another password: this one is in {breaches} data breaches.", []string{"breaches"}},
	kratos.MessageNoCodeAccount:      {"No account logs in with a code sent to this address.", nil},
	kratos.MessageTraitsMismatch:     {"The details changed after the code was sent.", nil},
	kratos.MessageAccountNotFound:    {"No account has this identifier.", nil},
	kratos.MessageCaptchaFailed:      {"Solve the captcha and try again.", nil},
	kratos.MessagePasswordUnchanged:  {"Choose a password that you do not have already.", nil},
	kratos.MessageInvalidEmail:       {"Enter an email address instead of {value}.", value},
	kratos.MessageInvalidPhone:       {"Enter a phone number with its country code instead of {value}.", value},

	kratos.MessageLoginExpired:            {"Start again: the login took too long.", expired},
	kratos.MessageNoLoginMethod:           {"This method cannot log you in.", nil},
	kratos.MessageNoRegistrationMethod:    {"This method cannot register you.", nil},
	kratos.MessageNoSettingsMethod:        {"This method cannot change your settings.", nil},
	kratos.MessageNoRecoveryMethod:        {"This method cannot recover your account.", nil},
	kratos.MessageNoVerificationMethod:    {"This method cannot verify your address.", nil},
	kratos.MessageLoginAlreadyDone:        {"This login is completed.", nil},
	kratos.MessageInvalidLoginCode:        {"Wrong or used code for the login.", nil},
	kratos.MessageLinkMismatch:            {"You logged in to another account than the one to link.", nil},
	kratos.MessageLoginAddressUnknown:     {"The account does not have this address.", nil},
	kratos.MessageRegistrationExpired:     {"Start again: the registration took too long.", expired},
	kratos.MessageRegistrationAlreadyDone: {"This registration is completed.", nil},
	kratos.MessageInvalidRegistrationCode: {"Wrong or used code for the registration.", nil},
	kratos.MessageSettingsExpired:         {"Start again: changing the settings took too long.", expired},
	kratos.MessageRecoveryAlreadyDone:     {"This recovery is completed.", nil},
	kratos.MessageRecoveryFailed:          {"The recovery failed. Start again.", nil},
	kratos.MessageInvalidRecoveryLink:     {"Wrong or used link for the recovery.", nil},
	kratos.MessageRecoveryExpired:         {"Start again: the recovery took too long.", expired},
	kratos.MessageInvalidRecoveryCode:     {"Wrong or used code for the recovery.", nil},
	kratos.MessageInvalidVerificationLink: {"Wrong or used link for the verification.", nil},
	kratos.MessageVerificationAlreadyDone: {"This verification is completed.", nil},
	kratos.MessageVerificationFailed:      {"The verification failed. Start again.", nil},
	kratos.MessageVerificationExpired:     {"Start again: the verification took too long.", expired},
	kratos.MessageInvalidVerificationCode: {"Wrong or used code for the verification.", nil},

	kratos.MessageSystemError:             {"The server failed: {reason}", reason},
	kratos.MessageNoAuthenticationMethods: {"There is no method to log in with.", nil},
}
