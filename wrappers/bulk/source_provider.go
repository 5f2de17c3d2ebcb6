package bulk

import "strings"

// provider returns the id of a provider in Kratos' configuration.
func (t Target) provider(name string) string {
	if t.Provider != nil {
		return t.Provider(name)
	}
	return DefaultProvider(name)
}

// DefaultProvider returns the id that Kratos' documentation uses for a provider, such as "google" for
// "google-oauth2", unknown names as they are, and "" for one without OpenID Connect
// (https://www.ory.sh/docs/kratos/social-signin/overview). It is the default of [Target].Provider.
func DefaultProvider(name string) string {
	switch strings.ToLower(name) {
	case "google.com", "google-oauth2", "google":
		return "google"
	case "facebook.com", "facebook":
		return "facebook"
	case "github.com", "github":
		return "github"
	case "apple.com", "signinwithapple", "apple":
		return "apple"
	case "linkedin.com", "linkedin_oidc", "linkedin":
		return "linkedin"
	case "twitter.com", "twitter":
		return "x"
	case "microsoft.com", "windowslive", "azure":
		return "microsoft"
	case "loginwithamazon":
		return "amazon"
	case "slack_oidc":
		return "slack"
	case "gc.apple.com", "playgames.google.com": // not OpenID Connect
		return ""
	}
	return name
}
