package server

import (
	"net/http"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// registerPassword handles a submission of the method password.
func (c *call) registerPassword(f *flow, form registrationForm) {
	if !c.enabled("password") {
		c.methodDisabled(f)
		return
	}
	if !c.checkTraits(f, form, true) || !c.admitRegistration(f, form) {
		return
	}
	i := c.newIdentity(c.registrationSchema(f).ID, form.traits)
	password := i.credential(c.Server, "password")
	if len(password.Identifiers) == 0 {
		c.keepTraits(f, form)
		c.rejectRegistration(f, general(kratos.MessageIdentifierMissing))
		return
	}
	if m := checkPassword(form.text("password"), password.Identifiers); m != nil {
		c.keepTraits(f, form)
		c.rejectRegistration(f, schema.Violation{Field: "password", Message: *m})
		return
	}
	password.Password = form.text("password")
	c.finishRegistration(f, i, form, "password")
}

// finishRegistration stores an identity and responds with it and, if so configured, a session.
func (c *call) finishRegistration(f *flow, i *identity, form registrationForm, method string) {
	if e := i.checkIdentifiers(); e != nil {
		c.fail(e)
		return
	}
	after := &trigger{flow: f, when: "after", method: method, identity: i}
	if failure := c.decideHooks(after); failure != nil {
		c.refuseRegistration(f, form, failure)
		return
	}
	if c.taken(i) {
		c.rejectRegistration(f, c.takenMessage(i))
		return
	}
	c.identities = append(c.identities, i)
	if i.State != "active" { // a hook has changed it
		c.fail(inactive(i))
		return
	}
	after.changes = false
	c.notifyHooks(after)
	var steps []map[string]any
	if f.Type == "browser" && c.wantsJSON() {
		steps = append(steps, map[string]any{"action": "redirect_browser_to", "redirect_browser_to": c.returnURL(f)})
	}
	session := c.newSession(i, authMethod{Method: method, AAL: "aal1"})
	verifications, page := c.verifyAfter(f, i)
	steps = append(steps, verifications...)
	body := map[string]any{}
	if c.config.SessionAfterRegistration {
		steps = append(steps, c.grantSession(f, session, body)...)
	}
	if f.Type == "browser" && !c.wantsJSON() {
		if page == "" {
			page = c.returnURL(f)
		}
		c.redirect(http.StatusSeeOther, page)
		return
	}
	body["identity"], body["continue_with"] = c.identityJSON(i), steps
	c.json(http.StatusOK, body)
}

// refuseRegistration ends a submission that a hook does not let continue.
func (c *call) refuseRegistration(f *flow, form registrationForm, failure *hookFailure) {
	if failure.err != nil {
		failHook(c, f, failure.err)
		return
	}
	c.keepTraits(f, form)
	c.rejectRegistration(f, failure.refused...)
}

// grantSession gives the client a session: a token or a cookie.
func (c *call) grantSession(f *flow, s *session, body map[string]any) (steps []map[string]any) {
	body["session"] = c.sessionJSON(s)
	if f.Type == "api" {
		body["session_token"] = s.Token
		return []map[string]any{{"action": "set_ory_session_token", "ory_session_token": s.Token}}
	}
	c.setCSRF(newCSRF())
	c.setSessionCookie(s)
	return nil
}

// takenMessage returns the message of an identity whose identifier or address another one has, with
// hints how to log in if so configured.
func (c *call) takenMessage(i *identity) schema.Violation {
	other, conflict := c.conflict(i)
	if !c.config.LoginHints || other == nil {
		return general(kratos.MessageAccountExists)
	}
	types, hint := []string{}, ""
	for _, kind := range []string{"code", "password"} {
		credential := other.Credentials[kind]
		if credential == nil {
			continue
		}
		hint = conflict
		if len(credential.Identifiers) > 0 {
			hint = credential.Identifiers[0]
		}
		if kind == "code" || credential.Password != "" || credential.Hash != "" {
			types = append(types, kind)
		}
	}
	return general(kratos.MessageAccountExistsHints, "available_credential_types", types, "available_oidc_providers", []string{},
		"credential_identifier_hint", hint)
}
