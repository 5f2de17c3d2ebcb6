package server

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxCookies is the most cookies of a session.
const maxCookies = 1000

// sessionCookie is the name of the session cookie.
const sessionCookie = "ory_kratos_session"

// session returns the session of the request, or nil. The credentials count in the order in which
// Kratos reads them: the session token, the cookie, the bearer token.
func (c *call) session() *session {
	if token := c.r.Header.Get("X-Session-Token"); token != "" {
		return c.sessionWith(func(s *session) bool { return s.Token == token })
	}
	if cookie, err := c.r.Cookie(sessionCookie); err == nil {
		if found := c.sessionWith(func(s *session) bool { return s.hasCookie(cookie.Value) }); found != nil {
			return found
		}
	}
	if token, ok := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer "); ok && token != "" {
		return c.sessionWith(func(s *session) bool { return s.Token == token })
	}
	return nil
}

// sessionWith returns the valid session of an active person that matches, or nil.
func (c *call) sessionWith(matches func(*session) bool) *session {
	for _, s := range c.sessions {
		if matches(s) && c.active(s) && s.Identity.State == "active" {
			return s
		}
	}
	return nil
}

// newSession creates a session for the client of a request.
func (c *call) newSession(i *identity, methods ...authMethod) *session {
	s := c.makeSession(i, methods...)
	c.sessions = append(c.sessions, s)
	return s
}

// makeSession returns a session for the client of a request, which is not stored.
func (c *call) makeSession(i *identity, methods ...authMethod) *session {
	s := c.buildSession(i, methods...)
	s.Devices = []device{c.device()}
	return s
}

// device returns the client of a request, by the headers of proxies that Kratos reads.
func (c *call) device() device {
	d := device{ID: newID(), IPAddress: c.r.RemoteAddr, UserAgent: c.r.UserAgent()}
	for _, name := range []string{"X-Real-IP", "True-Client-IP"} {
		if ip := c.r.Header.Get(name); ip != "" {
			d.IPAddress = ip
		}
	}
	var location []string
	for _, name := range []string{"Cf-Ipcity", "Cf-Ipcountry"} {
		if place := c.r.Header.Get(name); place != "" {
			location = append(location, place)
		}
	}
	d.Location = strings.Join(location, ", ")
	return d
}

// createSession creates a session.
func (s *Server) createSession(i *identity, methods ...authMethod) *session {
	created := s.buildSession(i, methods...)
	s.sessions = append(s.sessions, created)
	return created
}

// buildSession returns a session that is not stored.
func (s *Server) buildSession(i *identity, methods ...authMethod) *session {
	now := s.now()
	created := &session{
		ID: newID(), Token: newToken(), Cookie: newCookie(), LogoutToken: "ory_lo_" + randomText(32, alphanumeric), Identity: i,
		IssuedAt: now, AuthenticatedAt: now, ExpiresAt: now.Add(s.config.SessionLifespan), AAL: "aal1",
	}
	for _, m := range methods {
		created.authenticate(m.Method, m.AAL, now)
	}
	return created
}

// authenticate adds an authentication to a session. A session has the level aal2 with a first and a
// second factor.
func (s *session) authenticate(method, aal string, now time.Time) {
	s.Methods = append(s.Methods, authMethod{Method: method, AAL: aal, CompletedAt: now})
	s.AuthenticatedAt, s.AAL = now, "aal1"
	has := func(level string) bool {
		return slices.ContainsFunc(s.Methods, func(m authMethod) bool { return m.AAL == level })
	}
	if has("aal1") && has("aal2") {
		s.AAL = "aal2"
	}
}

// issueCookie gives a browser the cookie of a session, and another CSRF cookie if it had no session
// of this person.
func (c *call) issueCookie(s *session) {
	if old := c.session(); old == nil || old.Identity != s.Identity {
		c.setCSRF(newCSRF())
	}
	c.setSessionCookie(s)
}

// hasCookie reports whether a cookie is of the session.
func (s *session) hasCookie(value string) bool {
	_, issued := s.Cookies[value]
	return issued || value == s.Cookie
}

// refreshCookie gives a browser another cookie if its session was extended after it got the cookie.
// The old one stays valid.
func (c *call) refreshCookie(s *session) {
	cookie, err := c.r.Cookie(sessionCookie)
	if err != nil {
		return
	}
	if expires, issued := s.Cookies[cookie.Value]; issued && expires.Before(s.ExpiresAt) {
		s.Cookie = newCookie()
		c.setSessionCookie(s)
	}
}

// setSessionCookie gives a browser the cookie of a session.
func (c *call) setSessionCookie(s *session) {
	if s.Cookies == nil {
		s.Cookies = map[string]time.Time{}
	}
	if len(s.Cookies) < maxCookies {
		s.Cookies[s.Cookie] = s.ExpiresAt
	}
	http.SetCookie(c.w, &http.Cookie{
		Name: sessionCookie, Value: s.Cookie, Path: "/", Expires: s.ExpiresAt, MaxAge: int(s.ExpiresAt.Sub(c.now()).Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// removeSessionCookie deletes the session cookie of a browser.
func (c *call) removeSessionCookie() {
	http.SetCookie(c.w, &http.Cookie{Name: sessionCookie, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// aalMissing reports whether a session has a lower assurance level than required: "aal1", or
// "highest_available".
func (c *call) aalMissing(s *session, required string) bool {
	return required == "highest_available" && s.AAL == "aal1" && s.Identity.highestAAL(c.Server) == "aal2"
}

// aalURL returns where a browser authenticates with the second factor, and returns to a URL that is
// not "".
func (c *call) aalURL(returnTo string) string {
	next := c.publicURL + "/self-service/login/browser?aal=aal2"
	if returnTo != "" {
		next = withQuery(next, "return_to", returnTo)
	}
	return next
}

// aalError returns the error of a session without the second factor.
func (c *call) aalError() *apiError { return c.aalErrorTo(c.aalURL("")) }
