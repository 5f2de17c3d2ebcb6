package server

import (
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// finish ends a submission that was right: with a session, unless the person may not log in.
func (a *attempt) finish(i *identity, method authMethod) {
	switch {
	case i.State != "active":
		a.fail(inactive(i))
	case a.unverified(i):
		a.askToVerify(i)
	default:
		a.logIn(i, method)
	}
}

// logIn responds with the session of the request after an authentication, or a new one for another
// person, unless a hook refuses it.
func (a *attempt) logIn(i *identity, method authMethod) {
	upgrades := a.session != nil && a.session.Identity == i
	s := a.makeSession(i, method)
	if upgrades {
		*s = *a.session
		s.Methods = slices.Clone(s.Methods)
		s.authenticate(method.Method, method.AAL, a.now())
		s.ExpiresAt = a.now().Add(a.config.SessionLifespan)
	}
	if failure := a.callHooks(&trigger{flow: a.flow, when: "after", method: method.Method, identity: i, session: s}); failure != nil {
		a.refuse(failure)
		return
	}
	if upgrades {
		*a.session = *s
		s = a.session
	} else {
		a.sessions = append(a.sessions, s)
	}
	a.respondSession(s)
}

// refuse ends a submission that a hook does not let continue.
func (a *attempt) refuse(failure *hookFailure) {
	if failure.err != nil {
		failHook(a.call, a.flow, failure.err)
		return
	}
	if a.flow.Type == "browser" {
		a.putCSRF(a.flow)
	}
	a.reject(failure.refused...)
}

// failHook ends a submission after an error of a hook. A native client, and a single-page one after other
// flows than a login and registration, gets another status than that
// of the error.
func failHook(c *call, f *flow, e *apiError) {
	asForm := f.Type == "api" || c.wantsJSON() && f.Kind != login && f.Kind != registration
	if asForm && e.Code == http.StatusInternalServerError {
		e.status = http.StatusBadRequest
	}
	c.fail(e)
}

// respondSession responds with a session.
func (a *attempt) respondSession(s *session) {
	if a.flow.Type == "api" {
		body := map[string]any{"session_token": s.Token, "session": a.loginSession(s), "continue_with": nil}
		a.json(http.StatusOK, body)
		return
	}
	a.issueCookie(s)
	target := a.loginTarget(a.flow)
	switch {
	case a.aalMissing(s, a.config.SessionAAL):
		a.continueAt(a.aalURL(a.flow.ReturnTo))
	case a.wantsJSON():
		a.json(http.StatusOK, map[string]any{
			"session":       a.loginSession(s),
			"continue_with": []any{map[string]any{"action": "redirect_browser_to", "redirect_browser_to": target}},
		})
	default:
		a.redirect(http.StatusSeeOther, target)
	}
}

// loggedIn is the session in the response of a login. Without a second factor that is required, it
// has no identity.
type loggedIn struct {
	sessionBody
	Identity *identityBody `json:"identity"`
}

// loginSession returns a session as a login shows it. One that existed has the client of this
// request as well, without an id, and is shown as issued now; Kratos keeps neither.
func (a *attempt) loginSession(s *session) loggedIn {
	body := loggedIn{sessionBody: a.sessionJSON(s)}
	body.Identity = body.sessionBody.Identity
	if a.flow.Type == "api" && a.aalMissing(s, a.config.SessionAAL) {
		body.Identity = nil
	}
	if s == a.session {
		d := a.device()
		d.ID = uuid.Nil.String()
		body.Devices = append(slices.Clone(body.Devices), d)
		body.IssuedAt = s.AuthenticatedAt
	}
	return body
}

// unverified reports whether a person has to verify an address first. Before v25.4.0, and with
// LegacyUnverifiedError, other methods than passwords do not ask for it.
func (a *attempt) unverified(i *identity) bool {
	if !a.config.RequireVerifiedAddress || a.legacyUnverified() && a.flow.Active != "password" {
		return false
	}
	return !slices.ContainsFunc(i.Verifiable, func(v *verifiableAddress) bool { return v.Verified })
}

// legacyUnverified reports whether unverified addresses are a message in the form.
func (a *attempt) legacyUnverified() bool {
	return a.config.LegacyUnverifiedError || !a.since("v25.4.0")
}

// askToVerify ends the login of a person without a verified address.
func (a *attempt) askToVerify(i *identity) {
	if len(i.Verifiable) == 0 {
		a.fail(newError(http.StatusInternalServerError, "The identity has no address that can be verified, which the configuration requires."))
		return
	}
	if a.legacyUnverified() {
		if a.flow.Type == "browser" {
			a.putCSRF(a.flow)
		}
		a.reject(a.violation("", kratos.MessageAddressNotVerified))
		return
	}
	address := i.Verifiable[0]
	v := a.verificationAfter(a.flow, address)
	if a.flow.Type == "browser" && !a.wantsJSON() {
		a.redirect(http.StatusSeeOther, a.flowPage(v))
		return
	}
	e := newError(http.StatusBadRequest, "The login needs a verified address.").
		withID("session_verified_address_required").withMessage("no address is verified").
		withDetail("continue_with", []any{map[string]any{
			"action": "show_verification_ui",
			"flow":   map[string]any{"id": v.ID, "verifiable_address": address.Value, "url": a.flowPage(v)},
		}})
	e.status = http.StatusForbidden
	a.error(e)
}
