package server

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// code sends a code, or logs in with one. A button with an address counts as the method, and codes
// are a first factor alone if they are both.
func (a *attempt) code() bool {
	aal := ""
	switch {
	case a.config.PasswordlessCode:
		aal = "aal1"
	case a.config.SecondFactorCode:
		aal = "aal2"
	}
	byAddress := a.config.SecondFactorCode && a.flow.RequestedAAL == aal && a.form.text("address") != ""
	if !a.responsible("code", aal) && !byAddress {
		return false
	}
	if !byAddress && !a.allowed("code") {
		return true
	}
	violations := a.check(textRule{name: "code"}, textRule{name: "identifier"}, textRule{name: "address"}, textRule{name: "resend"})
	if len(violations) > 0 {
		a.rejectCode(violations...)
		return true
	}
	if !a.client(a.rejectCode) {
		return true
	}
	if strings.EqualFold(a.form.text("resend"), "code") {
		a.flow.State = "choose_method"
	}
	switch a.flow.State {
	case "choose_method":
		a.sendLoginCode()
	case "sent_email":
		a.useLoginCode()
	default:
		a.rejectCode(a.violation("", kratos.MessageNoLoginMethod))
	}
	return true
}

// identifier returns the identifier of a form with a code. Email addresses are in lower case.
func (a *attempt) identifier() string {
	identifier := cmp.Or(a.form.text("identifier"), a.form.text("address"))
	if strings.Contains(identifier, "@") {
		identifier = strings.ToLower(identifier)
	}
	return identifier
}

// codeIdentity returns the person with an identifier for codes. It has responded by reject if it
// returns nil.
func (a *attempt) codeIdentity(reject func(...schema.Violation)) *identity {
	identifier := a.identifier()
	if identifier == "" {
		reject(a.violation("identifier", kratos.MessageRequired, "property", "identifier"))
		return nil
	}
	i := a.identityByIdentifier(identifier, "code")
	if i == nil {
		reject(a.violation("", kratos.MessageNoCodeAccount))
	}
	return i
}

// sendLoginCode sends a code to the address that was submitted, or to all addresses of the person
// if it is none of them.
func (a *attempt) sendLoginCode() {
	i := a.codeIdentity(a.rejectCode)
	if i == nil {
		return
	}
	identifier, addresses, channels := a.identifier(), i.Credentials["code"].Identifiers, a.codeChannels(i)
	if slices.Contains(addresses, normalize(identifier)) {
		addresses = []string{normalize(identifier)}
	}
	f := a.flow
	f.forgetCodes()
	for _, address := range addresses {
		a.sendCode(f, "login_code_valid", cmp.Or(channels[address], "email"), address)
	}
	f.State, f.Active, f.Identity = "sent_email", "code", i
	a.askForCode()
	a.setIdentifier(identifier)
	a.nextStep()
}

// askForCode makes the form that asks for a code.
func (a *attempt) askForCode() {
	u := &a.flow.UI
	u.clear()
	u.remove(func(n *node) bool { return n.Attributes.Name != "identifier" && n.Attributes.Name != "address" })
	for _, n := range u.Nodes {
		n.Attributes.Type, n.Attributes.Name = "hidden", "identifier"
	}
	u.put(input("code", "method", "hidden", "code"))
	u.put(input("code", "code", "text", nil).required().label(kratos.MessageLabelLoginCode))
	u.add(
		submitButton("code", "method", "code", kratos.MessageLabelContinue),
		submitButton("code", "resend", "code", kratos.MessageLabelResendCode),
	)
	u.say(kratos.MessageLoginCodeSent)
	if a.flow.Type == "browser" {
		a.putCSRF(a.flow)
	}
}

// useLoginCode logs in with a code. It is valid for the person that it was sent to alone.
func (a *attempt) useLoginCode() {
	f, text := a.flow, a.form.text("code")
	if text == "" {
		a.rejectUsedCode(a.violation("code", kratos.MessageRequired, "property", "code"))
		return
	}
	var i *identity
	if f.RequestedAAL == "aal2" {
		i = a.session.Identity
	} else if i = a.codeIdentity(a.rejectUsedCode); i == nil {
		return
	}
	if f.Identity != i {
		text = ""
	}
	code, result := a.checkCode(f, text)
	switch result {
	case codeTooOften:
		a.rejectUsedCode(a.violation("", kratos.MessageInvalid, "reason", "The flow had too many codes. Start another one."))
	case codeUsed:
		a.rejectUsedCode(a.violation("", kratos.MessageInvalid, "reason", "The code was used already. Ask for another one."))
	case codeWrong:
		a.rejectUsedCode(a.violation("", kratos.MessageInvalidLoginCode))
	case codeExpired:
		a.expired(code.ExpiresAt)
	default:
		a.codeAccepted(i, code)
	}
}

// codeAccepted logs in after the right code, which verifies the address.
func (a *attempt) codeAccepted(i *identity, code *oneTimeCode) {
	a.flow.Active, a.flow.State = "code", "passed_challenge"
	for _, address := range i.Verifiable {
		if !address.Verified && address.Value == code.Address {
			a.verify(address)
		}
	}
	method := authMethod{Method: "code", AAL: "aal1"}
	if a.config.SecondFactorCode {
		method.AAL = "aal2"
	}
	a.finish(i, method)
}

// rejectCode ends the sending of a code with messages. Before v25.4.0 the identifier cannot be
// changed then.
func (a *attempt) rejectCode(violations ...schema.Violation) {
	a.rejectCodeForm(!a.since("v25.4.0"), violations)
}

// rejectUsedCode ends the submission of a code with messages.
func (a *attempt) rejectUsedCode(violations ...schema.Violation) { a.rejectCodeForm(true, violations) }

func (a *attempt) rejectCodeForm(hide bool, violations []schema.Violation) {
	identifier := a.identifier()
	if address := a.form.text("address"); address != "" {
		identifier = address
	}
	a.putCSRF(a.flow)
	if hide {
		a.flow.UI.put(input("default", "identifier", "hidden", identifier))
	}
	a.setIdentifier(identifier)
	a.reject(violations...)
}
