package server

import (
	"net/http"
	"net/url"
	"strings"
)

// adminOperations are those of the admin port.
func adminOperations() []operation {
	return []operation{
		{"isAlive", "GET /admin/health/alive", (*call).alive, false},
		{"isReady", "GET /admin/health/ready", (*call).alive, false},
		{"getVersion", "GET /admin/version", (*call).version, false},

		{"listIdentities", "GET /admin/identities", (*call).listIdentities, false},
		{"createIdentity", "POST /admin/identities", (*call).createIdentity, false},
		{"batchPatchIdentities", "PATCH /admin/identities", (*call).batchPatchIdentities, false},
		{"getIdentity", "GET /admin/identities/{id}", (*call).getIdentity, false},
		{"updateIdentity", "PUT /admin/identities/{id}", (*call).updateIdentity, false},
		{"patchIdentity", "PATCH /admin/identities/{id}", (*call).patchIdentity, false},
		{"deleteIdentity", "DELETE /admin/identities/{id}", (*call).deleteIdentity, false},
		{"getIdentityByExternalID", "GET /admin/identities/by/external/{externalID}", (*call).getIdentityByExternalID, false},
		{"deleteIdentityCredentials", "DELETE /admin/identities/{id}/credentials/{type}", (*call).deleteIdentityCredentials, false},
		{"listIdentitySessions", "GET /admin/identities/{id}/sessions", (*call).listIdentitySessions, false},
		{"deleteIdentitySessions", "DELETE /admin/identities/{id}/sessions", (*call).deleteIdentitySessions, false},

		{"listSessions", "GET /admin/sessions", (*call).listSessions, false},
		{"getSession", "GET /admin/sessions/{id}", (*call).getSession, false},
		{"disableSession", "DELETE /admin/sessions/{id}", (*call).disableSession, false},
		{"extendSession", "PATCH /admin/sessions/{id}/extend", (*call).extendSession, false},

		{"createRecoveryCodeForIdentity", "POST /admin/recovery/code", (*call).createRecoveryCode, false},
		{"createRecoveryLinkForIdentity", "POST /admin/recovery/link", (*call).createRecoveryLink, false},

		{"listCourierMessages", "GET /admin/courier/messages", (*call).listCourierMessages, false},
		{"getCourierMessage", "GET /admin/courier/messages/{id}", (*call).getCourierMessage, false},
	}
}

// isAdminPath reports whether a path is one of the admin port.
func isAdminPath(path string) bool { return path == "/admin" || strings.HasPrefix(path, "/admin/") }

// version handles getVersion.
func (c *call) version() {
	c.noCache()
	c.json(http.StatusOK, map[string]string{"version": c.config.Version})
}

// notFound responds that a resource does not exist.
func (c *call) notFound() { c.error(newError(http.StatusNotFound, "")) }

// pathUUID returns the id in the path. It has responded if that is not a UUID.
func (c *call) pathUUID() (id string, ok bool) {
	id = c.r.PathValue("id")
	if !isUUID(id) {
		c.error(newError(http.StatusBadRequest, "").withMessage("the id in the path is not a UUID"))
		return "", false
	}
	return id, true
}

// pathIdentity returns the identity in the path. It has responded if there is none: an id that is
// not a UUID is not an error of its own.
func (c *call) pathIdentity() *identity {
	id := c.r.PathValue("id")
	if strings.Contains(id, "/") && !c.since("v25.4.0") {
		c.noRoute()
		return nil
	}
	i := c.identity(strings.ToLower(id))
	if i == nil {
		c.notFound()
	}
	return i
}

// relativeURL returns the URL of the request with other parameters, as it is in the header Link.
func (c *call) relativeURL(query url.Values) string { return c.r.URL.Path + "?" + query.Encode() }
