package server

import (
	"net/http"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// expired reports whether a flow cannot be submitted anymore.
func (s *Server) expired(f *flow) bool { return !f.ExpiresAt.After(s.now()) }

// expiredOnRead returns the error of the reading of an expired flow.
func (c *call) expiredOnRead(f *flow) *apiError {
	e := newError(http.StatusGone, "The flow has expired.")
	if f.Kind == login || f.Kind == registration || f.Kind == recovery && f.Type == "api" {
		e.ID = "self_service_flow_expired"
	}
	start := c.publicURL + "/self-service/" + string(f.Kind) + "/"
	if f.Type == "api" {
		return e.withDetail("api", start+"api")
	}
	restart := start + "browser"
	if f.ReturnTo != "" {
		restart = withQuery(restart, "return_to", f.ReturnTo)
	}
	return e.withDetail("redirect_to", restart).withDetail("return_to", f.ReturnTo)
}

// expiredOnSubmit responds to the submission of an expired login, registration or settings flow:
// there is a new one.
func (c *call) expiredOnSubmit(f *flow) {
	next := c.restart(f)
	if !c.hooksBeforeNext(f, next) {
		return
	}
	c.flows[next.ID] = next
	next.UI.say(expiredMessages[f.Kind], "expired_at", f.ExpiresAt)
	if !c.wantsJSON() && f.Type == "browser" {
		c.redirect(http.StatusSeeOther, c.flowPage(next))
		return
	}
	c.error(c.expiredError(f.ExpiresAt, next))
}

// expiredMessages are the messages of a flow that was started in place of an expired one.
var expiredMessages = map[flowKind]int64{
	login: kratos.MessageLoginExpired, registration: kratos.MessageRegistrationExpired, settings: kratos.MessageSettingsExpired,
	recovery: kratos.MessageRecoveryExpired, verification: kratos.MessageVerificationExpired,
}

// expiredError returns the error of the submission of a flow, or of a code, that has expired. It
// names the new flow.
func (c *call) expiredError(at time.Time, next *flow) *apiError {
	return newError(http.StatusGone, "The flow has expired. Continue with the new one.").
		withID("self_service_flow_expired").withMessage("the flow has expired").
		with("use_flow_id", next.ID).with("expired_at", at).with("since", c.now().Sub(at))
}

// hooksBeforeNext calls the hooks before a flow that replaces an expired one. It has responded if it
// returns false.
func (c *call) hooksBeforeNext(f, next *flow) bool {
	if c.callHooks(&trigger{flow: next, when: "before"}) == nil {
		return true
	}
	e := newError(http.StatusGone, "The flow has expired, and a web hook refused a new one.").
		withID("self_service_flow_expired").with("expired_at", f.ExpiresAt)
	if f.Kind == login {
		e = newError(http.StatusNotFound, "")
	}
	c.fail(e)
	return false
}

// restart returns a flow in place of one that expired, with its parameters.
func (c *call) restart(f *flow) *flow {
	next := c.newFlow(f.Kind, f.Type)
	next.RequestURL, next.ReturnTo, next.Parameters = f.RequestURL, f.ReturnTo, f.Parameters
	next.Refresh, next.RequestedAAL = f.Refresh, f.RequestedAAL
	next.Identity, next.Session = f.Identity, f.Session
	c.fillForm(next)
	return next
}

// fillForm makes the first form of a flow.
func (c *call) fillForm(f *flow) {
	switch f.Kind {
	case login:
		c.fillLogin(f)
	case registration:
		c.fillRegistration(f)
	case settings:
		c.fillSettings(f)
	case recovery:
		c.fillRecovery(f)
	default:
		c.fillVerification(f)
	}
}
