package e2e

const (
	noKeys     = "Kratos v1.3.1 takes keys from browsers only, and knows no such method of a native client, be it on or off: TestPasskeys, TestSecurityKeysAsSecondFactor"
	oneStep    = "one submission decides, and no other form follows it"
	noProvider = "only an OAuth2 provider sends a browser elsewhere after it, and native flows are none of its: TestLoginsForAnOAuth2Provider"
)

// rules name the cells that no test can fill. The first that names a cell counts.
var rules = []rule{
	{"login|registration|settings", "*", "*", "replaced", "Kratos makes another flow for a spent one in recovery and verification only; here it refuses a code that was tried too often: TestLogins, TestRegistrations"},
	{"login|registration|settings", native, "webauthn|passkey", "done|goes on|elsewhere|refresh|disabled", noKeys},
	{"login|registration", native, "webauthn|passkey", "second factor", noKeys},

	{"login", "*", "identifier_first", "done|elsewhere|second factor|refresh|unverified", "an identifier logs nobody in: the form of the methods follows it"},
	{"login", "*", "password|totp|lookup_secret", "goes on", oneStep},
	{"login", singlePage, "webauthn|passkey", "goes on", "a single-page application is sent back to the form by 422, which is the cell elsewhere: TestKeysInBothBrowserModes"},
	{"login", singlePage, "oidc", "goes on", "the submission leads to the provider, and the form that links an account comes after it: TestSocialSignInOfSinglePageApps"},
	{"login", "*", "totp|lookup_secret", "second factor", "this is the second factor"},
	{"login", native, "password|code|totp|lookup_secret", "elsewhere", noProvider},
	{"login", "*", "code|totp|lookup_secret|oidc|webauthn|passkey", "unverified", "the hook require_verified_address of Kratos v1.3.1 looks at logins with a password only: TestLoginsThatNeedAVerifiedAddress"},
	{"registration|settings|recovery|verification", "*", "*", "unverified", "only logins have a hook that needs a verified address"},

	{"registration", "*", "profile", "done|elsewhere", "the profile is the first of two steps, and a credential ends the registration"},
	{"registration", "*", "password|webauthn|passkey", "goes on", oneStep},
	{"registration", native, "oidc", "goes on", "an address that is taken is the error ErrAccountExists, which names the login that links: TestIDTokensOfApps"},
	{"registration", singlePage, "oidc", "goes on", "the submission leads to the provider, and the login that links an account comes after it: TestSocialSignInOfSinglePageApps"},
	{"registration", native, "password|code", "elsewhere", noProvider},
	{"registration", singlePage, "password|code|webauthn|passkey", "elsewhere", "Kratos answers 200 with the next steps also to a registration for an OAuth2 provider: TestLoginsForAnOAuth2Provider"},
	{"registration", "*", "*", "second factor", "a new account has none, and an account of a provider that is known already is a login"},
	{"registration|recovery", "*", "*", "refresh", "the flow is for people who are not signed in"},

	{"settings", "*", "profile|password|totp|oidc|webauthn|passkey", "goes on", oneStep},
	{"settings", "*", "profile|password|totp|lookup_secret|webauthn|passkey", "elsewhere", "the change is made at once, without anybody else's site"},
	{"login|registration|settings", "single-page|page", "oidc", "csrf", "Kratos does not look at the CSRF token of what leads to a provider, but at the browser's cookie when it comes back: TestForeignSubmissionsOfEveryMethod, TestSocialSignInOfSinglePageApps"},

	{"recovery", pages, "code", "elsewhere", "the site's own settings are where the code leads, which is the end"},
	{"recovery|verification", native, "link", "replaced", "Kratos answers a spent flow like one that is too old, which is the cell: TestLinksForRecoveryAndVerification"},
	{"recovery", native, "link", "done|second factor", "a link is opened in a browser, which gets the session, and the app gets none"},
	{"recovery|verification", "*", "link", "elsewhere", "a submission only has a link sent"},
	{"verification", "*", "code", "elsewhere", "a verification ends at its own form, which has a link to go on by"},
	{"verification", "*", "*", "second factor|refresh", "a verification needs no session"},
}
