package server

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// alive handles isAlive and isReady.
func (c *call) alive() {
	if c.admin || c.since("v25.4.0") {
		c.noCache()
	}
	c.json(http.StatusOK, map[string]string{"status": "ok"})
}

// schemaBody is an identity schema in a list.
type schemaBody struct {
	ID     string          `json:"id"`
	Schema json.RawMessage `json:"schema"`
}

// listSchemas handles listIdentitySchemas.
func (c *call) listSchemas() {
	c.noCache()
	page := c.numberedPage()
	c.writeOffsetLinks(len(c.schemas), page, bothLinks)
	bodies := []schemaBody{}
	for _, s := range pageOf(c.schemas, page) {
		bodies = append(bodies, schemaBody{s.ID, s.JSON})
	}
	c.json(http.StatusOK, bodies)
}

// getSchema handles getIdentitySchema. An id can be encoded in base64.
func (c *call) getSchema() {
	id := c.r.PathValue("id")
	if strings.Contains(id, "/") {
		if c.csrfCookie() == "" {
			c.setCSRF(newCSRF())
		}
		if !c.since("v25.4.0") {
			c.noRoute()
			return
		}
	}
	c.noCache()
	known := c.schemaNamed(id)
	if known == nil {
		c.error(newError(http.StatusNotFound, "There is no identity schema with this id."))
		return
	}
	c.json(http.StatusOK, known.JSON)
	if !c.since("v25.4.0") {
		c.w.Header().Set("Content-Type", "application/json")
	}
}

// schemaNamed returns the schema with an id, which may be encoded, or nil. An id as it stands takes
// precedence.
func (c *call) schemaNamed(id string) *schema.Schema {
	if id == "" {
		return nil
	}
	if known := c.schema(id); known != nil {
		return known
	}
	decoded, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil || len(decoded) == 0 {
		return nil
	}
	return c.schema(string(decoded))
}

// flowError handles getFlowError.
func (c *call) flowError() {
	c.noCache()
	id := c.query("id")
	if id == "stub:500" {
		now := c.now()
		c.json(http.StatusOK, storedError{ID: firstID, Error: newError(http.StatusInternalServerError, "An example of an error."), CreatedAt: now, UpdatedAt: now})
		return
	}
	stored := c.errors[id]
	if stored == nil {
		c.notFound()
		return
	}
	c.json(http.StatusOK, stored)
}

// webAuthnScript handles getWebAuthnJavaScript. The function that pages call only says that it has no
// effect.
func (c *call) webAuthnScript() {
	c.noCache()
	c.w.Header().Set("Content-Type", "text/javascript; charset=UTF-8")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write([]byte("window.oryWebAuthnLogin = () => console.warn('The Kratos in memory of package kratostest has no security keys and passkeys.');\n"))
}
