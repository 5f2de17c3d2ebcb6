package doctor

import (
	"crypto/rand"
	"net/http"
	"strconv"
)

// csrf starts a login flow, reads it with its cookie, and submits it with an identifier and a
// password that do not exist, as a browser does
// (https://www.ory.sh/docs/kratos/debug/csrf).
func (e *exam) csrf() {
	f := e.startFlow("login")
	if f == nil || e.csrfCookie() == nil {
		return // see cookies
	}
	const fix = "let the proxy pass Cookie and Set-Cookie as they are"
	resp, err := e.send(request{base: e.public, path: "/self-service/login/flows?id=" + f.ID, cookies: f.cookies})
	if err != nil || readFlow(resp) == nil {
		e.report("csrf-read", "a flow cannot be read with the cookies that came with it", fix, "GET /self-service/login/flows: "+outcome(resp, err))
		return
	}
	if !f.hasGroup("password") && !f.hasGroup("identifier_first") {
		e.unchecked("the submission of a form", "logins have no password", "log in by hand")
		return
	}
	from := origin(e.public)
	if e.site != "" {
		from = origin(e.site)
	}
	resp, err = e.send(request{
		method: http.MethodPost, base: e.public, path: "/self-service/login?flow=" + f.ID, cookies: f.cookies,
		header: map[string]string{"Origin": from},
		body: map[string]string{
			"method": "password", "csrf_token": f.value("csrf_token"),
			"identifier": "kratosctl-doctor-" + rand.Text() + "@doctor.invalid", "password": rand.Text(),
		},
	})
	if err != nil || resp.status != http.StatusBadRequest || readFlow(resp) == nil {
		e.report("csrf-submit", "a form that is submitted with its CSRF token and cookie is not accepted", fix+", and POST with its body", "POST /self-service/login with a wrong password: "+outcome(resp, err))
	}
}

func outcome(resp *response, err error) string {
	if err != nil {
		return err.Error()
	}
	shown := strconv.Itoa(resp.status)
	if id := resp.errorID(); knownErrorID(id) {
		shown += " " + id
	}
	return shown
}

// knownErrorID reports whether an id is one of those that say why a flow was refused. Others are
// not shown, because the body can come from any server.
func knownErrorID(id string) bool {
	switch id {
	case "security_csrf_violation", "session_already_available", "self_service_flow_expired", "security_identity_mismatch":
		return true
	}
	return false
}
