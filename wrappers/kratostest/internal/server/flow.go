package server

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// flowKind is a kind of flow, as it is in paths.
type flowKind string

const (
	login        flowKind = "login"
	registration flowKind = "registration"
	settings     flowKind = "settings"
	recovery     flowKind = "recovery"
	verification flowKind = "verification"
)

var flowKinds = []flowKind{login, registration, settings, recovery, verification}

// flow is a self-service flow.
type flow struct {
	ID                   string
	Kind                 flowKind
	Type                 string // "api" or "browser"
	IssuedAt, ExpiresAt  time.Time
	CreatedAt, UpdatedAt time.Time
	RequestURL, ReturnTo string
	Active               string // the method of the last submission, or ""
	State                string
	UI                   ui
	Parameters           url.Values // of the request that started the flow

	Refresh      bool   // login
	RequestedAAL string // login
	ExchangeCode string // login and registration with return_session_token_exchange_code

	Identity *identity // settings: whose. Recovery and verification: whom a code was sent to, or nil
	Session  *session  // settings

	Address          string          // that the last code was sent to
	Codes            []*oneTimeCode  // that were sent, see sendCode
	CodeTries        int             // how many codes were submitted
	Traits           json.RawMessage // registration: those that a code was sent for
	NoCSRF           bool            // recovery by an administrator
	Chosen           bool            // recovery: the address was chosen
	Links            []*oneTimeCode  // recovery: tokens of links that were sent
	TOTPURL          string          // settings: of the authenticator app that can be added
	LookupCodes      []string        // settings: new backup codes, until they are confirmed
	TransientPayload any
}

// startFlow handles the creation of a flow.
func startFlow(kind flowKind, flowType string) func(*call) {
	return func(c *call) {
		c.noCache()
		if c.disabled(kind) {
			c.fail(c.disabledError(kind))
			return
		}
		f := c.newFlow(kind, flowType)
		if !c.admitStart(f) {
			return
		}
		if e := c.checkReturnTo(f.ReturnTo); e != nil {
			c.failStart(f, e)
			return
		}
		if !c.start(f) || !c.hooksBefore(f) {
			return
		}
		c.flows[f.ID] = f
		c.respondStarted(f)
	}
}

// admitStart checks the session of the request, where Kratos does so before all else. It has
// responded if it returns false.
func (c *call) admitStart(f *flow) bool {
	switch f.Kind {
	case settings:
		return c.admitSettings(f)
	case recovery:
		return c.admitRecovery(f)
	}
	return true
}

// start checks whether a flow can be started, and makes its form. It has responded if it returns
// false.
func (c *call) start(f *flow) bool {
	switch f.Kind {
	case login:
		return c.startLogin(f)
	case registration:
		return c.startRegistration(f)
	case settings:
		return c.startSettings(f)
	case recovery:
		return c.startRecovery(f)
	default:
		return c.startVerification(f)
	}
}

// newFlow returns a flow for a request, without a form.
func (c *call) newFlow(kind flowKind, flowType string) *flow {
	now := c.now()
	f := &flow{
		ID: newID(), Kind: kind, Type: flowType, IssuedAt: now, ExpiresAt: now.Add(c.config.FlowLifespan), CreatedAt: now, UpdatedAt: now,
		RequestURL: c.publicURL + c.r.URL.RequestURI(), ReturnTo: c.query("return_to"), Parameters: c.r.URL.Query(),
		State: "choose_method",
	}
	c.resetUI(f)
	return f
}

// resetUI empties the form of a flow.
func (c *call) resetUI(f *flow) {
	f.UI = ui{Action: c.publicURL + "/self-service/" + string(f.Kind) + "?flow=" + f.ID, Method: http.MethodPost, Nodes: []*node{}}
}

// failStart ends the creation of a flow with an error.
func (c *call) failStart(f *flow, e *apiError) {
	if f.Kind == verification { // Kratos responds with JSON to browsers as well
		c.error(e)
		return
	}
	c.fail(e)
}

// respondStarted responds with a new flow.
func (c *call) respondStarted(f *flow) {
	if f.Type == "api" || c.acceptsJSON() {
		c.json(http.StatusOK, c.flowBody(f))
		return
	}
	c.redirect(http.StatusSeeOther, c.flowPage(f))
}

// flowPage returns the URL of the page that shows a flow.
func (c *call) flowPage(f *flow) string {
	return c.config.UIURL + "/" + string(f.Kind) + "?flow=" + f.ID
}

// getFlow handles the reading of a flow.
func getFlow(kind flowKind) func(*call) {
	return func(c *call) {
		c.noCache()
		if kind == settings && !c.admitSettingsFlow() {
			return
		}
		if (kind == recovery || kind == verification) && c.disabled(kind) {
			c.fail(c.disabledError(kind))
			return
		}
		f := c.flows[c.query("id")]
		if f == nil || f.Kind != kind {
			c.error(newError(http.StatusNotFound, ""))
			return
		}
		if e := c.checkReader(f); e != nil {
			c.error(e)
			return
		}
		if c.expired(f) {
			c.error(c.expiredOnRead(f))
			return
		}
		c.json(http.StatusOK, c.flowBody(f))
	}
}

// checkReader returns an error unless the client can read a flow.
func (c *call) checkReader(f *flow) *apiError {
	if f.Kind == settings {
		return c.checkSettingsReader(f)
	}
	if f.Type == "browser" && !f.NoCSRF && !csrfMatches(c.sentCSRF(), f.csrfToken()) {
		return c.csrfError("The CSRF cookie is missing, or is not that of the flow.", "Send the cookies of the browser that started the flow.")
	}
	return nil
}

// checkReturnTo returns an error if a flow cannot return to a URL.
func (c *call) checkReturnTo(target string) *apiError {
	if target == "" {
		return nil
	}
	u, err := url.Parse(c.absolute(target))
	if err == nil {
		for _, allowed := range append([]string{c.publicURL + "/", c.config.ReturnURL}, c.config.AllowedReturnURLs...) {
			a, err := url.Parse(allowed)
			if err == nil && a.Scheme == u.Scheme && a.Host == u.Host && strings.HasPrefix(u.Path, a.Path) {
				return nil
			}
		}
	}
	return newError(http.StatusBadRequest, "The return_to URL is not among the allowed ones.").withID("self_service_flow_return_to_forbidden")
}

// absolute returns a return_to with the scheme and host of the default one, if it has none.
func (c *call) absolute(target string) string {
	u, err := url.Parse(target)
	home, errHome := url.Parse(c.config.ReturnURL)
	if err != nil || errHome != nil || u.Opaque != "" || u.Host == "" && u.Path != "" && !strings.HasPrefix(u.Path, "/") {
		return target
	}
	u.Path = cmp.Or(u.Path, "/")
	u.Scheme, u.Host = cmp.Or(u.Scheme, home.Scheme), cmp.Or(u.Host, home.Host)
	return u.String()
}

// disabledError returns the error of a flow that the configuration disables.
func (c *call) disabledError(kind flowKind) *apiError {
	e := newError(http.StatusBadRequest, "The flow "+string(kind)+" is disabled.")
	if kind == registration {
		e.ID = "self_service_flow_disabled"
	}
	return e
}
