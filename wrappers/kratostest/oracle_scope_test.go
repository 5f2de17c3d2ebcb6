package kratostest

import "strings"

// outOfScope returns why an exchange is not judged, or "".
func outOfScope(e *exchange) string {
	for _, part := range []string{"oidc", "passkey", "webauthn"} {
		if strings.Contains(e.Scenario, part) {
			return "single sign-on, passkeys and security keys are not in a Kratos in memory"
		}
	}
	switch {
	case strings.HasPrefix(e.Scenario, "oauth2"), strings.Contains(e.Request.URL, "login_challenge="):
		return "OAuth2 needs another server"
	case e.Op == "getWebAuthnJavaScript":
		return "single sign-on, passkeys and security keys are not in a Kratos in memory"
	case strings.Contains(e.Op, "Fedcm"):
		return "FedCM is not in a Kratos in memory"
	case e.Op == "_oidcCallback", e.Op == "_settingsContinue", e.Op == "exchangeSessionToken" && strings.Contains(e.Scenario, "exchange"):
		return "single sign-on is not in a Kratos in memory"
	}
	s := e.submitted
	switch s["method"] {
	case "oidc", "passkey", "webauthn", "saml":
		return "the method " + s["method"] + " is not in a Kratos in memory"
	}
	if s["provider"] != "" {
		return "single sign-on is not in a Kratos in memory"
	}
	return ""
}
