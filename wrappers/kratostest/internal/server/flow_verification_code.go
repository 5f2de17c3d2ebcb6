package server

import (
	"net/http"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// verifyByCode handles a submission of a flow of the method code.
func (c *call) verifyByCode(f *flow, form form) {
	code := form.text("code")
	if method := form.text("method"); method == "link" || method == "" && code == "" {
		c.otherVerificationMethod(f, form)
		return
	}
	switch {
	case !c.enabled("code"):
		c.methodDisabled(f)
	case f.State == "passed_challenge":
		c.respondReplaced(c.replaceVerification(f.Type, message.New(kratos.MessageVerificationAlreadyDone)))
	case code != "" && c.r.Method == http.MethodGet:
		c.prefillCode(f, code)
	case code != "":
		c.useVerificationCode(f, form)
	default:
		c.sendVerificationCode(f, form)
	}
}

// respondReplaced responds with the flow in place of one that cannot be used anymore.
func (c *call) respondReplaced(next *flow) {
	if !c.wantsJSON() {
		c.redirect(http.StatusSeeOther, c.flowPage(next))
		return
	}
	c.error(newError(http.StatusGone, "Continue with the new flow.").withID("self_service_flow_replaced").
		withMessage("the flow was replaced").with("use_flow_id", next.ID))
}

// prefillCode handles the link of an email: it leads to the form, with the code in it.
func (c *call) prefillCode(f *flow, code string) {
	if n := f.UI.node("code"); n != nil {
		n.Attributes.Value = code
	}
	c.setCSRF(newCSRF())
	c.putCSRF(f)
	c.redirect(http.StatusSeeOther, c.flowPage(f))
}

// sendVerificationCode sends a code to an address, if there is an account with it.
func (c *call) sendVerificationCode(f *flow, form form) {
	if !c.admitVerification(f, form) {
		return
	}
	email := form.text("email")
	f.forgetCodes()
	if a := c.verifiable("email", email); a != nil {
		c.mailVerificationCode(f, a)
	}
	c.askForVerificationCode(f)
	f.UI.add(submitButton("code", "email", email, kratos.MessageLabelResendCode))
	c.respondVerification(f)
}

// mailVerificationCode sends a code to an address. The message has a link as well.
func (c *call) mailVerificationCode(f *flow, a *verifiableAddress) {
	a.Status, a.UpdatedAt = "sent", c.now()
	c.sendCodeLink(f, "verification_code_valid", a.Via, a.Value, c.publicURL+"/self-service/verification?flow="+f.ID)
}

// askForVerificationCode makes the form that asks for the code.
func (c *call) askForVerificationCode(f *flow) {
	f.State, f.Active = "sent_email", "code"
	c.resetUI(f)
	f.UI.add(
		input("code", "method", "hidden", "code"),
		input("code", "code", "text", nil).required().label(kratos.MessageLabelVerificationCode),
		submitButton("code", "method", "code", kratos.MessageLabelContinue),
	)
	if f.Type == "browser" {
		c.addCSRF(f)
	}
	f.UI.say(kratos.MessageVerificationCodeSent)
}

// useVerificationCode handles a code. A wrong one is not an error: the response is the form.
func (c *call) useVerificationCode(f *flow, form form) {
	code, result := c.checkCode(f, form.text("code"))
	switch result {
	case codeRight:
		if a := c.verifiable(code.Via, code.Address); a != nil {
			c.verified(f, a, "code")
			return
		}
		c.wrongVerificationCode(f, form)
	case codeExpired:
		c.expiredVerificationCode(f, code)
	case codeTooOften:
		reason := "Too many codes were submitted. Request another one."
		c.respondReplaced(c.replaceVerification(f.Type, message.New(kratos.MessageInvalid, "reason", reason)))
	default:
		c.wrongVerificationCode(f, form)
	}
}

// wrongVerificationCode responds to a code that is not one of the flow.
func (c *call) wrongVerificationCode(f *flow, form form) {
	f.UI.Messages = nil
	f.UI.say(kratos.MessageInvalidVerificationCode)
	f.UpdatedAt = c.now()
	if !c.wantsJSON() {
		c.redirect(http.StatusSeeOther, c.flowPage(f))
		return
	}
	c.json(http.StatusOK, c.bodyWithPayload(f, form))
}

// expiredVerificationCode responds to a code that has expired in a flow that has not.
func (c *call) expiredVerificationCode(f *flow, code *oneTimeCode) {
	next := c.replaceVerification(f.Type, message.New(kratos.MessageVerificationExpired, "expired_at", code.ExpiresAt))
	if !c.wantsJSON() {
		c.redirect(http.StatusSeeOther, c.flowPage(next))
		return
	}
	c.error(c.expiredError(code.ExpiresAt, next))
}
