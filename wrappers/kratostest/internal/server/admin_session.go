package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// adminSessionBody is a session in a response of the admin port: what is not expanded is null.
type adminSessionBody struct {
	sessionBody
	Identity *identityBody `json:"identity"`
}

// adminSessionJSON returns a session with its identity or its devices. Without the identity, the
// session of an inactive person is active.
func (s *Server) adminSessionJSON(session *session, identity, devices bool) adminSessionBody {
	body := adminSessionBody{sessionBody: s.sessionJSON(session)}
	if identity {
		body.Identity = body.sessionBody.Identity
		body.Active = body.Active && session.Identity.State == "active"
	}
	if !devices {
		body.Devices = nil
	}
	return body
}

// withoutAddresses returns a session as it is in lists.
func (b adminSessionBody) withoutAddresses() adminSessionBody {
	if b.Identity != nil {
		b.Identity.VerifiableAddresses, b.Identity.RecoveryAddresses = nil, nil
	}
	return b
}

// sessionsOf returns the sessions that match, newest first.
func (s *Server) sessionsOf(matches func(*session) bool) []*session {
	var found []*session
	for _, session := range s.sessions {
		if matches(session) {
			found = append(found, session)
		}
	}
	slices.Reverse(found)
	return found
}

// activeFilter returns the sessions that a request with the parameter active asks for. It has
// responded if the parameter is not valid.
func (c *call) activeFilter() (matches func(*session) bool, ok bool) {
	text := c.query("active")
	if text == "" {
		return func(*session) bool { return true }, true
	}
	active, err := strconv.ParseBool(text)
	if err != nil {
		c.error(newError(http.StatusBadRequest, "").withMessage("the parameter active is not true or false"))
		return nil, false
	}
	return func(s *session) bool { return c.active(s) == active }, true
}

// expanded returns what a session is shown with. It has responded if a parameter is not valid.
func (c *call) expanded() (identity, devices, ok bool) {
	for _, option := range c.r.URL.Query()["expand"] {
		switch strings.ToLower(option) {
		case "identity":
			identity = true
		case "devices":
			devices = true
		default:
			c.error(newError(http.StatusBadRequest, "A value of expand is not identity or devices."))
			return false, false, false
		}
	}
	return identity, devices, true
}

// listSessions handles listSessions.
func (c *call) listSessions() {
	c.noCache()
	matches, ok := c.activeFilter()
	if !ok {
		return
	}
	invalid := newError(http.StatusBadRequest, "").withMessage("the page_size or the page_token is not valid")
	size, ok := c.keysetSize(defaultPageSize, invalid)
	if !ok {
		return
	}
	after := ""
	if token := c.query("page_token"); token != "" {
		if after, ok = keysetID(token); !ok {
			c.error(invalid)
			return
		}
	}
	identity, devices, ok := c.expanded()
	if !ok {
		return
	}
	list := c.sessionsOf(matches)
	page, last := keysetPage(list, func(s *session) string { return s.ID }, after, size)
	next := ""
	if last != nil {
		next = keysetToken((*last).ID, (*last).IssuedAt, false)
	}
	c.writeKeysetLinks(size, firstToken(false), next)
	if !c.since("v1.3.6") {
		c.w.Header().Set("X-Total-Count", strconv.Itoa(len(list)))
	}
	bodies := []adminSessionBody{}
	for _, s := range page {
		bodies = append(bodies, c.adminSessionJSON(s, identity, devices).withoutAddresses())
	}
	c.json(http.StatusOK, bodies)
}

// pathSession returns the session in the path. It has responded if there is none.
func (c *call) pathSession() *session {
	id, ok := c.pathUUID()
	if !ok {
		return nil
	}
	for _, s := range c.sessions {
		if strings.EqualFold(s.ID, id) {
			return s
		}
	}
	c.notFound()
	return nil
}

// getSession handles getSession.
func (c *call) getSession() {
	c.noCache()
	if _, ok := c.pathUUID(); !ok {
		return
	}
	identity, devices, ok := c.expanded()
	if !ok {
		return
	}
	if s := c.pathSession(); s != nil {
		body := c.adminSessionJSON(s, identity, devices)
		if !devices {
			body.Devices = []device{}
		}
		c.json(http.StatusOK, body)
	}
}

// disableSession handles disableSession.
func (c *call) disableSession() {
	c.noCache()
	if s := c.pathSession(); s != nil {
		s.Revoked = true
		c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
		c.empty(http.StatusNoContent)
	}
}

// extendSession handles extendSession. A session that has expired is valid again; one that was
// revoked is not.
func (c *call) extendSession() {
	c.noCache()
	s := c.pathSession()
	if s == nil {
		return
	}
	s.ExpiresAt = c.now().Add(c.config.SessionLifespan)
	if c.config.FasterSessionExtend {
		c.empty(http.StatusNoContent)
		return
	}
	body := c.adminSessionJSON(s, true, false)
	body.Devices = []device{}
	c.json(http.StatusOK, body)
}

// listIdentitySessions handles listIdentitySessions.
func (c *call) listIdentitySessions() {
	c.noCache()
	id, ok := c.pathUUID()
	if !ok {
		return
	}
	matches, ok := c.activeFilter()
	if !ok {
		return
	}
	list := c.sessionsOf(func(s *session) bool { return strings.EqualFold(s.Identity.ID, id) && matches(s) })
	from, to := c.offsetPage(len(list))
	bodies := []adminSessionBody{}
	for _, s := range list[from:to] {
		bodies = append(bodies, c.adminSessionJSON(s, true, true).withoutAddresses())
	}
	c.json(http.StatusOK, bodies)
}

// deleteIdentitySessions handles deleteIdentitySessions.
func (c *call) deleteIdentitySessions() {
	c.noCache()
	id, ok := c.pathUUID()
	if !ok {
		return
	}
	before := len(c.sessions)
	c.sessions = slices.DeleteFunc(c.sessions, func(s *session) bool { return strings.EqualFold(s.Identity.ID, id) })
	if len(c.sessions) == before {
		c.notFound()
		return
	}
	c.empty(http.StatusNoContent)
}
