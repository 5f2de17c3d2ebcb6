package kratostest

import (
	"encoding/json"
	"time"
)

// Config is the part of Kratos' configuration that changes its responses. [New] starts with
// [DefaultConfig]; an option of [Configure] changes it.
type Config struct {
	// Version of the server: "v1.3.1", "v1.3.6" or "v25.4.0". See [As].
	Version string

	// Schemas are the identity schemas (identity.schemas); the first one is the default.
	Schemas []IdentitySchema

	// UIURL is the base URL of the pages: /login, /registration, /recovery, /verification, /settings
	// and /error (selfservice.flows.*.ui_url). They need not be served.
	UIURL string
	// ReturnURL is where browsers return to after a flow (selfservice.default_browser_return_url).
	ReturnURL string
	// LogoutURL is where browsers return to after a logout, and VerifiedURL where they continue after a
	// verification (selfservice.flows.verification.after). Empty means ReturnURL.
	LogoutURL, VerifiedURL string
	// AllowedReturnURLs are the other URLs that a flow can return to.
	AllowedReturnURLs []string

	// Methods that are enabled: "password", "code", "totp", "lookup_secret", "profile", "link".
	Methods []string
	// DisabledFlows are "registration", "recovery" or "verification".
	DisabledFlows []string
	// PasswordlessCode makes an emailed code a first factor, SecondFactorCode a second factor.
	PasswordlessCode, SecondFactorCode bool
	// IdentifierFirst asks for the identifier before it shows the methods
	// (selfservice.flows.login.style: identifier_first).
	IdentifierFirst bool
	// OneStepRegistration shows all methods of a registration at once
	// (selfservice.flows.registration.style: unified).
	OneStepRegistration bool
	// RecoveryMethod and VerificationMethod are "code" or "link" (selfservice.flows.recovery.use).
	RecoveryMethod, VerificationMethod string
	// ChooseRecoveryAddress is feature_flags.choose_recovery_address, from v25.4.0 on.
	ChooseRecoveryAddress bool

	// SessionAfterRegistration is the hook "session", ShowVerification the hook
	// "show_verification_ui", and RequireVerifiedAddress that hook of a login.
	SessionAfterRegistration, ShowVerification, RequireVerifiedAddress bool
	// SettingsShowVerification is the hook "show_verification_ui" of a change of the profile, from
	// v25.4.0 on.
	SettingsShowVerification bool
	// LegacyUnverifiedError is feature_flags.legacy_require_verified_login_error: a login without a
	// verified address is a message in the form, as before v25.4.0.
	LegacyUnverifiedError bool
	// SessionAAL is what Whoami requires, and SettingsAAL what the settings require: "aal1", or
	// "highest_available", which is that of the factors that a person has.
	SessionAAL, SettingsAAL string

	// ContinueWithTransitions is feature_flags.use_continue_with_transitions.
	ContinueWithTransitions bool
	// CacheableSessions is feature_flags.cacheable_sessions.
	CacheableSessions bool
	// FasterSessionExtend is feature_flags.faster_session_extend.
	FasterSessionExtend bool
	// MitigateEnumeration is security.account_enumeration.mitigate.
	MitigateEnumeration bool
	// LoginHints is selfservice.flows.registration.login_hints.
	LoginHints bool

	// FlowLifespan is that of each flow, CodeLifespan that of a code or link, SessionLifespan that of
	// a session, and PrivilegedSessionMaxAge how long after the authentication a session can change
	// passwords, addresses and second factors.
	FlowLifespan, CodeLifespan, SessionLifespan, PrivilegedSessionMaxAge time.Duration

	// Tokenizers are the templates of tokenized sessions (session.whoami.tokenizer.templates), by
	// name.
	Tokenizers map[string]Tokenizer

	// Hooks are the web hooks. Kratos calls those of a trigger in this order, before its own hooks,
	// such as SessionAfterRegistration. Logins by the methods of Kratos and Session, such as
	// [Kratos.SignIn], call them as well.
	Hooks []Hook
	// PasswordMigration checks the passwords of identities that were imported with
	// kratos.PasswordMigrationHook (selfservice.methods.password.config.migrate_hook).
	PasswordMigration *Receiver
	// Courier sends messages (courier.http.request_config), which [Kratos.Mails] has as well.
	Courier *Receiver
}

// IdentitySchema is an identity schema of Kratos, a JSON Schema with the keyword "ory.sh/kratos".
type IdentitySchema struct {
	ID   string
	JSON string
}

// Tokenizer is a template of tokenized sessions.
type Tokenizer struct {
	// TTL is how long a token is valid.
	TTL time.Duration
	// Key signs the tokens: a private JSON Web Key.
	Key json.RawMessage
	// Claims returns more claims for a session, as its JSON. Nil adds none.
	Claims func(session json.RawMessage) map[string]any
}
