package server

import (
	"errors"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// recoverByCode handles a submission of a flow of the method code. It returns false if the
// submission is of another method.
func (c *call) recoverByCode(f *flow, form form, err error) bool {
	if c.r.Method == "GET" {
		err = errors.New("a request with the method GET cannot submit a code")
	}
	if err != nil {
		c.rejectForm(f, "code", err)
		return true
	}
	if !f.NoCSRF && !c.checkRecoveryClient(f, form) {
		return true
	}
	f.UI.clear()
	if c.codeExpected(f, form) {
		c.useRecoveryCode(f, form)
		return true
	}
	if c.session() != nil {
		c.alreadySignedIn(f.ReturnTo)
		return true
	}
	if !choosingAddress(f) && form.text("method") != "code" {
		return false
	}
	c.submitRecoveryCode(f, form)
	return true
}

// codeExpected reports whether a submission is that of a code. The address requests a new code; a
// form with neither has a wrong code.
func (c *call) codeExpected(f *flow, form form) bool {
	return !choosingAddress(f) && f.State != "choose_method" && form.text("email") == ""
}

// checkRecoveryClient checks the client. A form without a valid CSRF token makes the flow useless:
// the client gets another cookie.
func (c *call) checkRecoveryClient(f *flow, form form) bool {
	reason, e := c.checkClient(f, form)
	switch {
	case e != nil:
		c.setCSRF(newCSRF())
		c.fail(e)
	case reason != "":
		m := message.New(kratos.MessageInvalid, "reason", reason)
		c.retryRecovery("browser", "code", &m, reason)
	default:
		return true
	}
	return false
}

// submitRecoveryCode handles a submission in the state of the flow.
func (c *call) submitRecoveryCode(f *flow, form form) {
	if !c.enabled("code") {
		c.methodDisabled(f)
		return
	}
	if form.text("screen") == "previous" && choosingAddress(f) {
		c.previousAddress(f, form)
		return
	}
	switch f.State {
	case "choose_method", "sent_email":
		c.sendRecoveryCode(f, form)
	case "passed_challenge":
		m := message.New(kratos.MessageRecoveryAlreadyDone)
		c.retryRecovery(f.Type, "code", &m, "The flow has recovered the account already.")
	case stateAddress:
		c.submitAddress(f, form)
	case stateChoice:
		c.submitChoice(f, form)
	case stateConfirm:
		c.confirmAddress(f, form)
	default:
		c.submitAddressCode(f, form)
	}
}

// sendRecoveryCode sends a code to the address of the form, and asks for it.
func (c *call) sendRecoveryCode(f *flow, form form) {
	email := form.text("email")
	if email == "" {
		c.rejectRequired(f, "code", "email")
		return
	}
	if f.NoCSRF {
		if _, e := c.checkClient(&flow{Type: f.Type}, form); e != nil {
			c.fail(e)
			return
		}
	}
	c.mailRecoveryCode(f, email)
	c.resetUI(f)
	c.addCSRF(f)
	f.Active, f.State = "code", "sent_email"
	f.UI.say(kratos.MessageRecoveryCodeSent)
	f.UI.add(
		recoveryCodeInput(),
		input("code", "method", "hidden", "code"),
		submitButton("code", "method", "code", kratos.MessageLabelContinue),
		submitButton("code", "email", email, kratos.MessageLabelResendCode),
	)
	c.respondRecovery(f, form)
}

// mailRecoveryCode sends a code to an address, if it is one of an account.
func (c *call) mailRecoveryCode(f *flow, to string) {
	f.forgetCodes()
	if _, address := c.recoveryAddress(to); address != nil {
		c.sendCode(f, "recovery_code_valid", address.Via, address.Value)
	}
}

// recoveryCodeInput is the field for a code.
func recoveryCodeInput() *node {
	n := input("code", "code", "text", nil).required().label(kratos.MessageLabelRecoveryCode)
	n.Attributes.Pattern, n.Attributes.MaxLength = "[0-9]+", 6
	return n
}

// useRecoveryCode recovers the account with the code of a form.
func (c *call) useRecoveryCode(f *flow, form form) {
	if !c.enabled("code") {
		c.methodDisabled(f)
		return
	}
	code, result := c.checkCode(f, form.text("code"))
	var recovered *identity
	if result == codeRight {
		recovered = c.recoveredBy(f, code)
	}
	if recovered != nil {
		c.recovered(f, recovered, "code_recovery", form)
		return
	}
	switch result {
	case codeUsed, codeTooOften:
		reason := "The code was used, or a code was submitted too often."
		m := message.New(kratos.MessageInvalid, "reason", reason)
		c.retryRecovery(f.Type, "code", &m, reason)
	case codeExpired:
		m := message.New(kratos.MessageRecoveryExpired, "expired_at", code.ExpiresAt)
		c.retryRecovery(f.Type, "code", &m, "The code has expired.")
	default:
		c.wrongRecoveryCode(f, form)
	}
}

// wrongRecoveryCode responds to a wrong code: the flow can be submitted again, and is no error.
func (c *call) wrongRecoveryCode(f *flow, form form) {
	f.UI.Messages = nil
	f.UI.say(kratos.MessageInvalidRecoveryCode)
	if choosingAddress(f) {
		c.respondFlow(f)
		return
	}
	c.respondRecovery(f, form)
}

// recoveredBy returns the identity that a code or a link recovers. What was sent to an address
// verifies it.
func (c *call) recoveredBy(f *flow, code *oneTimeCode) *identity {
	if code.Address == "" {
		return c.identity(f.Identity.ID) // nil if it was deleted
	}
	i, _ := c.recoveryAddress(code.Address)
	if i == nil {
		return nil
	}
	for _, a := range i.Verifiable {
		if a.Value == code.Address {
			c.verify(a)
		}
	}
	return i
}
