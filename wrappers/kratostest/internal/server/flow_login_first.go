package server

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// textRule is what a member of a form has to be, if it is there: a text, with so many characters.
type textRule struct {
	name     string
	length   int
	required bool
}

// check returns the violations of rules.
func (a *attempt) check(rules ...textRule) []schema.Violation {
	var violations []schema.Violation
	for _, rule := range rules {
		value, ok := a.form[rule.name]
		text, isText := value.(string)
		switch {
		case (!ok || isText && text == "" && !a.sentJSON()) && rule.required:
			violations = append(violations, a.violation(rule.name, kratos.MessageRequired, "property", rule.name))
		case ok && !isText:
			violations = append(violations, a.violation(rule.name, kratos.MessageWrongType, "allowed_types", []string{"string"}, "actual_type", jsonType(value)))
		case ok && len(text) < rule.length && a.sentJSON():
			violations = append(violations, a.violation(rule.name, kratos.MessageTooShort, "min_length", rule.length, "actual_length", len(text)))
		}
	}
	return violations
}

// sentJSON reports whether the body is JSON.
func (c *call) sentJSON() bool {
	return strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/json")
}

// jsonType returns the JSON type of a decoded value.
func jsonType(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case json.Number:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// password logs in with a password.
func (a *attempt) password() bool {
	if !a.responsible("password", "aal1") {
		return false
	}
	if !a.allowed("password") {
		return true
	}
	violations := a.check(textRule{"identifier", 1, true}, textRule{"password", 1, true})
	if len(violations) > 0 {
		a.rejectPassword(violations...)
		return true
	}
	if !a.client(a.rejectPassword) {
		return true
	}
	i := a.identityByIdentifier(a.form.text("identifier"), "password")
	if i == nil {
		a.rejectPassword(a.violation("", kratos.MessageInvalidCredentials))
		return true
	}
	matches, ok := a.checkPassword(i.Credentials["password"])
	switch {
	case !ok:
	case !matches:
		a.rejectPassword(a.violation("", kratos.MessageInvalidCredentials))
	default:
		a.flow.Active = "password"
		a.finish(i, authMethod{Method: "password", AAL: "aal1"})
	}
	return true
}

// rejectPassword ends a submission of a password with messages.
func (a *attempt) rejectPassword(violations ...schema.Violation) {
	a.setIdentifier(a.form.text("identifier"))
	if a.flow.Type == "browser" {
		a.putCSRF(a.flow)
	}
	a.reject(violations...)
}

// setIdentifier sets the value of the first field of an identifier.
func (a *attempt) setIdentifier(identifier string) {
	if n := a.flow.UI.node("identifier"); n != nil {
		n.Attributes.Value = identifier
	}
}

// maxNodes is how many nodes a form can have: each identifier adds buttons. Kratos has no limit.
const maxNodes = 200

// identifierFirst shows the methods for an identifier. It takes whatever no other method takes.
func (a *attempt) identifierFirst() bool {
	if !a.config.IdentifierFirst || a.flow.RequestedAAL != "aal1" {
		return false
	}
	if violations := a.check(textRule{"identifier", 1, false}); len(violations) > 0 {
		a.rejectIdentifier(violations...)
		return true
	}
	if !a.client(a.rejectIdentifier) {
		return true
	}
	a.flow.UI.clear()
	a.setIdentifier(a.form.text("identifier"))
	if len(a.flow.UI.Nodes) > maxNodes {
		a.rejectFor("The flow had too many submissions. Start another one.")
		return true
	}
	if !a.addMethods(a.identityByIdentifier(a.form.text("identifier"), "password", "code", "webauthn")) {
		a.rejectIdentifier(a.violation("identifier", kratos.MessageAccountNotFound))
		return true
	}
	a.flow.UI.remove(func(n *node) bool { return n.Group == "identifier_first" && n.Attributes.Name == "method" })
	if n := a.flow.UI.node("identifier"); n != nil {
		n.Attributes.Type = "hidden"
		if a.since("v1.3.6") {
			n.autocomplete("username webauthn")
		}
	}
	a.flow.Active = "identifier_first"
	a.nextStep()
	return true
}

// addMethods adds the methods that a person can log in with, or all if the form must not tell who
// has an account. The person is nil for an unknown identifier. It reports whether there are any.
func (a *attempt) addMethods(i *identity) bool {
	mitigate, found := a.config.MitigateEnumeration, false
	has := i != nil && i.Credentials["password"] != nil && (i.Credentials["password"].Password != "" || i.Credentials["password"].Hash != "")
	if a.enabled("password") && (has || mitigate) {
		a.putCSRF(a.flow)
		a.addPassword(a.flow, kratos.MessageLoginPassword)
		found = true
	}
	if a.enabled("code") && a.config.PasswordlessCode && (i != nil || mitigate) {
		a.flow.UI.add(submitButton("code", "method", "code", kratos.MessageLoginSendCode))
		found = true
	}
	return found || mitigate
}

// rejectIdentifier ends a submission of an identifier with messages.
func (a *attempt) rejectIdentifier(violations ...schema.Violation) {
	a.setIdentifier(a.form.text("identifier"))
	if a.flow.Type == "browser" {
		a.putCSRF(a.flow)
	}
	a.reject(violations...)
}

// inactive returns the error of a person who cannot log in.
func inactive(i *identity) *apiError {
	return newError(http.StatusUnauthorized, "The account is disabled.").
		withMessage("the account is disabled").withDetail("identity_id", i.ID)
}
