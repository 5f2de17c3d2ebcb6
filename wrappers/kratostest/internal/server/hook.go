package server

import (
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// Hook is a web hook.
type Hook struct {
	Trigger string // such as "login.after.password"
	Decides bool   // whether Kratos waits for the response
	Receiver
}

// hookTriggers are the places of hooks in the configuration.
var hookTriggers = []string{
	"login.before", "login.after", "login.after.password", "login.after.code", "login.after.totp", "login.after.lookup_secret",
	"registration.before", "registration.after", "registration.after.password", "registration.after.code",
	"settings.before", "settings.after", "settings.after.password", "settings.after.profile", "settings.after.totp", "settings.after.lookup_secret",
	"recovery.before", "recovery.after", "verification.before", "verification.after",
}

// trigger is a point in a flow at which hooks are called.
type trigger struct {
	flow     *flow
	when     string    // "before" or "after"
	method   string    // after a login, a registration or settings
	identity *identity // nil before a flow
	session  *session  // after a login
	// changes is whether the identity is one that is not stored, and hooks can change it.
	changes bool
}

// hooks returns the hooks of a trigger: those of the method or, if it has none, of all methods.
func (s *Server) hooks(t *trigger) []Hook {
	place := string(t.flow.Kind) + "." + t.when
	own := s.hooksAt(place + "." + t.method)
	if t.method == "" || len(own) == 0 {
		return s.hooksAt(place)
	}
	return own
}

func (s *Server) hooksAt(place string) []Hook {
	var found []Hook
	for _, h := range s.config.Hooks {
		if h.Trigger == place {
			found = append(found, h)
		}
	}
	return found
}

// hookFailure is why a flow does not continue: what a hook refused, or an error of its response.
type hookFailure struct {
	refused []schema.Violation
	err     *apiError
}

// callHooks calls the hooks of a trigger in their order. Some decide; the others are called in the
// background.
func (c *call) callHooks(t *trigger) *hookFailure {
	for _, h := range c.hooks(t) {
		if !h.Decides {
			c.notifyHook(t, h)
			continue
		}
		if failure := c.decideHook(t, h); failure != nil {
			return failure
		}
	}
	return nil
}

// decideHooks calls the hooks that decide about an identity before it is stored.
func (c *call) decideHooks(t *trigger) *hookFailure {
	t.changes = true
	for _, h := range c.hooks(t) {
		if !h.Decides {
			continue
		}
		if failure := c.decideHook(t, h); failure != nil {
			return failure
		}
	}
	return nil
}

// notifyHooks calls the other hooks after the identity was stored.
func (c *call) notifyHooks(t *trigger) {
	for _, h := range c.hooks(t) {
		if !h.Decides {
			c.notifyHook(t, h)
		}
	}
}

// decideHook calls a hook and waits for the response.
func (c *call) decideHook(t *trigger, h Hook) *hookFailure {
	body := c.hookBody(t)
	var response hookResponse
	c.outside(func() { response = c.post(c.r.Context(), &h.Receiver, body) })
	return c.applyHook(t, response)
}

// notifyHook calls a hook in the background.
func (c *call) notifyHook(t *trigger, h Hook) {
	body, s := c.hookBody(t), c.Server
	s.background(func() { s.post(backgroundContext, &h.Receiver, body) })
}

// hooksBefore calls the hooks before a flow. It has responded if it returns false. A login flow is
// not stored yet, and so is not found when Kratos adds the messages to it.
func (c *call) hooksBefore(f *flow) bool {
	failure := c.callHooks(&trigger{flow: f, when: "before"})
	if failure == nil {
		return true
	}
	e := failure.err
	switch {
	case e != nil && f.Kind == login && f.Type == "api" && e.Code == http.StatusInternalServerError:
		e.Code, e.Status = http.StatusBadRequest, http.StatusText(http.StatusBadRequest)
	case e == nil && f.Kind == login:
		e = newError(http.StatusNotFound, "")
	case e == nil:
		e = newError(http.StatusInternalServerError, "A web hook refused the flow.")
	}
	if f.Kind == recovery {
		c.error(e) // browsers get JSON as well
		return false
	}
	c.failStart(f, e)
	return false
}

// fieldOf returns the name of the field that a JSON Pointer (RFC 6901) of a hook is of.
func fieldOf(pointer string) string {
	return strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(pointer, "#"), "/"), "/", ".")
}
