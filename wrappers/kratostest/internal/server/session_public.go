package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// whoami handles toSession.
func (c *call) whoami() {
	c.noCache()
	s := c.session()
	if s == nil {
		if c.config.CacheableSessions && !c.hasCredentials() {
			c.w.Header().Set("Ory-Session-Cache-For", "60")
		}
		c.error(newError(http.StatusUnauthorized, "The request has no valid session."))
		return
	}
	if c.aalMissing(s, c.config.SessionAAL) {
		c.error(c.aalError())
		return
	}
	body := c.sessionJSON(s)
	if template := c.query("tokenize_as"); template != "" {
		token, e := c.tokenize(s, template)
		if e != nil {
			c.error(e)
			return
		}
		body.Tokenized = token
	} else if c.config.CacheableSessions {
		c.w.Header().Set("Ory-Session-Cache-For", strconv.FormatFloat(s.ExpiresAt.Sub(c.now()).Seconds(), 'f', 0, 64))
	}
	c.w.Header().Set("X-Kratos-Authenticated-Identity-Id", s.Identity.ID)
	c.refreshCookie(s)
	c.json(http.StatusOK, body)
}

// hasCredentials reports whether the request has a session token or cookie, valid or not.
func (c *call) hasCredentials() bool {
	if c.r.Header.Get("X-Session-Token") != "" || strings.HasPrefix(c.r.Header.Get("Authorization"), "Bearer ") {
		return true
	}
	cookie, err := c.r.Cookie(sessionCookie)
	return err == nil && slices.ContainsFunc(c.sessions, func(s *session) bool { return s.hasCookie(cookie.Value) })
}

// noSession responds that an operation of the own sessions needs one.
func (c *call) noSession() {
	c.error(newError(http.StatusUnauthorized, "The request has no valid session."))
}

// listMySessions lists the other sessions of a person, newest first.
func (c *call) listMySessions() {
	c.noCache()
	current := c.session()
	switch {
	case current == nil:
		c.noSession()
		return
	case c.since("v25.4.0") && c.aalMissing(current, c.config.SessionAAL):
		c.error(c.aalError())
		return
	}
	bodies := []sessionBody{}
	for _, s := range slices.Backward(c.sessions) {
		if s.Identity == current.Identity && s != current && c.active(s) {
			body := c.sessionJSON(s)
			body.Identity.VerifiableAddresses, body.Identity.RecoveryAddresses = nil, nil // lists have none
			bodies = append(bodies, body)
		}
	}
	from, to := c.offsetPage(len(bodies))
	c.json(http.StatusOK, bodies[from:to])
}

// disableMyOtherSessions revokes the other sessions of a person. Kratos counts those that were
// revoked or that have expired as well.
func (c *call) disableMyOtherSessions() {
	c.noCache()
	current := c.session()
	if current == nil {
		c.noSession()
		return
	}
	count := 0
	for _, s := range c.sessions {
		if s.Identity == current.Identity && s != current {
			s.Revoked = true
			count++
		}
	}
	c.json(http.StatusOK, map[string]int{"count": count})
}

// disableMySession revokes another session of a person. Those of other people and ids that do not
// exist are ignored.
func (c *call) disableMySession() {
	c.noCache()
	current, id := c.session(), c.r.PathValue("id")
	switch {
	case id == "whoami":
		c.whoami()
		return
	case current == nil:
		c.noSession()
		return
	case !isUUID(id):
		c.error(newError(http.StatusBadRequest, "").withMessage("the id of the session is not a UUID"))
		return
	case id == current.ID:
		c.error(newError(http.StatusBadRequest, "").withMessage("the own session can only be logged out"))
		return
	}
	for _, s := range c.sessions {
		if s.ID == id && s.Identity == current.Identity {
			s.Revoked = true
		}
	}
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.empty(http.StatusNoContent)
}

// exchangeSessionToken handles the exchange of the codes of a login with a provider. The Kratos in
// memory has no providers, so that there is never a session to exchange.
func (c *call) exchangeSessionToken() {
	c.noCache()
	if c.query("init_code") == "" || c.query("return_to_code") == "" {
		c.error(newError(http.StatusBadRequest, "The query parameters init_code and return_to_code are required."))
		return
	}
	c.error(newError(http.StatusNotFound, "There is no session for the codes."))
}
