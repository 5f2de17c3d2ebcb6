package kratos

import "github.com/kratoskit/kratos-go/gen"

// What Kratos sends. The types are generated from the API's description, with a comment on every field; see package gen.
type (
	// Session is a person's login: who it is, how it was proved, and until when it holds.
	Session = gen.Session
	// SessionDevice is a device that a session was used on.
	SessionDevice = gen.SessionDevice
	// SessionAuthenticationMethod is one proof of identity in a session.
	SessionAuthenticationMethod = gen.SessionAuthenticationMethod
	// Identity is a person, or anything else that can log in.
	Identity = gen.Identity
	// VerifiableAddress is an address of an identity that can be verified.
	VerifiableAddress = gen.VerifiableAddress
	// RecoveryAddress is an address of an identity that an account can be recovered by.
	RecoveryAddress = gen.RecoveryAddress
	// ContinueWith is a step that Kratos suggests next.
	ContinueWith = gen.ContinueWith
	// ContinueWithAction is the kind of such a step.
	ContinueWithAction = gen.ContinueWithAction
	// Message is a text for the person, with a number that says what it is about in any language.
	Message = gen.UIText
)

// LoginFlow is one login, with the form to show.
type LoginFlow struct{ gen.LoginFlow }

// RegistrationFlow is one registration, with the form to show.
type RegistrationFlow struct{ gen.RegistrationFlow }

// VerificationFlow is one verification of an address, with the form to show.
type VerificationFlow struct{ gen.VerificationFlow }

// The steps that Kratos suggests in [Step.ContinueWith].
const (
	// ContinueSetSessionToken hands over the session token.
	ContinueSetSessionToken = gen.ContinueWithActionSetSessionToken
	// ContinueShowVerificationUI leads to a verification flow, for which a code or link was sent already.
	ContinueShowVerificationUI = gen.ContinueWithActionShowVerificationUI
	// ContinueShowSettingsUI leads to a settings flow.
	ContinueShowSettingsUI = gen.ContinueWithActionShowSettingsUI
	// ContinueShowRecoveryUI leads to a recovery flow.
	ContinueShowRecoveryUI = gen.ContinueWithActionShowRecoveryUI
	// ContinueRedirectBrowserTo leads a browser to a URL.
	ContinueRedirectBrowserTo = gen.ContinueWithActionRedirectBrowserTo
)

// The authenticator assurance levels of a session.
const (
	AAL1 = gen.AALOne // one factor
	AAL2 = gen.AALTwo // two factors
)
