package kratos

import "github.com/kratoskit/kratos-go/gen"

// What Kratos sends. The types are generated from the API's description, with a comment on every
// field; see package gen.
type (
	// Session is a person's login: who it is, how it was proved, and until when it holds.
	Session = gen.Session
	// SessionDevice is a device that a session was used on.
	SessionDevice = gen.SessionDevice
	// SessionAuthenticationMethod is one proof of identity in a session.
	SessionAuthenticationMethod = gen.SessionAuthenticationMethod
	// SuccessfulCodeExchange is the session that a sign-in in the system's browser ended in.
	SuccessfulCodeExchange = gen.SuccessfulCodeExchangeResponse
	// Identity is a person, or anything else that can log in. [Traits] decodes its RawTraits.
	Identity = gen.Identity
	// IdentityCredentials are credentials of one kind that an identity has.
	IdentityCredentials = gen.IdentityCredentials
	// VerifiableAddress is an address of an identity that can be verified.
	VerifiableAddress = gen.VerifiableAddress
	// RecoveryAddress is an address of an identity that an account can be recovered by.
	RecoveryAddress = gen.RecoveryAddress
	// RecoveryCodeForIdentity is a code and a link that an administrator hands to a person.
	RecoveryCodeForIdentity = gen.RecoveryCodeForIdentity
	// RecoveryLinkForIdentity is a link that an administrator hands to a person.
	RecoveryLinkForIdentity = gen.RecoveryLinkForIdentity
	// IdentitySchema is the JSON Schema of traits, with its id.
	IdentitySchema = gen.IdentitySchemaContainer
	// CourierMessage is an email or text message.
	CourierMessage = gen.CourierMessage
	// CourierMessageDispatch is one attempt to deliver a message.
	CourierMessageDispatch = gen.CourierMessageDispatch
	// LogoutFlow is a way for a browser to log out.
	LogoutFlow = gen.LogoutFlow
	// FlowError is what went wrong in the flow of a browser.
	FlowError = gen.FlowError
	// FedCMFlow is what a browser needs to ask its own identity providers.
	FedCMFlow = gen.FedCMFlow
	// FedCMToken is what the browser got from its provider.
	FedCMToken = gen.UpdateFedCMFlowBody
	// ContinueWith is a step that Kratos suggests next.
	ContinueWith = gen.ContinueWith
	// UINode is an input, a text, an image, an anchor or a script of a form.
	UINode = gen.UINode
	// Message is a text for the person, with a number that says what it is about in any language.
	Message = gen.UIText
)

// LoginFlow is one login, with the form to show.
type LoginFlow struct{ gen.LoginFlow }

// RegistrationFlow is one registration, with the form to show.
type RegistrationFlow struct{ gen.RegistrationFlow }

// SettingsFlow is one visit of a person to the settings of the account, with the form to show.
type SettingsFlow struct{ gen.SettingsFlow }

// RecoveryFlow is one recovery of an account, with the form to show.
type RecoveryFlow struct{ gen.RecoveryFlow }

// VerificationFlow is one verification of an address, with the form to show.
type VerificationFlow struct{ gen.VerificationFlow }
