package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// startLogin checks whether a login flow can be started, and makes its form.
func (c *call) startLogin(f *flow) bool {
	if f.Type == "browser" && f.Parameters.Has("login_challenge") {
		c.cannot("logins for OAuth2 clients (login_challenge)")
		return false
	}
	f.Refresh, _ = strconv.ParseBool(c.query("refresh"))
	f.RequestedAAL = strings.ToLower(c.query("aal"))
	if f.RequestedAAL == "" {
		f.RequestedAAL = "aal1"
	}
	s := c.session()
	if e := c.checkLogin(f, s); e != nil {
		c.failLoginStart(f, e)
		return false
	}
	if s == nil {
		f.Refresh = false
		if exchange, _ := strconv.ParseBool(c.query("return_session_token_exchange_code")); exchange && f.Type == "api" {
			f.ExchangeCode = randomText(64, alphanumeric)
		}
	}
	if e := c.fillLoginFor(f, s); e != nil {
		c.failLoginStart(f, e)
		return false
	}
	return true
}

// checkLogin returns an error if a person cannot log in with the parameters of a flow.
func (c *call) checkLogin(f *flow, s *session) *apiError {
	wanted := f.Parameters.Get("identity_schema")
	switch {
	case !slices.Contains([]string{"aal1", "aal2"}, f.RequestedAAL):
		return newError(http.StatusBadRequest, "The query parameter aal is not aal1 or aal2.")
	case s == nil && f.RequestedAAL == "aal2":
		return firstFactorError()
	case s != nil && !f.Refresh && f.RequestedAAL <= s.AAL:
		return loggedInError()
	case s == nil && c.since("v25.4.0") && wanted != "" && c.schema(wanted) == nil:
		return newError(http.StatusBadRequest, "There is no identity schema with the id in the query parameter identity_schema.")
	}
	return nil
}

// firstFactorError returns the error of a second factor without a session.
func firstFactorError() *apiError {
	return newError(http.StatusUnauthorized, "There is no session to authenticate with a second factor.").
		withID("session_aal1_required").withMessage("a second factor needs a session")
}

// loggedInError returns the error of a login of a person who is logged in.
func loggedInError() *apiError {
	return newError(http.StatusBadRequest, "The request has a session already. The query parameter refresh=true authenticates again.").
		withID("session_already_available").withMessage("the person is logged in already")
}

// failLoginStart ends the creation of a login flow with an error. The browser of a person who is
// logged in continues where the login would have.
func (c *call) failLoginStart(f *flow, e *apiError) {
	if e.ID != "session_already_available" || f.Type == "api" || c.acceptsJSON() {
		c.fail(e)
		return
	}
	c.redirect(http.StatusSeeOther, c.loginTarget(f))
}

// loginTarget returns where a browser continues after a login.
func (c *call) loginTarget(f *flow) string {
	if f.ReturnTo != "" {
		return c.absolute(f.ReturnTo)
	}
	return c.config.ReturnURL
}

// attempt is a submission of a login flow.
type attempt struct {
	*call
	flow    *flow
	form    form
	session *session // of the request, or nil
}

// submitLogin handles a submission of a login flow.
func (c *call) submitLogin(f *flow) {
	a := &attempt{call: c, flow: f, session: c.session()}
	switch s := a.session; {
	case s != nil && !f.Refresh && f.RequestedAAL <= s.AAL:
		a.notNeeded()
	case s == nil && f.RequestedAAL == "aal2":
		a.fail(firstFactorError())
	case c.expired(f):
		a.expired(f.ExpiresAt)
	default:
		a.submit()
	}
}

// notNeeded ends the submission of a person who is logged in.
func (a *attempt) notNeeded() {
	if a.flow.Type == "browser" && !a.wantsJSON() {
		a.redirect(http.StatusSeeOther, a.config.ReturnURL)
		return
	}
	a.rejectFor(loggedInError().Reason)
}

// expired ends the submission of a flow or a code that has expired. The new flow has the parameters
// of this request, which has none, so that Kratos cannot start it for a person who is logged in.
func (a *attempt) expired(at time.Time) {
	if a.session != nil {
		a.rejectFor(loggedInError().Reason)
		return
	}
	old := *a.flow
	old.ExpiresAt, old.Refresh, old.RequestedAAL = at, false, "aal1"
	a.expiredOnSubmit(&old)
}

// submit tries the methods in the order of Kratos. Each reports whether it responded.
func (a *attempt) submit() {
	if !a.decode() {
		return
	}
	for _, method := range []func(*attempt) bool{
		(*attempt).password, (*attempt).elsewhereMethod, (*attempt).code, (*attempt).totp, (*attempt).lookup, (*attempt).identifierFirst,
	} {
		if method(a) {
			return
		}
	}
	a.reject(a.violation("", kratos.MessageNoLoginMethod))
}

// decode decodes the form. It has responded if it returns false.
func (a *attempt) decode() bool {
	form, err := a.decodeForm()
	switch {
	case a.large:
		e := newError(http.StatusInternalServerError, "").withMessage("the request body is too large")
		if a.flow.Type == "api" {
			e.status = http.StatusBadRequest
		}
		a.fail(e)
		return false
	case err != nil:
		a.rejectFor(err.Error())
		return false
	}
	a.form, a.flow.TransientPayload = form, form["transient_payload"]
	return true
}

// responsible reports whether the form names a method for the assurance level of the flow.
func (a *attempt) responsible(method, aal string) bool {
	return a.flow.RequestedAAL == aal && a.form.text("method") == method
}

// allowed reports whether a method is enabled. It has responded if it returns false.
func (a *attempt) allowed(method string) bool {
	if a.enabled(method) {
		return true
	}
	a.fail(newError(http.StatusNotFound, "The method is disabled."))
	return false
}

// client reports whether the client can submit the flow. It has responded if it returns false. A
// message in the form is given to reject.
func (a *attempt) client(reject func(...schema.Violation)) bool {
	reason, e := a.checkClient(a.flow, a.form)
	switch {
	case e != nil:
		a.fail(e)
		return false
	case reason != "":
		reject(a.violation("", kratos.MessageInvalid, "reason", reason))
		return false
	}
	return true
}

// elsewhereMethod refuses the methods that need another device or server.
func (a *attempt) elsewhereMethod() bool {
	switch method := a.form.text("method"); {
	case method == "oidc" || method == "saml":
		a.cannot("logins with a provider")
	case (method == "passkey" || method == "webauthn") && a.flow.Type == "browser":
		a.cannot("security keys and passkeys")
	default:
		return false
	}
	return true
}

// violation returns a message for a field, or for the form if the field is "".
func (a *attempt) violation(field string, id int64, context ...any) schema.Violation {
	return schema.Violation{Field: field, Message: message.New(id, context...)}
}

// rejectFor ends the submission with the form and a reason.
func (a *attempt) rejectFor(reason string) {
	a.reject(a.violation("", kratos.MessageInvalid, "reason", reason))
}

// reject ends the submission with the form and messages in it.
func (a *attempt) reject(violations ...schema.Violation) {
	a.flow.UI.clear()
	for _, v := range violations {
		a.flow.UI.sayAt(v.Field, v.Message)
	}
	a.sortLogin(a.flow)
	a.call.reject(a.flow)
}

// fail ends the submission with an error.
func (a *attempt) fail(e *apiError) {
	if a.flow.Type == "api" {
		a.error(e)
		return
	}
	a.call.fail(e)
}

// nextStep ends the submission with the form of the next step. Kratos shows what was submitted for
// web hooks in this response alone.
func (a *attempt) nextStep() {
	a.flow.UpdatedAt = a.now()
	if !a.wantsJSON() {
		a.redirect(http.StatusSeeOther, a.flowPage(a.flow))
		return
	}
	body := a.flowBody(a.flow)
	body["transient_payload"] = map[string]any{}
	if payload, ok := a.form["transient_payload"].(map[string]any); ok {
		body["transient_payload"] = payload
	}
	a.json(http.StatusBadRequest, body)
}
