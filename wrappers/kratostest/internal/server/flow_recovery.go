package server

import (
	"errors"
	"net/http"
	netmail "net/mail"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// A recovery flow belongs to a method, "code" or "link", which is [flow.Active]. The method code
// handles the flows of its own, and the method link all that remain.

// admitRecovery refuses a recovery to a client with a session.
func (c *call) admitRecovery(f *flow) bool {
	if c.session() == nil {
		return true
	}
	c.alreadySignedIn(f.ReturnTo)
	return false
}

// alreadySignedIn responds to a client with a session, which does not need to recover the account.
func (c *call) alreadySignedIn(returnTo string) {
	if c.native() || c.wantsJSON() {
		c.error(newError(http.StatusBadRequest, "The request has a session: an account needs no recovery.").withID("session_already_available"))
		return
	}
	if returnTo == "" || c.checkReturnTo(returnTo) != nil {
		returnTo = c.config.ReturnURL
	}
	c.redirect(http.StatusFound, c.absolute(returnTo))
}

// startRecovery checks whether a recovery flow can be started, and makes its form.
func (c *call) startRecovery(f *flow) bool {
	if !c.enabled(c.config.RecoveryMethod) {
		c.fail(newError(http.StatusBadRequest, "The method of the recovery is disabled."))
		return false
	}
	c.fillRecovery(f)
	return true
}

// fillRecovery makes the first form of a recovery flow, with the configured method.
func (c *call) fillRecovery(f *flow) { c.fillRecoveryFor(f, c.config.RecoveryMethod) }

// fillRecoveryFor makes the first form of a method.
func (c *call) fillRecoveryFor(f *flow, method string) {
	f.Active, f.State = method, "choose_method"
	if c.choosesAddress() {
		f.State = stateAddress
		if method == "code" {
			c.fillAddress(f)
			return
		}
	}
	c.addCSRF(f)
	f.UI.add(
		input(method, "email", "email", nil).required().label(kratos.MessageLabelEmail),
		submitButton(method, "method", method, kratos.MessageLabelContinue),
	)
}

// submitRecovery handles a submission of a recovery flow.
func (c *call) submitRecovery(f *flow) {
	if c.expired(f) {
		c.recoveryExpired(f)
		return
	}
	form, err := c.decodeRecovery()
	f.TransientPayload = form["transient_payload"]
	if f.Active == "code" && c.recoverByCode(f, form, err) {
		return
	}
	c.recoverByLink(f, form, err)
}

// recoveryLink handles the link of an email.
func (c *call) recoveryLink() { submitFlow(recovery)(c) }

// decodeRecovery decodes a submission. Fields in the URL replace those of JSON, but not of a form.
func (c *call) decodeRecovery() (form, error) {
	decoded, err := form{}, error(nil)
	if c.r.Method != http.MethodGet {
		decoded, err = c.decodeForm()
	}
	if err != nil {
		return nil, err
	}
	for name, values := range c.r.URL.Query() {
		if _, ok := decoded[name]; !ok || c.sentJSON() {
			decoded[name] = values[0]
		}
	}
	if email := decoded.text("email"); email != "" && !isEmail(email) {
		return decoded, errNoEmail
	}
	return decoded, nil
}

// errNoEmail is the error of an email address that is not one.
var errNoEmail = errors.New("the value is not an email address")

// isEmail reports whether a text is an email address.
func isEmail(text string) bool {
	parsed, err := netmail.ParseAddress(text)
	return err == nil && parsed.Address == text
}

// rejectRecovery ends a submission with a message at the field with a name, or for the form if the
// name is empty. The flow belongs to the method from then on.
func (c *call) rejectRecovery(f *flow, method, field string, m message.Message) {
	f.UI.clear()
	f.Active = method
	f.UI.sayAt(field, m)
	c.reject(f)
}

// rejectForm ends a submission that cannot be decoded.
func (c *call) rejectForm(f *flow, method string, err error) {
	field := ""
	if errors.Is(err, errNoEmail) {
		field = "email"
	}
	c.rejectRecovery(f, method, field, message.New(kratos.MessageInvalid, "reason", err.Error()))
}

// rejectRequired ends a submission without a field.
func (c *call) rejectRequired(f *flow, method, field string) {
	c.rejectRecovery(f, method, field, message.New(kratos.MessageRequired, "property", field))
}

// methodDisabled responds to a submission of a method that is disabled.
func (c *call) methodDisabled(f *flow) {
	e := newError(http.StatusNotFound, "The method is disabled.")
	if f.Type == "api" {
		c.error(e)
		return
	}
	c.fail(e)
}

// respondRecovery ends a submission that was accepted with the flow.
func (c *call) respondRecovery(f *flow, form form) {
	if f.Type != "api" && !c.wantsJSON() {
		c.redirect(http.StatusSeeOther, c.flowPage(f))
		return
	}
	c.json(http.StatusOK, c.bodyWithPayload(f, form))
}

// recoveryAddress returns the identity that an address recovers, and the address, or nil.
func (s *Server) recoveryAddress(value string) (*identity, *recoveryAddress) {
	value = normalize(value)
	for _, i := range s.identities {
		for _, a := range i.Recovery {
			if normalize(a.Value) == value {
				return i, a
			}
		}
	}
	return nil, nil
}
