package e2e

import (
	"slices"
	"sync"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

const (
	noPasskeys = "impossible on this server: no passkeys for native clients (ServerFeatures.NativePasskeys): TestPasskeys"
	noKeys     = "Kratos accepts security keys from browsers only, and has no such method for native clients, enabled or not: TestSecurityKeysAsSecondFactor"
	oneStep    = "the method has one step, and no other form follows"
	noProvider = "only an OAuth 2.0 server redirects the browser afterwards, and it does not use native flows: TestLoginsForAnOAuth2Provider"
)

// rules are the impossible cells of this Kratos. The first rule that matches a cell applies.
var rules = sync.OnceValue(func() []rule { return rulesFor(features()) })

// rulesFor returns the impossible cells of a server with these features.
func rulesFor(f *kratos.ServerFeatures) []rule {
	passkeys, version := noNativePasskeys, beforeV254
	if f.NativePasskeys {
		passkeys = nativePasskeys
	}
	if f.ExternalIDs {
		version = fromV254
	}
	return slices.Concat(passkeys, version, allVersions)
}

// noNativePasskeys are the impossible cells of servers without passkeys for native clients, and
// nativePasskeys those of the other servers.
var noNativePasskeys = []rule{
	{"login|registration|settings", native, "passkey", "done|next step|redirected|refresh|disabled", noPasskeys},
	{"login", native, "passkey", "second factor|unverified", noPasskeys},
}

var nativePasskeys = []rule{
	{"login", native, "passkey", "next step", "a submission without an assertion is the cell redirected: TestKeysInEveryMode"},
	{"registration", native, "passkey", "redirected", noProvider},
}

// beforeV254 and fromV254 are the impossible cells of the versions before v25.4, and from it on.
var beforeV254 = []rule{
	{"login", "*", "code|totp|lookup_secret|oidc|webauthn|passkey", "unverified", "the hook require_verified_address of Kratos before v25.4 applies to logins with a password only: TestLoginsRequireAVerifiedAddress"},
}

var fromV254 = []rule{
	{"login", "*", "code", "unverified", "a code verifies its address: TestLoginsRequireAVerifiedAddress"},
	{"login", native, "webauthn", "unverified", noKeys},
	{"login", native, "oidc", "unverified", "the hook require_verified_address does not apply to logins with an ID token: TestLoginsRequireAVerifiedAddress"},
}

// allVersions are the impossible cells of every version.
var allVersions = []rule{
	{"login|registration|settings", "*", "*", "replaced", "Kratos replaces flows only in recovery and verification; here it rejects a code that was tried too often: TestLogins, TestRegistrations"},
	{"login|registration|settings", native, "webauthn", "done|next step|redirected|refresh|disabled", noKeys},
	{"login|registration", native, "webauthn", "second factor", noKeys},

	{"login", "*", "identifier_first", "done|redirected|second factor|refresh|unverified", "an identifier does not log in: the form of the methods follows"},
	{"login", "*", "password|totp|lookup_secret", "next step", oneStep},
	{"login", singlePage, "webauthn|passkey", "next step", "a single-page application is redirected to the form by 422, which is the cell redirected: TestKeysInEveryMode"},
	{"login", singlePage, "oidc", "next step", "the submission redirects to the provider, and the form that links an account follows: TestOIDCLoginsOfSinglePageApps"},
	{"login", "*", "totp|lookup_secret", "second factor", "this is the second factor"},
	{"login", native, "password|code|totp|lookup_secret", "redirected", noProvider},
	{"registration|settings|recovery|verification", "*", "*", "unverified", "only logins have a hook that requires a verified address"},

	{"registration", "*", "profile", "done|redirected", "the profile is the first of two steps, and a credential ends the registration"},
	{"registration", "*", "password|webauthn|passkey", "next step", oneStep},
	{"registration", native, "oidc", "next step", "an address in use is the error ErrAccountExists, which has the login that links the account: TestIDTokensOfApps"},
	{"registration", singlePage, "oidc", "next step", "the submission redirects to the provider, and the login that links an account follows: TestOIDCLoginsOfSinglePageApps"},
	{"registration", native, "password|code", "redirected", noProvider},
	{"registration", singlePage, "password|code|webauthn|passkey", "redirected", "Kratos returns 200 with continue_with, also for an OAuth 2.0 server: TestLoginsForAnOAuth2Provider"},
	{"registration", "*", "*", "second factor", "a new account has no second factor, and a known account of a provider is a login"},
	{"registration|recovery", "*", "*", "refresh", "the flow is for people who are not logged in"},

	{"settings", "*", "profile|password|totp|oidc|webauthn|passkey", "next step", oneStep},
	{"settings", "*", "profile|password|totp|lookup_secret|webauthn|passkey", "redirected", "the change is made without another site"},
	{"login|registration|settings", "single-page|page", "oidc", "csrf", "Kratos does not check the CSRF token of a submission that redirects to a provider, but the browser's cookie in the callback: TestCSRFOfEveryMethod, TestOIDCLoginsOfSinglePageApps"},

	{"recovery", pages, "code", "redirected", "the code redirects to the site's own settings, which is the outcome done"},
	{"recovery|verification", native, "link", "replaced", "Kratos handles a used flow like an expired one, which is the cell expired: TestLinksForRecoveryAndVerification"},
	{"recovery", native, "link", "done|second factor", "a link is opened in a browser, which gets the session; the app gets none"},
	{"recovery|verification", "*", "link", "redirected", "a submission only sends a link"},
	{"verification", "*", "code", "redirected", "a verification ends at its own form, which has a link to continue"},
	{"verification", "*", "*", "second factor|refresh", "a verification needs no session"},
}
