package kratos

// IDs of messages ([Message].ID): 1xxxxxx inform, 4xxxxxx refuse the input, and 5xxxxxx are
// failures of the server (https://www.ory.sh/docs/kratos/concepts/ui-messages).
const (
	MessageLoginCodeSent        = 1010014 // a code to log in was sent
	MessageLoginWithKey         = 1010012 // the security key is required
	MessageLoginLinkAccount     = 1010016 // log in to link the provider's account
	MessageLoginSecondFactor    = 1010004 // the second factor is required
	MessageLoginAgain           = 1010003 // the active session has to be confirmed by another login
	MessageRegistrationCodeSent = 1040005 // a code to register was sent
	MessageChooseCredentials    = 1040009 // the traits were accepted; the next step is a credential
	MessageSettingsSaved        = 1050001 // the settings were saved
	MessageLookupCode           = 1050009 // a backup code
	MessageLookupCodeUsed       = 1050014 // a used backup code
	MessageRecoverySuccessful   = 1060001 // the account was recovered
	MessageRecoveryLinkSent     = 1060002 // a link was sent if the address is known
	MessageRecoveryCodeSent     = 1060003 // a code was sent if the address is known
	MessageVerificationLinkSent = 1080001 // a link was sent if the address is known
	MessageVerified             = 1080002 // the address is verified
	MessageVerificationCodeSent = 1080003 // a code was sent if the address is known

	MessageInvalid                 = 4000001 // any other error, described by the text
	MessageRequired                = 4000002 // a field is empty
	MessageTooShort                = 4000003 // a value is shorter than the schema requires
	MessageInvalidFormat           = 4000004 // a value does not have the format of the schema
	MessagePasswordPolicy          = 4000005 // the password violates the policy
	MessageInvalidCredentials      = 4000006 // the identifier or the password is wrong
	MessageAccountExists           = 4000007 // the identifier is taken
	MessageInvalidTOTP             = 4000008 // the code of the authenticator app, or the response of a key, is wrong
	MessageAddressNotVerified      = 4000010 // the address has to be verified first
	MessageLookupCodeAlreadyUsed   = 4000012 // the backup code was used before
	MessageNoKey                   = 4000015 // no account has this security key or passkey
	MessageInvalidLookupCode       = 4000016 // the backup code is wrong
	MessageWrongType               = 4000026 // a value does not have the type of the schema
	MessageAccountExistsHints      = 4000028 // the identifier is taken; the context has the ways to log in
	MessagePasswordTooSimilar      = 4000031 // the password is similar to the identifier
	MessagePasswordTooShort        = 4000032 // the context has the minimum length
	MessagePasswordTooLong         = 4000033 // the context has the maximum length
	MessagePasswordBreached        = 4000034 // the password is part of a data breach
	MessageNoCodeAccount           = 4000035 // no account has this identifier to log in with a code
	MessageAccountNotFound         = 4000037 // no account has this identifier
	MessageLoginExpired            = 4010001 // the login flow has expired
	MessageNoLoginMethod           = 4010002 // the login does not have the method: it is disabled, or not for native clients
	MessageNoRegistrationMethod    = 4010003 // the registration does not have the method
	MessageNoSettingsMethod        = 4010004 // the settings do not have the method
	MessageNoRecoveryMethod        = 4010005 // the recovery does not have the method
	MessageNoVerificationMethod    = 4010006 // the verification does not have the method
	MessageInvalidLoginCode        = 4010008 // the code is wrong or was used
	MessageRegistrationExpired     = 4040001 // the registration flow has expired
	MessageInvalidRegistrationCode = 4040003 // the code is wrong or was used
	MessageSettingsExpired         = 4050001 // the settings flow has expired
	MessageInvalidRecoveryLink     = 4060004 // the link is wrong or was used
	MessageRecoveryExpired         = 4060005 // the recovery flow has expired
	MessageInvalidRecoveryCode     = 4060006 // the code is wrong or was used
	MessageInvalidVerificationLink = 4070001 // the link is wrong or was used
	MessageVerificationExpired     = 4070005 // the verification flow has expired
	MessageInvalidVerificationCode = 4070006 // the code is wrong or was used
)
