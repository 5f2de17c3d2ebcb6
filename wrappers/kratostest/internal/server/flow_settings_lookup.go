package server

import (
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// lookupCodeCount is how many backup codes there are.
const lookupCodeCount = 12

// addLookupFields adds the buttons for backup codes.
func addLookupFields(f *flow) {
	if f.Identity.Credentials["lookup_secret"] == nil {
		f.UI.add(submitButton("lookup_secret", "lookup_secret_regenerate", "true", kratos.MessageSettingsRegenerateLookup))
		return
	}
	f.UI.add(
		submitButton("lookup_secret", "lookup_secret_reveal", "true", kratos.MessageSettingsRevealLookup),
		submitButton("lookup_secret", "lookup_secret_disable", "true", kratos.MessageSettingsDisableLookup),
	)
}

// submitLookup shows, creates, keeps or removes backup codes.
func (sc *settingsCall) submitLookup() {
	if !sc.admit(true) {
		return
	}
	sc.flow.UI.clear()
	switch {
	case sc.form.flag("lookup_secret_confirm"):
		sc.confirmLookup()
	case sc.form.flag("lookup_secret_reveal"):
		sc.revealLookup()
	case sc.form.flag("lookup_secret_disable"):
		changed := sc.flow.Identity.clone()
		delete(changed.Credentials, "lookup_secret")
		sc.save("lookup_secret", changed, nil)
	default:
		sc.regenerateLookup()
	}
}

// revealLookup shows the codes.
func (sc *settingsCall) revealLookup() {
	c := sc.flow.Identity.Credentials["lookup_secret"]
	if c == nil {
		sc.rejectAt("", message.New(kratos.MessageInvalid, "reason", "There are no backup codes."))
		return
	}
	sc.showLookup(
		lookupNode(c.LookupCodes),
		submitButton("lookup_secret", "lookup_secret_disable", "true", kratos.MessageSettingsDisableLookup),
		submitButton("lookup_secret", "lookup_secret_regenerate", "true", kratos.MessageSettingsRegenerateLookup),
	)
}

// regenerateLookup shows new codes, which replace the others when they are confirmed.
func (sc *settingsCall) regenerateLookup() {
	sc.flow.LookupCodes = nil
	var codes []*lookupCode
	for range lookupCodeCount {
		text := strings.ToLower(randomText(8, alphanumeric))
		sc.flow.LookupCodes = append(sc.flow.LookupCodes, text)
		codes = append(codes, &lookupCode{Code: text})
	}
	sc.showLookup(
		lookupNode(codes),
		submitButton("lookup_secret", "lookup_secret_confirm", "true", kratos.MessageSettingsConfirmLookup),
	)
}

// confirmLookup keeps the codes that the flow shows.
func (sc *settingsCall) confirmLookup() {
	if len(sc.flow.LookupCodes) == 0 {
		sc.rejectAt("", message.New(kratos.MessageInvalid, "reason", "There are no new backup codes to confirm."))
		return
	}
	i := sc.flow.Identity.clone()
	c := i.credential(sc.Server, "lookup_secret")
	c.Identifiers, c.LookupCodes, c.UpdatedAt = []string{i.ID}, nil, sc.now()
	for _, text := range sc.flow.LookupCodes {
		c.LookupCodes = append(c.LookupCodes, &lookupCode{Code: text})
	}
	sc.save("lookup_secret", i, func() { sc.session.addFactor(sc.Server, "lookup_secret") })
}

// showLookup responds with the form and other nodes for backup codes, which are the last ones.
func (sc *settingsCall) showLookup(nodes ...*node) {
	sc.flow.UI.remove(func(n *node) bool { return n.Group == "lookup_secret" })
	sc.flow.UI.add(nodes...)
	if sc.flow.Type != "api" && !sc.wantsJSON() {
		sc.redirect(http.StatusSeeOther, sc.flowPage(sc.flow))
		return
	}
	sc.json(http.StatusOK, sc.bodyWithPayload(sc.flow, sc.form))
}

// lookupNode returns the text with backup codes.
func lookupNode(codes []*lookupCode) *node {
	var secrets []message.Message
	for _, code := range codes {
		m := message.New(kratos.MessageLookupCode, "secret", code.Code)
		if !code.UsedAt.IsZero() {
			m = message.New(kratos.MessageLookupCodeUsed, "used_at", code.UsedAt)
		}
		secrets = append(secrets, m)
	}
	return textNode("lookup_secret", "lookup_secret_codes", message.New(kratos.MessageLookupCodeList, "secrets", secrets)).
		label(kratos.MessageSettingsLookupLabel)
}
