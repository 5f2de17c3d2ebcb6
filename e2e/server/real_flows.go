package server

import (
	"cmp"
	"slices"

	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// flows returns the configuration of the flows.
func flows(c kratostest.Config, webHooks webHooks) object {
	lifespan := c.FlowLifespan.String()
	login := object{"lifespan": lifespan}
	if c.IdentifierFirst {
		login["style"] = "identifier_first"
	}
	registration := object{"lifespan": lifespan, "enabled": !slices.Contains(c.DisabledFlows, "registration"), "login_hints": c.LoginHints}
	if c.OneStepRegistration {
		registration["enable_legacy_one_step"] = true
	}
	settings := object{"lifespan": lifespan, "required_aal": c.SettingsAAL, "privileged_session_max_age": c.PrivilegedSessionMaxAge.String()}
	mailed := func(flow, use, after string) object {
		configured := object{"lifespan": lifespan, "enabled": !slices.Contains(c.DisabledFlows, flow), "use": use}
		if after != "" {
			configured["after"] = object{"default_browser_return_url": after}
		}
		return configured
	}
	all := object{
		"login": login, "registration": registration, "settings": settings,
		"logout":       object{"after": object{"default_browser_return_url": cmp.Or(c.LogoutURL, c.ReturnURL)}},
		"recovery":     mailed("recovery", c.RecoveryMethod, ""),
		"verification": mailed("verification", c.VerificationMethod, c.VerifiedURL),
	}
	webHooks.addTo(all, c)
	return all
}
