package kratos

import "github.com/kratoskit/kratos-go/gen"

// The enums of the API. They are open: a value that is none of the constants, because the server is newer, decodes and is
// written again as it is. Switch with a default.
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
	// RecoveryFlowState is how far a recovery is; the states of choosing an address are those of Kratos v25.4 and later.
	RecoveryFlowState = gen.RecoveryFlowState
	// VerificationFlowState is how far a verification is.
	VerificationFlowState = gen.VerificationFlowState
	// RegistrationScreen is the step of a registration to show next.
	RegistrationScreen = gen.RegistrationScreen
	// ContinueWithAction is the kind of a step that Kratos suggests in [Step.ContinueWith].
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

// Values of [AuthenticationMethod].
const (
	AuthenticationMethodCode             = gen.AuthenticationMethodCode
	AuthenticationMethodCodeRecovery     = gen.AuthenticationMethodCodeRecovery
	AuthenticationMethodLinkRecovery     = gen.AuthenticationMethodLinkRecovery
	AuthenticationMethodLookupSecret     = gen.AuthenticationMethodLookupSecret
	AuthenticationMethodOIDC             = gen.AuthenticationMethodOIDC
	AuthenticationMethodPasskey          = gen.AuthenticationMethodPasskey
	AuthenticationMethodPassword         = gen.AuthenticationMethodPassword
	AuthenticationMethodProfile          = gen.AuthenticationMethodProfile
	AuthenticationMethodSAML             = gen.AuthenticationMethodSAML
	AuthenticationMethodTOTP             = gen.AuthenticationMethodTOTP
	AuthenticationMethodV06LegacySession = gen.AuthenticationMethodV06LegacySession
	AuthenticationMethodWebAuthn         = gen.AuthenticationMethodWebAuthn
)

// Values of [CredentialsType].
const (
	CredentialsTypeCode         = gen.CredentialsTypeCode
	CredentialsTypeCodeRecovery = gen.CredentialsTypeCodeRecovery
	CredentialsTypeLinkRecovery = gen.CredentialsTypeLinkRecovery
	CredentialsTypeLookupSecret = gen.CredentialsTypeLookupSecret
	CredentialsTypeOIDC         = gen.CredentialsTypeOIDC
	CredentialsTypePasskey      = gen.CredentialsTypePasskey
	CredentialsTypePassword     = gen.CredentialsTypePassword
	CredentialsTypeProfile      = gen.CredentialsTypeProfile
	CredentialsTypeSAML         = gen.CredentialsTypeSAML
	CredentialsTypeTOTP         = gen.CredentialsTypeTOTP
	CredentialsTypeWebAuthn     = gen.CredentialsTypeWebAuthn
)

// Values of [IdentityState].
const (
	IdentityStateActive   = gen.IdentityStateActive
	IdentityStateInactive = gen.IdentityStateInactive
)

// Values of [FlowType].
const (
	FlowTypeAPI     = gen.FlowTypeAPI
	FlowTypeBrowser = gen.FlowTypeBrowser
)

// Values of [LoginFlowState].
const (
	LoginFlowStateChooseMethod    = gen.LoginFlowStateChooseMethod
	LoginFlowStatePassedChallenge = gen.LoginFlowStatePassedChallenge
	LoginFlowStateSentEmail       = gen.LoginFlowStateSentEmail
)

// Values of [RegistrationFlowState].
const (
	RegistrationFlowStateChooseMethod    = gen.RegistrationFlowStateChooseMethod
	RegistrationFlowStatePassedChallenge = gen.RegistrationFlowStatePassedChallenge
	RegistrationFlowStateSentEmail       = gen.RegistrationFlowStateSentEmail
)

// Values of [SettingsFlowState].
const (
	SettingsFlowStateShowForm = gen.SettingsFlowStateShowForm
	SettingsFlowStateSuccess  = gen.SettingsFlowStateSuccess
)

// Values of [RecoveryFlowState].
const (
	RecoveryFlowStateChooseMethod                  = gen.RecoveryFlowStateChooseMethod
	RecoveryFlowStatePassedChallenge               = gen.RecoveryFlowStatePassedChallenge
	RecoveryFlowStateRecoveryAwaitingAddress       = gen.RecoveryFlowStateRecoveryAwaitingAddress
	RecoveryFlowStateRecoveryAwaitingAddressChoice = gen.RecoveryFlowStateRecoveryAwaitingAddressChoice
	RecoveryFlowStateRecoveryAwaitingCode          = gen.RecoveryFlowStateRecoveryAwaitingCode
	RecoveryFlowStateRecoveryConfirmingAddress     = gen.RecoveryFlowStateRecoveryConfirmingAddress
	RecoveryFlowStateSentEmail                     = gen.RecoveryFlowStateSentEmail
)

// Values of [VerificationFlowState].
const (
	VerificationFlowStateChooseMethod    = gen.VerificationFlowStateChooseMethod
	VerificationFlowStatePassedChallenge = gen.VerificationFlowStatePassedChallenge
	VerificationFlowStateSentEmail       = gen.VerificationFlowStateSentEmail
)

// Values of [RegistrationScreen].
const (
	RegistrationScreenCredentialSelection = gen.RegistrationScreenCredentialSelection
	RegistrationScreenPrevious            = gen.RegistrationScreenPrevious
)

// Values of [ContinueWithAction].
const (
	ContinueRedirectBrowserTo  = gen.ContinueWithActionRedirectBrowserTo
	ContinueSetSessionToken    = gen.ContinueWithActionSetSessionToken
	ContinueShowRecoveryUI     = gen.ContinueWithActionShowRecoveryUI
	ContinueShowSettingsUI     = gen.ContinueWithActionShowSettingsUI
	ContinueShowVerificationUI = gen.ContinueWithActionShowVerificationUI
)

// Values of [UINodeType].
const (
	UINodeTypeAnchor = gen.UINodeTypeAnchor
	UINodeTypeImage  = gen.UINodeTypeImage
	UINodeTypeInput  = gen.UINodeTypeInput
	UINodeTypeScript = gen.UINodeTypeScript
	UINodeTypeText   = gen.UINodeTypeText
)

// Values of [UINodeGroup].
const (
	UINodeGroupCaptcha         = gen.UINodeGroupCaptcha
	UINodeGroupCode            = gen.UINodeGroupCode
	UINodeGroupDefault         = gen.UINodeGroupDefault
	UINodeGroupIdentifierFirst = gen.UINodeGroupIdentifierFirst
	UINodeGroupLink            = gen.UINodeGroupLink
	UINodeGroupLookupSecret    = gen.UINodeGroupLookupSecret
	UINodeGroupOIDC            = gen.UINodeGroupOIDC
	UINodeGroupPasskey         = gen.UINodeGroupPasskey
	UINodeGroupPassword        = gen.UINodeGroupPassword
	UINodeGroupProfile         = gen.UINodeGroupProfile
	UINodeGroupSAML            = gen.UINodeGroupSAML
	UINodeGroupTOTP            = gen.UINodeGroupTOTP
	UINodeGroupWebAuthn        = gen.UINodeGroupWebAuthn
)

// Values of [UIInputType].
const (
	UIInputTypeButton        = gen.UIInputTypeButton
	UIInputTypeCheckbox      = gen.UIInputTypeCheckbox
	UIInputTypeDate          = gen.UIInputTypeDate
	UIInputTypeDatetimeLocal = gen.UIInputTypeDatetimeLocal
	UIInputTypeEmail         = gen.UIInputTypeEmail
	UIInputTypeHidden        = gen.UIInputTypeHidden
	UIInputTypeNumber        = gen.UIInputTypeNumber
	UIInputTypePassword      = gen.UIInputTypePassword
	UIInputTypeSubmit        = gen.UIInputTypeSubmit
	UIInputTypeTel           = gen.UIInputTypeTel
	UIInputTypeText          = gen.UIInputTypeText
	UIInputTypeURL           = gen.UIInputTypeURL
)

// Values of [UIAutocomplete].
const (
	UIAutocompleteCurrentPassword  = gen.UIAutocompleteCurrentPassword
	UIAutocompleteEmail            = gen.UIAutocompleteEmail
	UIAutocompleteNewPassword      = gen.UIAutocompleteNewPassword
	UIAutocompleteOneTimeCode      = gen.UIAutocompleteOneTimeCode
	UIAutocompleteTel              = gen.UIAutocompleteTel
	UIAutocompleteURL              = gen.UIAutocompleteURL
	UIAutocompleteUsernameWebAuthn = gen.UIAutocompleteUsernameWebAuthn
)

// Values of [UITrigger].
const (
	UITriggerPasskeyLogin                 = gen.UITriggerPasskeyLogin
	UITriggerPasskeyLoginAutocompleteInit = gen.UITriggerPasskeyLoginAutocompleteInit
	UITriggerPasskeyRegistration          = gen.UITriggerPasskeyRegistration
	UITriggerPasskeySettingsRegistration  = gen.UITriggerPasskeySettingsRegistration
	UITriggerWebAuthnLogin                = gen.UITriggerWebAuthnLogin
	UITriggerWebAuthnRegistration         = gen.UITriggerWebAuthnRegistration
)

// Values of [UITextType].
const (
	UITextTypeError   = gen.UITextTypeError
	UITextTypeInfo    = gen.UITextTypeInfo
	UITextTypeSuccess = gen.UITextTypeSuccess
)

// Values of [AddressChannel].
const (
	AddressChannelEmail = gen.AddressChannelEmail
	AddressChannelSMS   = gen.AddressChannelSMS
)

// Values of [AddressStatus].
const (
	AddressStatusCompleted = gen.AddressStatusCompleted
	AddressStatusPending   = gen.AddressStatusPending
	AddressStatusSent      = gen.AddressStatusSent
)

// Values of [PatchAction].
const (
	PatchActionCreate = gen.PatchActionCreate
	PatchActionError  = gen.PatchActionError
)

// Values of [JSONPatchOp].
const (
	JSONPatchOpAdd     = gen.JSONPatchOpAdd
	JSONPatchOpRemove  = gen.JSONPatchOpRemove
	JSONPatchOpReplace = gen.JSONPatchOpReplace
)

// Values of [CourierMessageStatus].
const (
	CourierMessageStatusAbandoned  = gen.CourierMessageStatusAbandoned
	CourierMessageStatusProcessing = gen.CourierMessageStatusProcessing
	CourierMessageStatusQueued     = gen.CourierMessageStatusQueued
	CourierMessageStatusSent       = gen.CourierMessageStatusSent
)

// Values of [CourierMessageType].
const (
	CourierMessageTypeEmail = gen.CourierMessageTypeEmail
	CourierMessageTypePhone = gen.CourierMessageTypePhone
	CourierMessageTypeSMS   = gen.CourierMessageTypeSMS
)

// Values of [CourierTemplate].
const (
	CourierTemplateLoginCodeValid          = gen.CourierTemplateLoginCodeValid
	CourierTemplateRecoveryCodeInvalid     = gen.CourierTemplateRecoveryCodeInvalid
	CourierTemplateRecoveryCodeValid       = gen.CourierTemplateRecoveryCodeValid
	CourierTemplateRecoveryInvalid         = gen.CourierTemplateRecoveryInvalid
	CourierTemplateRecoveryValid           = gen.CourierTemplateRecoveryValid
	CourierTemplateRegistrationCodeValid   = gen.CourierTemplateRegistrationCodeValid
	CourierTemplateStub                    = gen.CourierTemplateStub
	CourierTemplateVerificationCodeInvalid = gen.CourierTemplateVerificationCodeInvalid
	CourierTemplateVerificationCodeValid   = gen.CourierTemplateVerificationCodeValid
	CourierTemplateVerificationInvalid     = gen.CourierTemplateVerificationInvalid
	CourierTemplateVerificationValid       = gen.CourierTemplateVerificationValid
)

// Values of [CourierDispatchStatus].
const (
	CourierDispatchStatusFailed  = gen.CourierDispatchStatusFailed
	CourierDispatchStatusSuccess = gen.CourierDispatchStatusSuccess
)

// Values of [Consistency].
const (
	ConsistencyDefault  = gen.ConsistencyDefault
	ConsistencyEventual = gen.ConsistencyEventual
	ConsistencyStrong   = gen.ConsistencyStrong
)

// Values of [SessionExpandable].
const (
	SessionExpandableDevices  = gen.SessionExpandableDevices
	SessionExpandableIdentity = gen.SessionExpandableIdentity
)
