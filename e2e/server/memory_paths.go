package server

import (
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/hooks"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// notInMemory are the parts of the configuration without effect on a Kratos in memory: those of the
// process, of methods that it does not have, and pages whose URLs follow from another one.
var notInMemory = []string{
	"dsn", "serve", "secrets", "hashers", "log", "sqa-opt-out",
	"courier.smtp", "courier.worker", "courier.channels", "courier.delivery_strategy",
	"selfservice.methods.webauthn", "selfservice.methods.passkey", "selfservice.methods.oidc", "selfservice.methods.totp.config",
	"selfservice.methods.password.config.haveibeenpwned_enabled", "selfservice.methods.password.config.migrate_hook.enabled",
	"selfservice.flows.registration.after.passkey", "selfservice.flows.registration.after.webauthn", "selfservice.flows.registration.after.oidc",
	"selfservice.flows.login.after.passkey", "selfservice.flows.login.after.webauthn", "selfservice.flows.login.after.oidc",
	"selfservice.flows.settings.after.passkey", "selfservice.flows.settings.after.webauthn", "selfservice.flows.settings.after.oidc",
	"selfservice.flows.error.ui_url", "selfservice.flows.registration.ui_url", "selfservice.flows.settings.ui_url",
	"selfservice.flows.recovery.ui_url", "selfservice.flows.verification.ui_url",
}

var flowNames = []string{"login", "registration", "settings", "recovery", "verification"}

// memoryPaths sets the values of a Kratos in memory, by their path in Kratos' configuration.
var memoryPaths = map[string]func(*memorySettings, any) error{
	"identity.default_schema_id": func(m *memorySettings, v any) error { return decodeValue(v, &m.defaultSchema) },
	"identity.schemas":           (*memorySettings).setSchemas,

	"selfservice.default_browser_return_url": func(m *memorySettings, v any) error { return decodeValue(v, &m.config.ReturnURL) },
	"selfservice.allowed_return_urls":        func(m *memorySettings, v any) error { return decodeValue(v, &m.config.AllowedReturnURLs) },
	"selfservice.flows.login.ui_url": func(m *memorySettings, v any) error {
		err := decodeValue(v, &m.config.UIURL)
		m.config.UIURL = strings.TrimSuffix(m.config.UIURL, "/login")
		return err
	},
	"selfservice.flows.logout.after.default_browser_return_url": func(m *memorySettings, v any) error { return decodeValue(v, &m.config.LogoutURL) },
	"selfservice.flows.login.style": func(m *memorySettings, v any) error {
		m.config.IdentifierFirst = v == "identifier_first"
		return nil
	},
	"selfservice.flows.registration.enable_legacy_one_step": func(m *memorySettings, v any) error { return decodeValue(v, &m.config.OneStepRegistration) },
	"selfservice.flows.registration.login_hints":            func(m *memorySettings, v any) error { return decodeValue(v, &m.config.LoginHints) },
	"selfservice.flows.recovery.use":                        func(m *memorySettings, v any) error { return decodeValue(v, &m.config.RecoveryMethod) },
	"selfservice.flows.verification.use":                    func(m *memorySettings, v any) error { return decodeValue(v, &m.config.VerificationMethod) },
	"selfservice.flows.registration.enabled":                enabledFlow("registration"),
	"selfservice.flows.recovery.enabled":                    enabledFlow("recovery"),
	"selfservice.flows.verification.enabled":                enabledFlow("verification"),
	"selfservice.flows.login.lifespan":                      flowLifespan("login"),
	"selfservice.flows.registration.lifespan":               flowLifespan("registration"),
	"selfservice.flows.settings.lifespan":                   flowLifespan("settings"),
	"selfservice.flows.recovery.lifespan":                   flowLifespan("recovery"),
	"selfservice.flows.verification.lifespan":               flowLifespan("verification"),
	"selfservice.flows.settings.required_aal":               func(m *memorySettings, v any) error { return decodeValue(v, &m.config.SettingsAAL) },
	"selfservice.flows.settings.privileged_session_max_age": func(m *memorySettings, v any) error { return decodeDuration(v, &m.config.PrivilegedSessionMaxAge) },

	"selfservice.methods.password.enabled":          enabledMethod("password"),
	"selfservice.methods.code.enabled":              enabledMethod("code"),
	"selfservice.methods.totp.enabled":              enabledMethod("totp"),
	"selfservice.methods.lookup_secret.enabled":     enabledMethod("lookup_secret"),
	"selfservice.methods.profile.enabled":           enabledMethod("profile"),
	"selfservice.methods.link.enabled":              enabledMethod("link"),
	"selfservice.methods.code.passwordless_enabled": func(m *memorySettings, v any) error { return decodeValue(v, &m.config.PasswordlessCode) },
	"selfservice.methods.code.mfa_enabled":          func(m *memorySettings, v any) error { return decodeValue(v, &m.config.SecondFactorCode) },

	"selfservice.methods.code.config.lifespan": func(m *memorySettings, v any) error { return decodeDuration(v, &m.config.CodeLifespan) },
	"selfservice.methods.link.config.lifespan": func(m *memorySettings, v any) error { return decodeDuration(v, &m.config.CodeLifespan) },

	"selfservice.methods.password.config.migrate_hook.config": setReceiver("", func(m *memorySettings) **kratostest.Receiver { return &m.config.PasswordMigration }),
	"courier.http.request_config":                             setReceiver(hooks.CourierJsonnet, func(m *memorySettings) **kratostest.Receiver { return &m.config.Courier }),

	"security.account_enumeration.mitigate":             func(m *memorySettings, v any) error { return decodeValue(v, &m.config.MitigateEnumeration) },
	"feature_flags.legacy_require_verified_login_error": func(m *memorySettings, v any) error { return decodeValue(v, &m.config.LegacyUnverifiedError) },
	"session.lifespan":                                  func(m *memorySettings, v any) error { return decodeDuration(v, &m.config.SessionLifespan) },
	"session.whoami.required_aal":                       func(m *memorySettings, v any) error { return decodeValue(v, &m.config.SessionAAL) },
	"session.whoami.tokenizer.templates":                (*memorySettings).setTokenizers,
	"feature_flags.use_continue_with_transitions":       func(m *memorySettings, v any) error { return decodeValue(v, &m.config.ContinueWithTransitions) },
	"feature_flags.cacheable_sessions":                  func(m *memorySettings, v any) error { return decodeValue(v, &m.config.CacheableSessions) },
	"feature_flags.faster_session_extend":               func(m *memorySettings, v any) error { return decodeValue(v, &m.config.FasterSessionExtend) },
	"feature_flags.choose_recovery_address":             func(m *memorySettings, v any) error { return decodeValue(v, &m.config.ChooseRecoveryAddress) },
}
