package server

import "net/http"

// needsDatabase reports whether an operation fails when the database does.
func (c *call) needsDatabase() bool {
	switch c.op.id {
	case "", "isAlive", "getFlowError", "listIdentitySchemas", "getIdentitySchema", "getVersion", "getWebAuthnJavaScript":
		return false
	}
	return true
}

// databaseDown responds as Kratos does when a query fails. A session that cannot be read does not
// exist to the operations of sessions: they respond with 401, not 500.
func (c *call) databaseDown() {
	if c.op.id == "isReady" {
		c.notReady()
		return
	}
	c.noCache()
	switch c.op.id {
	case "toSession", "listMySessions", "disableMyOtherSessions", "disableMySession":
		c.error(newError(http.StatusUnauthorized, "No session was found."))
		return
	}
	e := newError(http.StatusInternalServerError, "").withMessage("the database failed")
	if c.admin || c.op.id == "createBrowserVerificationFlow" {
		c.error(e)
		return
	}
	c.fail(e)
}

// notReady responds that the server is not ready.
func (c *call) notReady() {
	e := newError(http.StatusInternalServerError, "").withMessage("the database is not ready")
	e.status = http.StatusServiceUnavailable
	if c.admin || c.since("v25.4.0") {
		c.noCache()
	}
	c.error(e)
}
