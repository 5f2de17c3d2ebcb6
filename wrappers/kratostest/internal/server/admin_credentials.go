package server

import (
	"net/http"
	"slices"
)

// deleteIdentityCredentials handles deleteIdentityCredentials.
func (c *call) deleteIdentityCredentials() {
	c.noCache()
	i := c.pathIdentity()
	if i == nil {
		return
	}
	credential := i.Credentials[c.r.PathValue("type")]
	if credential == nil {
		c.error(newError(http.StatusNotFound, "The identity has no credentials of this type."))
		return
	}
	if e := c.deleteCredential(i, credential); e != nil {
		c.error(e)
		return
	}
	i.UpdatedAt = c.now()
	c.empty(http.StatusNoContent)
}

// deleteCredential deletes a credential, if an administrator can do so.
func (c *call) deleteCredential(i *identity, credential *credential) *apiError {
	switch credential.Type {
	case "totp", "lookup_secret":
		delete(i.Credentials, credential.Type)
	case "webauthn": // security keys, of which there are none
	case "oidc", "saml":
		return c.deleteProvider(i, credential)
	case "password":
		if !c.since("v25.4.0") {
			return newError(http.StatusBadRequest, "A first factor cannot be removed.")
		}
		if i.firstFactors(c.Server) < 2 {
			return newError(http.StatusBadRequest, "The last first factor cannot be removed.")
		}
		credential.Password, credential.Hash = "", ""
	default:
		return newError(http.StatusBadRequest, "Credentials of this type cannot be removed.")
	}
	return nil
}

// firstFactors returns how many first factors a person can log in with.
func (i *identity) firstFactors(s *Server) int {
	n := 0
	if c := i.Credentials["password"]; c != nil && (c.Password != "" || c.Hash != "") && s.enabled("password") {
		n++
	}
	if c := i.Credentials["code"]; c != nil && s.config.PasswordlessCode {
		n++
	}
	if c := i.Credentials["oidc"]; c != nil {
		n += len(c.Identifiers)
	}
	return n
}

// deleteProvider deletes the account at a provider that the parameter identifier names.
func (c *call) deleteProvider(i *identity, credential *credential) *apiError {
	identifier := c.query("identifier")
	if identifier == "" {
		return newError(http.StatusBadRequest, "The parameter identifier is missing.")
	}
	index := slices.Index(credential.Identifiers, identifier)
	if index < 0 {
		return newError(http.StatusNotFound, "The identity has no account with this identifier.")
	}
	if c.since("v25.4.0") && i.firstFactors(c.Server) < 2 {
		return newError(http.StatusBadRequest, "The last first factor cannot be removed.")
	}
	credential.Identifiers = slices.Delete(slices.Clone(credential.Identifiers), index, index+1)
	credential.Providers = slices.Delete(slices.Clone(credential.Providers), index, index+1)
	return nil
}
