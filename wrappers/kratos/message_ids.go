package kratos

// Numbers of messages ([Message].ID): they say in any language what a message is about. These are
// the ones that a program may decide by; Kratos has more. 1xxxxxx inform, 4xxxxxx are about the
// input, 5xxxxxx about the server.
const (
	MessageLoginCodeSent        = 1010014 // a code for the login was sent
	MessageLoginWithKey         = 1010012 // the security key is asked for
	MessageLoginLinkAccount     = 1010016 // log in to link the account of a provider
	MessageLoginSecondFactor    = 1010004 // the second factor is asked for
	MessageLoginAgain           = 1010003 // a person who is signed in is to log in again
	MessageRegistrationCodeSent = 1040005 // a code for the registration was sent
	MessageChooseCredentials    = 1040009 // the traits were accepted, and a credential is to be chosen
	MessageSettingsSaved        = 1050001 // the settings were saved
	MessageLookupCode           = 1050009 // a backup code
	MessageLookupCodeUsed       = 1050014 // a backup code that was used
	MessageRecoverySuccessful   = 1060001 // the account was recovered
	MessageRecoveryLinkSent     = 1060002 // a link was sent, if the address is known
	MessageRecoveryCodeSent     = 1060003 // a code was sent, if the address is known
	MessageVerificationLinkSent = 1080001 // a link was sent, if the address is known
	MessageVerified             = 1080002 // the address is verified
	MessageVerificationCodeSent = 1080003 // a code was sent, if the address is known

	MessageInvalid                 = 4000001 // any other error; its text says which
	MessageRequired                = 4000002 // a field is empty
	MessageTooShort                = 4000003 // a value is shorter than the schema asks for
	MessageInvalidFormat           = 4000004 // a value does not have the format of the schema
	MessagePasswordPolicy          = 4000005 // the password is not good enough
	MessageInvalidCredentials      = 4000006 // identifier or password is wrong
	MessageAccountExists           = 4000007 // the identifier is taken
	MessageInvalidTOTP             = 4000008 // the code of the authenticator app, or the answer of a key, is wrong
	MessageAddressNotVerified      = 4000010 // the address has to be verified first
	MessageLookupCodeAlreadyUsed   = 4000012 // the backup code was used before
	MessageNoKey                   = 4000015 // nobody has this security key or passkey
	MessageInvalidLookupCode       = 4000016 // the backup code is wrong
	MessageWrongType               = 4000026 // a value is of another type than the schema says
	MessageAccountExistsHints      = 4000028 // the identifier is taken; the context says how to log in
	MessagePasswordTooSimilar      = 4000031 // the password is like the identifier
	MessagePasswordTooShort        = 4000032 // the context has the length that is asked for
	MessagePasswordTooLong         = 4000033 // the context has the length that is allowed
	MessagePasswordBreached        = 4000034 // the password is known from breaches
	MessageNoCodeAccount           = 4000035 // nobody logs in with a code by this identifier
	MessageAccountNotFound         = 4000037 // nobody has this identifier
	MessageLoginExpired            = 4010001 // the login flow has expired
	MessageNoLoginMethod           = 4010002 // the login has no such method: it is disabled, or not for native clients
	MessageNoRegistrationMethod    = 4010003 // the registration has no such method
	MessageNoSettingsMethod        = 4010004 // the settings have no such method
	MessageNoRecoveryMethod        = 4010005 // the recovery has no such method
	MessageNoVerificationMethod    = 4010006 // the verification has no such method
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
