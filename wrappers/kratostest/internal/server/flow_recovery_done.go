package server

import (
	"net/http"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// recovered signs an identity in that a code has recovered, and continues with its settings.
func (c *call) recovered(f *flow, i *identity, method string, form form) {
	if i.State != "active" {
		c.fail(inactiveError(i))
		return
	}
	next, s := c.passRecovery(f, i, f.Type, method)
	if next == nil {
		return
	}
	page := c.flowPage(next)
	if !c.config.ContinueWithTransitions {
		c.continueAt(page)
		return
	}
	if f.Type == "browser" && !c.wantsJSON() {
		c.redirect(http.StatusSeeOther, page)
		return
	}
	var steps []any
	if f.Type == "api" {
		steps = append(steps, map[string]any{"action": "set_ory_session_token", "ory_session_token": s.Token})
	}
	steps = append(steps, map[string]any{"action": "show_settings_ui", "flow": map[string]any{"id": next.ID, "url": page}})
	body := c.flowBody(f)
	if !choosingAddress(f) && !f.Chosen {
		body = c.bodyWithPayload(f, form)
	}
	body["continue_with"] = steps
	c.json(http.StatusOK, body)
}

// recoveredByLink is recovered for a link.
func (c *call) recoveredByLink(f *flow, i *identity) {
	if i.State != "active" {
		c.fail(inactiveError(i))
		return
	}
	next, _ := c.passRecovery(f, i, "browser", "link_recovery")
	if next == nil {
		return
	}
	c.redirect(http.StatusSeeOther, c.flowPage(next))
}

// passRecovery ends a recovery flow: it creates a session and a settings flow of a type. It has
// responded if it returns nil.
func (c *call) passRecovery(f *flow, i *identity, flowType, method string) (*flow, *session) {
	f.Chosen = choosingAddress(f)
	f.State, f.UI.Messages = "passed_challenge", nil
	if failure := c.callHooks(&trigger{flow: f, when: "after", identity: i}); failure != nil {
		c.refuseRecovery(f, failure)
		return nil, nil
	}
	if flowType == "browser" {
		c.setCSRF(newCSRF())
		c.putCSRF(f)
	}
	s := c.newSession(i, authMethod{Method: method, AAL: "aal1"})
	if flowType == "browser" {
		c.setSessionCookie(s)
	}
	next := c.newFlow(settings, flowType)
	next.ReturnTo = f.ReturnTo
	if f.ReturnTo != "" {
		next.RequestURL = withQuery(next.RequestURL, "return_to", f.ReturnTo)
	}
	c.addSettings(next, s)
	if failure := c.callHooks(&trigger{flow: next, when: "before"}); failure != nil {
		c.refuseRecovery(f, failure)
		return nil, nil
	}
	next.UI.say(kratos.MessageRecoverySuccessful, "privileged_session_expires_at", c.now().Add(c.config.PrivilegedSessionMaxAge))
	return next, s
}

// refuseRecovery ends a recovery that a hook does not let end. Only pages show the messages.
func (c *call) refuseRecovery(f *flow, failure *hookFailure) {
	switch {
	case failure.err != nil:
		failHook(c, f, failure.err)
		return
	case f.Type == "browser" && !c.wantsJSON():
		f.UI.sayAll(failure.refused)
		c.redirect(http.StatusSeeOther, c.flowPage(f))
		return
	}
	c.fail(newError(http.StatusInternalServerError, "A web hook refused the recovery."))
}

// inactiveError returns the error of an account that an administrator has disabled.
func inactiveError(i *identity) *apiError {
	return newError(http.StatusUnauthorized, "The account is disabled.").withDetail("identity_id", i.ID)
}

// retryRecovery starts a flow in place of one that cannot be submitted anymore, with a message, and
// leads to it. The client gets another CSRF cookie.
func (c *call) retryRecovery(flowType, method string, m *message.Message, reason string) {
	next := c.retryFlow(flowType, method, m)
	switch {
	case !c.wantsJSON():
		c.redirect(http.StatusSeeOther, c.flowPage(next))
	case c.config.ContinueWithTransitions:
		c.error(newError(http.StatusBadRequest, reason).withDetail("continue_with", showRecovery(next)))
	default:
		c.redirect(http.StatusSeeOther, c.recoveryURL(next))
	}
}

// retryRecoveryLink is retryRecovery for the method link.
func (c *call) retryRecoveryLink(flowType string, m message.Message) {
	next := c.retryFlow(flowType, "link", &m)
	if flowType == "browser" {
		c.redirect(http.StatusSeeOther, c.flowPage(next))
		return
	}
	c.redirect(http.StatusSeeOther, c.recoveryURL(next))
}

func (c *call) retryFlow(flowType, method string, m *message.Message) *flow {
	c.setCSRF(newCSRF())
	next := c.newFlow(recovery, flowType)
	c.fillRecoveryFor(next, method)
	next.UI.Messages = append(next.UI.Messages, *m)
	c.flows[next.ID] = next
	return next
}

// recoveryURL returns the URL to read a flow.
func (c *call) recoveryURL(f *flow) string {
	return c.publicURL + "/self-service/recovery/flows?id=" + f.ID
}

// showRecovery returns what a client continues with in another flow.
func showRecovery(f *flow) []any {
	return []any{map[string]any{"action": "show_recovery_ui", "flow": map[string]any{"id": f.ID}}}
}

// recoveryExpired responds to the submission of an expired flow. A native flow of the method link
// continues in a browser, where the link is opened.
func (c *call) recoveryExpired(f *flow) {
	method, flowType := f.Active, f.Type
	if method != "code" && method != "link" {
		method = c.config.RecoveryMethod
	}
	if flowType == "api" && f.Active == "link" {
		flowType = "browser"
	}
	next := c.newFlow(recovery, flowType)
	next.RequestURL, next.ReturnTo, next.Parameters = f.RequestURL, f.ReturnTo, f.Parameters
	c.fillRecoveryFor(next, method)
	next.UI.say(kratos.MessageRecoveryExpired, "expired_at", f.ExpiresAt)
	c.flows[next.ID] = next
	switch {
	case flowType == "api" && c.config.ContinueWithTransitions:
		c.error(c.expiredError(f.ExpiresAt, next).withDetail("continue_with", showRecovery(next)))
	case flowType == "api" || c.wantsJSON():
		c.redirect(http.StatusSeeOther, c.recoveryURL(next))
	default:
		c.redirect(http.StatusSeeOther, c.flowPage(next))
	}
}
