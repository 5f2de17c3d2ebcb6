package server

import (
	"net/http"
	"strings"
)

// submitFlow handles a submission.
func submitFlow(kind flowKind) func(*call) {
	return func(c *call) {
		c.noCache()
		if kind == settings && !c.admitSettingsFlow() {
			return
		}
		id := c.query("flow")
		if !isUUID(id) {
			c.fail(newError(http.StatusBadRequest, "The query parameter flow is missing, or not an id."))
			return
		}
		f := c.flows[id]
		if f == nil || f.Kind != kind {
			c.fail(unknownFlow(kind))
			return
		}
		if c.large {
			e := newError(http.StatusInternalServerError, "").withMessage(errTooLarge.Error())
			e.status = http.StatusBadRequest
			c.error(e)
			return
		}
		c.submit(f)
	}
}

// unknownFlow returns the error of the submission of a flow that does not exist.
func unknownFlow(kind flowKind) *apiError {
	e := newError(http.StatusNotFound, "")
	if kind != login && kind != registration {
		e.Reason = "There is no flow with this id. Start a new one."
	}
	return e
}

// submit handles a submission of a flow that exists.
func (c *call) submit(f *flow) {
	switch f.Kind {
	case login:
		c.submitLogin(f)
	case registration:
		c.submitRegistration(f)
	case settings:
		c.submitSettings(f)
	case recovery:
		c.submitRecovery(f)
	default:
		c.submitVerification(f)
	}
}

// reject ends a submission with the form and its messages: 400 for native and single-page clients,
// and a redirect to the page for others.
func (c *call) reject(f *flow) { c.rejectWith(f, http.StatusSeeOther) }

// rejectWith is reject with another status of the redirect.
func (c *call) rejectWith(f *flow, status int) {
	f.UpdatedAt = c.now()
	if f.Type == "api" || c.wantsJSON() {
		c.json(http.StatusBadRequest, c.flowBody(f))
		return
	}
	c.redirect(status, c.flowPage(f))
}

// respondFlow ends a submission that was accepted with the flow.
func (c *call) respondFlow(f *flow) {
	f.UpdatedAt = c.now()
	if f.Type == "api" || c.wantsJSON() {
		c.json(http.StatusOK, c.flowBody(f))
		return
	}
	c.redirect(http.StatusSeeOther, c.flowPage(f))
}

// continueAt ends a submission that continues at another URL.
func (c *call) continueAt(target string) {
	if !c.wantsJSON() {
		c.redirect(http.StatusSeeOther, target)
		return
	}
	c.error(newError(http.StatusUnprocessableEntity, "The browser has to continue at "+target).
		withID("browser_location_change_required").withMessage("browser location change required").
		with("redirect_browser_to", target))
}

// checkClient returns why a client cannot submit a flow: a native one with a cookie, as a message
// in the form, or another one without a valid CSRF token, as an error.
func (c *call) checkClient(f *flow, form form) (reason string, e *apiError) {
	if f.Type == "browser" {
		if f.NoCSRF {
			return "", nil
		}
		return "", c.checkCSRF(form.text("csrf_token"))
	}
	if c.r.Header.Get("Origin") != "" {
		return "The request of a native client has the header Origin.", nil
	}
	for _, cookie := range c.r.Cookies() {
		if name := strings.TrimLeft(cookie.Name, "_"); !strings.HasPrefix(name, "cf") {
			return "The request of a native client has the header Cookie.", nil
		}
	}
	return "", nil
}
