package server

import (
	"net/http"
	"slices"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
)

// admitSettings refuses settings without a session.
func (c *call) admitSettings(f *flow) bool {
	if c.session() != nil {
		return true
	}
	switch {
	case f.Type == "api" || c.wantsJSON():
		e := newError(http.StatusUnauthorized, "The request has no valid session.").withID("session_inactive")
		if f.Type == "browser" && c.since("v25.4.0") {
			e.with("CredentialsMissing", false)
		}
		c.error(e)
	case f.ReturnTo != "":
		c.redirect(http.StatusSeeOther, withQuery(c.publicURL+"/self-service/login/browser", "return_to", f.ReturnTo))
	default:
		c.redirect(http.StatusSeeOther, c.publicURL+"/self-service/login/browser")
	}
	return false
}

// admitSettingsFlow refuses to read and to submit settings without a session.
func (c *call) admitSettingsFlow() bool {
	if c.session() != nil {
		return true
	}
	if c.wantsJSON() {
		c.error(newError(http.StatusUnauthorized, "The request has no valid session."))
	} else {
		c.redirect(http.StatusFound, c.config.UIURL+"/login")
	}
	return false
}

// startSettings checks whether a settings flow can be started, and makes its form.
func (c *call) startSettings(f *flow) bool {
	s := c.session()
	if c.aalMissing(s, c.config.SettingsAAL) {
		returnTo := ""
		if f.Type == "browser" && f.ReturnTo != "" {
			returnTo = f.RequestURL
		}
		c.failAAL(f.Type, returnTo)
		return false
	}
	c.addSettings(f, s)
	return true
}

// failAAL responds that the session needs a second factor. The login returns to a URL, if there is
// one.
func (c *call) failAAL(flowType, returnTo string) {
	next := c.aalURL(returnTo)
	if flowType != "api" && !c.wantsJSON() {
		c.redirect(http.StatusSeeOther, next)
		return
	}
	c.error(c.aalErrorTo(next))
}

// aalErrorTo returns the error of a session without the second factor, and where the browser can
// enter it.
func (c *call) aalErrorTo(next string) *apiError {
	return newError(http.StatusForbidden, "The session has to authenticate with the second factor.").withID("session_aal2_required").
		withDetail("redirect_browser_to", next).with("redirect_browser_to", next)
}

// checkSettingsReader returns an error unless the request has a session that can read the flow.
func (c *call) checkSettingsReader(f *flow) *apiError {
	s := c.session()
	switch {
	case s.Identity != f.Identity:
		return mismatchError()
	case c.aalMissing(s, c.config.SettingsAAL):
		return c.aalErrorTo(c.aalURL(c.flowPage(f)))
	}
	return nil
}

// mismatchError returns the error of a flow that is another person's.
func mismatchError() *apiError {
	return newError(http.StatusForbidden, "The flow is another person's.").withID("security_identity_mismatch")
}

// settingsContinue handles a browser that returns to the settings after another authentication.
func (c *call) settingsContinue() { submitFlow(settings)(c) }

// submitSettings handles a submission of a settings flow.
func (c *call) submitSettings(f *flow) {
	s := c.session()
	switch {
	case c.aalMissing(s, c.config.SettingsAAL):
		c.failAAL(f.Type, c.publicURL+c.r.URL.RequestURI())
	case c.expired(f):
		c.expiredOnSubmit(f)
	case s.Identity != f.Identity:
		c.failSettings(f, mismatchError())
	default:
		c.submitSettingsMethod(&settingsCall{call: c, flow: f, session: s})
	}
}

// failSettings ends a submission with an error.
func (c *call) failSettings(f *flow, e *apiError) {
	if f.Type == "api" {
		c.error(e)
		return
	}
	c.fail(e)
}

// settingsCall is a submission of a settings flow.
type settingsCall struct {
	*call
	flow    *flow
	session *session
	form    form
	resumed bool // the form is one that was kept, see pause
}

// settingsMethods are the methods in the order in which Kratos asks them.
func (s *Server) settingsMethods() []string {
	if s.since("v25.4.0") {
		return []string{"profile", "password", "totp", "lookup_secret"}
	}
	return []string{"password", "profile", "totp", "lookup_secret"}
}

// submitSettingsMethod handles a submission with the method that it is for.
func (c *call) submitSettingsMethod(sc *settingsCall) {
	method := sc.resume()
	if !sc.resumed {
		var err error
		if sc.form, err = sc.decodeSettings(); err != nil {
			sc.rejectUndecoded(err)
			return
		}
		method = sc.method()
	}
	sc.flow.TransientPayload = sc.form["transient_payload"]
	switch {
	case slices.Contains([]string{"oidc", "saml", "passkey", "webauthn"}, method):
		c.cannot("settings of the method " + method)
	case method == "":
		sc.rejectAt("", message.New(kratos.MessageNoSettingsMethod))
	case !c.enabled(method):
		c.failSettings(sc.flow, newError(http.StatusNotFound, "The method is disabled."))
	case method == "profile":
		sc.submitProfile()
	case method == "password":
		sc.submitPassword()
	case method == "totp":
		sc.submitTOTP()
	default:
		sc.submitLookup()
	}
}

// decodeSettings decodes the form. A browser that returns with the method GET has none.
func (c *call) decodeSettings() (form, error) {
	if c.r.Method == http.MethodGet {
		return form{}, nil
	}
	return c.decodeForm()
}

// method returns the method of the form, or "" if there is none. The buttons of second factors do
// not name it.
func (sc *settingsCall) method() string {
	method := sc.form.text("method")
	if sc.form.flag("totp_unlink") {
		method = "totp"
	}
	for _, button := range []string{"reveal", "regenerate", "confirm", "disable"} {
		if sc.form.flag("lookup_secret_"+button) && (method == "" || method == "lookup_secret") {
			return "lookup_secret"
		}
	}
	switch method {
	case "password", "profile", "totp", "oidc", "saml", "passkey", "webauthn":
		return method
	}
	return ""
}

// rejectUndecoded rejects a form that cannot be decoded. Since v25.4.0 the messages of the last
// submission stay.
func (sc *settingsCall) rejectUndecoded(err error) {
	m := message.New(kratos.MessageInvalid, "reason", err.Error())
	if sc.since("v25.4.0") {
		sc.flow.UI.Messages = append(sc.flow.UI.Messages, m)
		sc.rejectSettings()
		return
	}
	sc.rejectAt("", m)
}

// rejectAt rejects a submission with a message at the field with a name, or for the form.
func (sc *settingsCall) rejectAt(field string, m message.Message) {
	sc.flow.UI.clear()
	sc.flow.UI.sayAt(field, m)
	sc.rejectSettings()
}

// rejectSettings rejects a submission with the messages that the form has.
func (sc *settingsCall) rejectSettings() {
	sc.flow.UI.Messages = sc.flow.UI.Messages[max(0, len(sc.flow.UI.Messages)-maxMessages):]
	sc.putCSRF(sc.flow)
	sc.sortSettings(&sc.flow.UI, sc.flow.Identity)
	sc.reject(sc.flow)
}

// admit checks the client, and unless the form changes nothing that is protected, the age of the
// session. It has responded if it returns false.
func (sc *settingsCall) admit(protected bool) bool {
	reason, e := sc.checkClient(sc.flow, sc.form)
	switch {
	case e != nil:
		sc.failSettings(sc.flow, e)
	case reason != "":
		sc.rejectAt("", message.New(kratos.MessageInvalid, "reason", reason))
	case protected && !sc.privileged():
		sc.reauthenticate()
	default:
		return true
	}
	return false
}

// privileged reports whether the authentication of the session is recent.
func (sc *settingsCall) privileged() bool {
	return sc.session.AuthenticatedAt.Add(sc.config.PrivilegedSessionMaxAge).After(sc.now())
}
