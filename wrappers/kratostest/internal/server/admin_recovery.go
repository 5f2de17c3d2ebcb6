package server

import (
	"net/http"
	"regexp"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// recoveryBody is the body of createRecoveryCodeForIdentity and createRecoveryLinkForIdentity.
type recoveryBody struct {
	IdentityID string `json:"identity_id"`
	ExpiresIn  string `json:"expires_in"`
	FlowType   string `json:"flow_type"`
}

// durations are the values of expires_in.
var durations = regexp.MustCompile(`^-?[0-9]+(?:ns|us|ms|s|m|h)$`)

// decodeRecoveryBody returns the body of a request to recover an account by a method, and how long
// that is possible.
func (c *call) decodeRecoveryBody(method string) (body recoveryBody, lifespan time.Duration, e *apiError) {
	c.noCache()
	if c.disabled(recovery) || !c.enabled(method) {
		return body, 0, newError(http.StatusNotFound, "The recovery of accounts, or its method, is disabled.")
	}
	if e := c.decode(&body); e != nil {
		return body, 0, e
	}
	if body.IdentityID != "" && !isUUID(body.IdentityID) {
		return body, 0, newError(http.StatusBadRequest, "The identity_id is not a UUID.")
	}
	if body.ExpiresIn == "" {
		return body, c.config.CodeLifespan, nil
	}
	lifespan, err := time.ParseDuration(body.ExpiresIn)
	if err != nil || !durations.MatchString(body.ExpiresIn) || lifespan <= 0 {
		return body, 0, newError(http.StatusBadRequest, "The value of expires_in is not a duration in the future, such as 1h.")
	}
	return body, lifespan, nil
}

// newAdminRecovery returns a recovery flow of an identity, without a form.
func (c *call) newAdminRecovery(i *identity, flowType string, lifespan time.Duration) *flow {
	f := c.newFlow(recovery, flowType)
	f.RequestURL = c.adminURL + c.r.URL.RequestURI()
	f.ExpiresAt = f.IssuedAt.Add(lifespan)
	f.Identity, f.NoCSRF, f.State = i, true, "sent_email"
	c.flows[f.ID] = f
	return f
}

// createRecoveryCode handles createRecoveryCodeForIdentity.
func (c *call) createRecoveryCode() {
	body, lifespan, e := c.decodeRecoveryBody("code")
	switch {
	case e != nil:
	case body.FlowType != "" && body.FlowType != "browser" && body.FlowType != "api":
		e = newError(http.StatusBadRequest, "The flow_type is neither browser nor api.")
	case c.identity(body.IdentityID) == nil:
		e = newError(http.StatusNotFound, "There is no identity with this id.")
	}
	if e != nil {
		c.error(e)
		return
	}
	flowType := body.FlowType
	if flowType == "" {
		flowType = "browser"
	}
	f := c.newAdminRecovery(c.identity(body.IdentityID), flowType, lifespan)
	f.Active = "code"
	f.UI.add(recoveryCodeInput(), submitButton("code", "method", "code", kratos.MessageLabelContinue))
	code := c.issueCode(f, "email", "")
	code.ExpiresAt = f.ExpiresAt
	c.json(http.StatusCreated, map[string]any{"recovery_link": c.flowPage(f), "recovery_code": code.Text, "expires_at": f.ExpiresAt})
}

// createRecoveryLink handles createRecoveryLinkForIdentity.
func (c *call) createRecoveryLink() {
	body, lifespan, e := c.decodeRecoveryBody("link")
	if e == nil && c.identity(body.IdentityID) == nil {
		e = newError(http.StatusBadRequest, "There is no identity with this id.")
	}
	if e == nil {
		e = c.checkReturnTo(c.query("return_to"))
	}
	if e != nil {
		c.error(e)
		return
	}
	f := c.newAdminRecovery(c.identity(body.IdentityID), "browser", lifespan)
	f.Active = "link"
	token := c.issueRecoveryLink(f, "")
	token.ExpiresAt = f.ExpiresAt
	c.json(http.StatusOK, map[string]any{"recovery_link": c.recoveryLinkURL(f, token), "expires_at": f.ExpiresAt})
}
