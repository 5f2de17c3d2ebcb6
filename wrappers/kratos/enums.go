package kratos

import "github.com/kratoskit/kratos-go/gen"

// The enums of the API. They are open: a value that is none of the constants, because the server is
// newer, decodes and is written again as it is. Switch with a default.
type (
	// AAL is an authenticator assurance level: how well a person has proved who it is.
	AAL = gen.AAL
	// AuthenticationMethod is what a person proved it with.
	AuthenticationMethod = gen.AuthenticationMethod
	// CredentialsType is a kind of credential.
	CredentialsType = gen.CredentialsType
	// IdentityState says whether people with this identity can log in.
	IdentityState = gen.IdentityState
	// FlowType says whether a flow is a native client's or a browser's.
	FlowType = gen.FlowType
	// LoginFlowState is how far a login is.
	LoginFlowState = gen.LoginFlowState
	// RegistrationFlowState is how far a registration is.
	RegistrationFlowState = gen.RegistrationFlowState
	// SettingsFlowState is how far a change of settings is.
	SettingsFlowState = gen.SettingsFlowState
	// RecoveryFlowState is how far a recovery is; the states of choosing an address are those of
	// Kratos v25.4 and later.
	RecoveryFlowState = gen.RecoveryFlowState
	// VerificationFlowState is how far a verification is.
	VerificationFlowState = gen.VerificationFlowState
	// RegistrationScreen is the step of a registration to show next.
	RegistrationScreen = gen.RegistrationScreen
	// ContinueWithAction is the kind of a step that Kratos suggests in [FlowResult.ContinueWith].
	ContinueWithAction = gen.ContinueWithAction
	// UINodeType is the kind of a node of a form.
	UINodeType = gen.UINodeType
	// UINodeGroup is the method that a node of a form belongs to.
	UINodeGroup = gen.UINodeGroup
	// UIInputType is the kind of an input, as in HTML.
	UIInputType = gen.UIInputType
	// UIAutocomplete is what a browser may fill into an input.
	UIAutocomplete = gen.UIAutocomplete
	// UITrigger is a function of Kratos' WebAuthn script.
	UITrigger = gen.UITrigger
	// UITextType says whether a message is an error.
	UITextType = gen.UITextType
	// AddressChannel is the way to an address.
	AddressChannel = gen.AddressChannel
	// AddressStatus is how far the verification of an address is.
	AddressStatus = gen.AddressStatus
	// PatchAction is what became of an item of a batch.
	PatchAction = gen.PatchAction
	// JSONPatchOp is an operation of a JSON Patch.
	JSONPatchOp = gen.JSONPatchOp
	// CourierMessageStatus is how far a message is.
	CourierMessageStatus = gen.CourierMessageStatus
	// CourierMessageType is the kind of a message.
	CourierMessageType = gen.CourierMessageType
	// CourierTemplate is what a message is about.
	CourierTemplate = gen.CourierTemplate
	// CourierDispatchStatus is how an attempt to deliver a message ended.
	CourierDispatchStatus = gen.CourierDispatchStatus
	// Consistency says whether a list may be a few seconds old.
	Consistency = gen.Consistency
	// SessionExpandable is a part of a session that has to be asked for.
	SessionExpandable = gen.SessionExpandable
)

// Values of [AAL].
const (
	AAL0 = gen.AALZero
	AAL1 = gen.AALOne
	AAL2 = gen.AALTwo
	AAL3 = gen.AALThree
)

// Values of [ContinueWithAction].
const (
	ContinueRedirectBrowserTo  = gen.ContinueWithActionRedirectBrowserTo
	ContinueSetSessionToken    = gen.ContinueWithActionSetSessionToken
	ContinueShowRecoveryUI     = gen.ContinueWithActionShowRecoveryUI
	ContinueShowSettingsUI     = gen.ContinueWithActionShowSettingsUI
	ContinueShowVerificationUI = gen.ContinueWithActionShowVerificationUI
)
