package server

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// A verification flow belongs to a method, "code" or "link", which is [flow.Active]. It belongs to
// none, and is of no use anymore, after a submission of another method.

// startVerification checks whether a verification flow can be started, and makes its form.
func (c *call) startVerification(f *flow) bool {
	if !c.enabled(c.config.VerificationMethod) {
		c.failStart(f, newError(http.StatusBadRequest, "The method of the verification is disabled."))
		return false
	}
	c.fillVerification(f)
	return true
}

// fillVerification makes the first form of a verification flow.
func (c *call) fillVerification(f *flow) {
	f.Active = c.config.VerificationMethod
	if f.Active == "link" {
		c.addCSRF(f)
	}
	f.UI.add(
		emailField(f.Active, nil),
		submitButton(f.Active, "method", f.Active, kratos.MessageLabelContinue),
	)
	if f.Active == "code" && f.Type == "browser" {
		c.addCSRF(f)
	}
}

func emailField(group string, value any) *node {
	return input(group, "email", "email", value).required().label(kratos.MessageLabelEmail)
}

// verificationLink handles the link of an email.
func (c *call) verificationLink() { submitFlow(verification)(c) }

// submitVerification handles a submission of a verification flow, or a link.
func (c *call) submitVerification(f *flow) {
	if c.expired(f) {
		c.expiredVerification(f)
		return
	}
	if f.Active != "code" && f.Active != "link" {
		c.noVerificationMethod(f)
		return
	}
	form, field, err := c.decodeVerification()
	if err != nil {
		f.UI.sayAt(field, message.New(kratos.MessageInvalid, "reason", err.Error()))
		c.rejectVerification(f, f.Active)
		return
	}
	f.TransientPayload = form["transient_payload"]
	if f.Active == "code" {
		c.verifyByCode(f, form)
		return
	}
	c.verifyByLink(f, form)
}

// decodeVerification decodes a submission, whose members can be in the URL as well, or returns the
// field that is not valid.
func (c *call) decodeVerification() (decoded form, field string, err error) {
	decoded = form{}
	if c.r.Method != http.MethodGet {
		if decoded, err = c.decodeForm(); err != nil {
			return nil, "", err
		}
	}
	for name, values := range c.r.URL.Query() {
		decoded[name] = values[0]
	}
	if method := decoded.text("method"); method != "" && method != "code" && method != "link" {
		return nil, "method", errOtherMethod
	}
	if email := decoded.text("email"); email != "" && !isEmail(email) {
		return nil, "email", errNotAddress
	}
	return decoded, "", nil
}

// Errors of the fields of a verification.
var (
	errOtherMethod = fieldError("the method is not code or link")
	errNotAddress  = fieldError("the value is not an email address")
)

// fieldError is what is wrong with a field.
type fieldError string

func (e fieldError) Error() string { return string(e) }

// otherVerificationMethod ends a submission of another method than the flow's.
func (c *call) otherVerificationMethod(f *flow, form form) {
	c.askForAddress(f, form)
	c.noVerificationMethod(f)
}

// noVerificationMethod ends a submission that no method handles.
func (c *call) noVerificationMethod(f *flow) {
	f.UI.say(kratos.MessageNoVerificationMethod)
	c.rejectVerification(f, "default")
}

// askForAddress makes the form ask for the address again.
func (c *call) askForAddress(f *flow, form form) {
	c.putCSRF(f)
	f.UI.put(emailField(f.Active, form.text("email")))
}

// rejectVerification ends a submission with the form, which belongs to a group from then on.
func (c *call) rejectVerification(f *flow, group string) {
	f.Active = group
	c.reject(f)
}

// admitVerification checks the address and the client of a submission. It has responded if it
// returns false.
func (c *call) admitVerification(f *flow, form form) bool {
	if form.text("email") == "" {
		c.askForAddress(f, form)
		f.UI.sayAt("email", message.New(kratos.MessageRequired, "property", "email"))
		c.rejectVerification(f, f.Active)
		return false
	}
	reason, e := c.checkClient(f, form)
	if e != nil {
		c.fail(e)
		return false
	}
	if reason != "" {
		c.askForAddress(f, form)
		f.UI.say(kratos.MessageInvalid, "reason", reason)
		c.rejectVerification(f, f.Active)
		return false
	}
	return true
}

// verifiable returns the address of an account to which codes are sent, or nil.
func (s *Server) verifiable(via, value string) *verifiableAddress {
	value = normalize(value)
	for _, i := range s.identities {
		for _, a := range i.Verifiable {
			if a.Via == via && normalize(a.Value) == value {
				return a
			}
		}
	}
	return nil
}

// respondVerification ends a submission that was accepted with the flow.
func (c *call) respondVerification(f *flow) {
	f.UpdatedAt = c.now()
	if !c.wantsJSON() {
		c.redirect(http.StatusSeeOther, c.flowPage(f))
		return
	}
	c.json(http.StatusOK, c.flowBody(f))
}

// verified marks an address as verified, and ends the flow.
func (c *call) verified(f *flow, a *verifiableAddress, group string) {
	c.verify(a)
	next := cmp.Or(c.config.VerifiedURL, c.config.ReturnURL)
	if f.ReturnTo != "" && c.checkReturnTo(f.ReturnTo) == nil {
		next = c.absolute(f.ReturnTo)
	}
	label := message.New(kratos.MessageLabelContinue)
	f.UI = ui{Action: next, Method: http.MethodGet}
	c.addCSRF(f)
	f.UI.add(&node{
		Type: "a", Group: group, Messages: []message.Message{}, Meta: meta{Label: &label},
		Attributes: attributes{ID: "continue", Href: next, Title: &label, NodeType: "a"},
	})
	f.State = "passed_challenge"
	f.UI.say(kratos.MessageVerified)
	if failure := c.callHooks(&trigger{flow: f, when: "after", identity: c.owner(a)}); failure != nil {
		c.refuseVerification(f, failure)
		return
	}
	c.respondVerification(f)
}

// owner returns the identity with an address, or nil.
func (s *Server) owner(a *verifiableAddress) *identity {
	for _, i := range s.identities {
		if slices.Contains(i.Verifiable, a) {
			return i
		}
	}
	return nil
}

// refuseVerification replaces a flow that a hook does not let end.
func (c *call) refuseVerification(f *flow, failure *hookFailure) {
	if failure.err != nil {
		failHook(c, f, failure.err)
		return
	}
	next := c.replaceVerification(f.Type)
	next.UI.sayAll(failure.refused)
	if f.Active == "link" {
		c.redirectReplaced(next)
		return
	}
	c.respondReplaced(next)
}

// replaceVerification starts a flow in place of one that cannot be used anymore. It has the URL of
// the request.
func (c *call) replaceVerification(flowType string, messages ...message.Message) *flow {
	c.setCSRF(newCSRF())
	next := c.newFlow(verification, flowType)
	c.fillVerification(next)
	next.UI.Messages = append(next.UI.Messages, messages...)
	c.flows[next.ID] = next
	return next
}

// expiredVerification responds to the submission of an expired flow. The new flow is one of a
// browser, and JSON clients are redirected to it.
func (c *call) expiredVerification(f *flow) {
	next := c.replaceVerification("browser", message.New(kratos.MessageVerificationExpired, "expired_at", f.ExpiresAt))
	next.RequestURL, next.ReturnTo, next.Parameters = f.RequestURL, f.ReturnTo, f.Parameters
	if !c.wantsJSON() {
		c.redirect(http.StatusSeeOther, c.flowPage(next))
		return
	}
	c.redirect(http.StatusSeeOther, c.publicURL+"/self-service/verification/flows?"+url.Values{"id": {next.ID}}.Encode())
}
