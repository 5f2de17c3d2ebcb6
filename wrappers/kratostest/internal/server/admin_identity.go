package server

import (
	"encoding/json"
	"net/http"
	"slices"
)

// createIdentity handles createIdentity.
func (c *call) createIdentity() {
	c.noCache()
	var body createBody
	err := c.decodeStrict(&body)
	if err == nil {
		err = c.checkVersion(&body)
	}
	if err != nil {
		c.error(newError(http.StatusBadRequest, "").withMessage(err.Error()))
		return
	}
	i, e := c.identityOf(&body)
	if e == nil {
		e = c.validate(i)
	}
	if len(c.identities) >= maxIdentities {
		c.cannot("more identities than 200,000")
		return
	}
	if e == nil {
		e = i.checkIdentifiers()
	}
	if e == nil && c.taken(i) {
		e = newError(http.StatusConflict, "Another identity has the same identifier or address.")
	}
	if e != nil {
		c.error(e)
		return
	}
	c.identities = append(c.identities, i)
	c.w.Header().Set("Location", c.adminURL+"/identities/"+i.ID)
	created := c.adminIdentityJSON(i, nil, body.MetadataAdmin != nil)
	if webauthn, ok := created.Credentials["webauthn"]; ok {
		webauthn.Version = 0
		created.Credentials["webauthn"] = webauthn
	}
	c.json(http.StatusCreated, created)
}

// credentialTypes are the values of include_credential.
var credentialTypes = []string{"password", "oidc", "totp", "lookup_secret", "webauthn", "code", "passkey", "link_recovery", "code_recovery"}

// includedCredentials returns the types of credentials whose configuration the client asks for.
func (c *call) includedCredentials() ([]string, *apiError) {
	included := c.r.URL.Query()["include_credential"]
	for _, kind := range included {
		if !slices.Contains(credentialTypes, kind) && (kind != "saml" || !c.since("v1.3.6")) {
			return nil, newError(http.StatusBadRequest, "A value of include_credential is not a type of credentials.")
		}
	}
	return included, nil
}

// getIdentity handles getIdentity.
func (c *call) getIdentity() {
	c.noCache()
	if i := c.pathIdentity(); i != nil {
		c.respondIdentity(i)
	}
}

// getIdentityByExternalID handles getIdentityByExternalID.
func (c *call) getIdentityByExternalID() {
	if !c.since("v25.4.0") {
		c.noRoute()
		return
	}
	c.noCache()
	id := c.r.PathValue("externalID")
	index := slices.IndexFunc(c.identities, func(i *identity) bool { return i.ExternalID != "" && i.ExternalID == id })
	if index < 0 {
		c.notFound()
		return
	}
	c.respondIdentity(c.identities[index])
}

// respondIdentity responds with an identity and the credentials that the client asks for.
func (c *call) respondIdentity(i *identity) {
	included, e := c.includedCredentials()
	if e != nil {
		c.error(e)
		return
	}
	c.json(http.StatusOK, c.adminIdentityJSON(i, included, true))
}

// updateBody is the body of updateIdentity.
type updateBody struct {
	SchemaID       string               `json:"schema_id"`
	Traits         json.RawMessage      `json:"traits"`
	Credentials    *importedCredentials `json:"credentials"`
	MetadataPublic json.RawMessage      `json:"metadata_public"`
	MetadataAdmin  json.RawMessage      `json:"metadata_admin"`
	State          string               `json:"state"`
	ExternalID     string               `json:"external_id"`
}

// updateIdentity handles updateIdentity.
func (c *call) updateIdentity() {
	c.noCache()
	var body updateBody
	if e := c.decode(&body); e != nil {
		c.error(e)
		return
	}
	i := c.pathIdentity()
	if i == nil {
		return
	}
	if e := c.change(i, func() *apiError { return c.update(i, &body) }); e != nil {
		c.error(e)
		return
	}
	c.json(http.StatusOK, c.adminIdentityJSON(i, nil, body.MetadataAdmin != nil))
}

// update replaces what an identity has by what a body has. The schema, the state and the
// credentials stay if the body has none.
func (s *Server) update(i *identity, b *updateBody) *apiError {
	if b.SchemaID != "" {
		i.SchemaID = b.SchemaID
	}
	if e := s.setState(i, b.State); b.State != "" && e != nil {
		return e
	}
	i.Traits, i.MetadataPublic, i.MetadataAdmin = b.Traits, b.MetadataPublic, b.MetadataAdmin
	if i.Traits == nil {
		i.Traits = json.RawMessage("{}")
	}
	if s.since("v25.4.0") {
		i.ExternalID = b.ExternalID
	}
	return s.importCredentials(i, b.Credentials)
}

// setState sets the state of an identity.
func (s *Server) setState(i *identity, state string) *apiError {
	if i.State == state {
		return nil
	}
	if state != "active" && state != "inactive" {
		return newError(http.StatusBadRequest, "The "+invalidState+".")
	}
	i.State, i.StateChangedAt = state, s.now()
	return nil
}

// deleteIdentity handles deleteIdentity.
func (c *call) deleteIdentity() {
	c.noCache()
	i := c.pathIdentity()
	if i == nil {
		return
	}
	c.identities = slices.DeleteFunc(c.identities, func(other *identity) bool { return other == i })
	c.sessions = slices.DeleteFunc(c.sessions, func(s *session) bool { return s.Identity == i })
	c.empty(http.StatusNoContent)
}
