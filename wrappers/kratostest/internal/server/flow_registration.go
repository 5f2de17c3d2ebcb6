package server

import (
	"encoding/json"
	"net/http"
	"slices"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// startRegistration checks whether a registration flow can be started, and makes its form.
func (c *call) startRegistration(f *flow) bool {
	switch {
	case c.session() != nil:
		c.registered(f)
		return false
	case f.Parameters.Get("login_challenge") != "":
		c.cannot("registration for OAuth2, by login_challenge")
		return false
	case c.registrationSchema(f) == nil:
		c.fail(newError(http.StatusBadRequest, "The identity schema of the registration does not exist."))
		return false
	}
	if f.Type == "api" && c.query("return_session_token_exchange_code") == "true" {
		f.ExchangeCode = randomText(64, alphanumeric)
	}
	c.fillRegistration(f)
	return true
}

// registered responds to a client that is logged in and needs no registration.
func (c *call) registered(f *flow) {
	if c.wantsJSON() {
		c.error(newError(http.StatusBadRequest, "The request has a session.").withID("session_already_available").
			withMessage("the client is logged in"))
		return
	}
	c.redirect(http.StatusSeeOther, c.returnURL(f))
}

// returnURL returns where a browser goes after a flow.
func (c *call) returnURL(f *flow) string {
	if f.ReturnTo != "" {
		return c.absolute(f.ReturnTo)
	}
	return c.config.ReturnURL
}

// registrationSchema returns the identity schema of a registration, or nil if it does not exist.
func (c *call) registrationSchema(f *flow) *schema.Schema {
	if c.since("v25.4.0") {
		return c.schema(f.Parameters.Get("identity_schema"))
	}
	return c.schema("")
}

// registrationForm is a submission of a registration flow.
type registrationForm struct {
	form
	method string
	traits json.RawMessage
}

// submitRegistration handles a submission of a registration flow.
func (c *call) submitRegistration(f *flow) {
	switch {
	case c.session() != nil:
		c.registered(f)
		return
	case c.expired(f):
		c.expiredOnSubmit(f)
		return
	case c.large:
		c.failRegistration(f, newError(http.StatusInternalServerError, "The request body is too large."))
		return
	}
	decoded, err := c.decodeForm()
	if err != nil {
		c.rejectRegistration(f, general(kratos.MessageInvalid, "reason", err.Error()))
		return
	}
	traits, err := decoded.traits(c.registrationSchema(f))
	if err != nil {
		c.failRegistration(f, newError(http.StatusInternalServerError, ""))
		return
	}
	f.TransientPayload = decoded["transient_payload"]
	c.submitRegistrationForm(f, registrationForm{form: decoded, method: decoded.text("method"), traits: traits})
}

// submitRegistrationForm handles a decoded submission. Before v25.4.0, the method password comes
// before the screens, and the screens validate the traits of all other methods.
func (c *call) submitRegistrationForm(f *flow, form registrationForm) {
	screens, later := !c.config.OneStepRegistration, c.since("v25.4.0")
	switch {
	case slices.Contains([]string{"oidc", "passkey", "webauthn", "saml"}, form.method):
		c.cannot("registration by the method " + form.method)
	case form.method == "password" && !later:
		c.registerPassword(f, form)
	case screens && c.navigates(form):
		c.showScreen(f, form)
	case form.method == "password":
		c.registerPassword(f, form)
	case screens && !later && !c.checkTraits(f, form, false):
	case form.method == "code":
		c.registerCode(f, form)
	default:
		c.rejectRegistration(f, general(kratos.MessageNoRegistrationMethod))
	}
}

// failRegistration responds to a body that cannot be decoded: with 400 to native clients, and with
// the status of the error to others.
func (c *call) failRegistration(f *flow, e *apiError) {
	if f.Type == "api" {
		e.status = http.StatusBadRequest
		c.error(e)
		return
	}
	c.fail(e)
}

// checkTraits reports whether the traits are valid and the password, if it is needed, is there. It
// has responded if it returns false.
func (c *call) checkTraits(f *flow, form registrationForm, password bool) bool {
	violations := c.registrationSchema(f).Validate(form.traits)
	if password && form.text("password") == "" {
		violations = append(violations, schema.Violation{Field: "password", Message: message.New(kratos.MessageRequired, "property", "password")})
	}
	if len(violations) == 0 {
		return true
	}
	c.keepTraits(f, form)
	c.rejectRegistration(f, violations...)
	return false
}

// admitRegistration checks the client of a submission. It has responded if it returns false.
func (c *call) admitRegistration(f *flow, form registrationForm) bool {
	reason, e := c.checkClient(f, form.form)
	switch {
	case e != nil:
		c.fail(e)
		return false
	case reason != "":
		c.keepTraits(f, form)
		c.rejectRegistration(f, general(kratos.MessageInvalid, "reason", reason))
		return false
	}
	return true
}

// keepTraits shows the traits of a submission in its form.
func (c *call) keepTraits(f *flow, form registrationForm) {
	f.UI.setTraits(form.traits)
	if f.Type == "browser" || form.method == "code" {
		c.putCSRF(f)
	}
}

// general returns a message that is not of a field.
func general(id int64, context ...any) schema.Violation {
	return schema.Violation{Message: message.New(id, context...)}
}

// rejectRegistration ends a submission with messages.
func (c *call) rejectRegistration(f *flow, messages ...schema.Violation) {
	f.UI.clear()
	for _, m := range messages {
		f.UI.sayAt(m.Field, m.Message)
	}
	c.sortNodes(&f.UI, c.registrationSchema(f))
	c.rejectWith(f, http.StatusFound)
}

// respondStep ends a submission that leads to another step of the flow.
func (c *call) respondStep(f *flow, form registrationForm) {
	f.UpdatedAt = c.now()
	if !c.wantsJSON() {
		c.redirect(http.StatusSeeOther, c.flowPage(f))
		return
	}
	c.json(http.StatusBadRequest, c.bodyWithPayload(f, form.form))
}

// bodyWithPayload returns a flow with the transient payload, which only the response to its
// submission has.
func (c *call) bodyWithPayload(f *flow, form form) map[string]any {
	body := c.flowBody(f)
	body["transient_payload"] = form["transient_payload"]
	if body["transient_payload"] == nil {
		body["transient_payload"] = struct{}{}
	}
	return body
}
