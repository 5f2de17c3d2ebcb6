package server

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
)

// sessionInactive returns the error of an operation of a browser that needs a session.
func sessionInactive() *apiError {
	return newError(http.StatusUnauthorized, "The request has no valid session.").withID("session_inactive").
		withMessage("the request has no valid session")
}

// createLogout returns the URL that logs a browser out.
func (c *call) createLogout() {
	c.noCache()
	s, returnTo := c.session(), c.query("return_to")
	if s == nil {
		c.fail(sessionInactive())
		return
	}
	if e := c.checkReturnTo(returnTo); e != nil {
		c.fail(e)
		return
	}
	query := url.Values{"token": {s.LogoutToken}}
	if returnTo != "" {
		query.Set("return_to", returnTo)
	}
	c.json(http.StatusOK, map[string]string{
		"logout_url": c.publicURL + "/self-service/logout?" + query.Encode(), "logout_token": s.LogoutToken,
	})
}

// updateLogout logs a browser out.
func (c *call) updateLogout() {
	c.noCache()
	token := c.query("token")
	if token == "" {
		c.fail(newError(http.StatusBadRequest, "The query parameter token is required."))
		return
	}
	s := c.session()
	switch {
	case s == nil:
		c.fail(sessionInactive())
		return
	case s.LogoutToken != token:
		c.fail(newError(http.StatusForbidden, "The token is not that of the session."))
		return
	}
	s.Revoked = true
	c.removeSessionCookie()
	c.setCSRF(newCSRF())
	if e := c.checkReturnTo(c.query("return_to")); e != nil {
		c.fail(e)
		return
	}
	if c.wantsJSON() {
		c.empty(http.StatusNoContent)
		return
	}
	c.redirect(http.StatusSeeOther, c.logoutTarget())
}

// logoutTarget returns where a browser goes to after a logout.
func (c *call) logoutTarget() string {
	for _, target := range []string{c.query("return_to"), c.config.LogoutURL} {
		if target != "" {
			return c.absolute(target)
		}
	}
	return c.config.ReturnURL
}

// nativeLogout revokes the session of a token, again and again.
func (c *call) nativeLogout() {
	c.noCache()
	token, e := c.logoutBody()
	if e != nil {
		c.error(e)
		return
	}
	i := slices.IndexFunc(c.sessions, func(s *session) bool { return s.Token == token })
	if i < 0 {
		c.error(newError(http.StatusForbidden, "There is no session with this token."))
		return
	}
	c.sessions[i].Revoked = true
	c.empty(http.StatusNoContent)
}

// logoutBody returns the session token in the body of a native logout.
func (c *call) logoutBody() (string, *apiError) {
	contentType, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	var body struct {
		Token string `json:"session_token"`
	}
	switch {
	case len(c.body) == 0:
		return "", newError(http.StatusBadRequest, "The request body is empty.")
	case contentType != "application/json":
		return "", newError(http.StatusBadRequest, "The Content-Type of the request is not application/json.")
	case json.Unmarshal(c.body, &body) != nil:
		return "", newError(http.StatusBadRequest, "The request body is not JSON.")
	}
	return body.Token, nil
}
