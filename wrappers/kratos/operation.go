package kratos

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
)

// This file interprets responses by operation.

// needsSession has the operations that act for a person, and so can fail with [ErrNoSession]. A 401
// from any other operation is about the credentials of the program.
var needsSession = map[string]bool{
	"toSession": true, "listMySessions": true, "disableMySession": true, "disableMyOtherSessions": true,
	"performNativeLogout": true, "createBrowserLogoutFlow": true, "updateLogoutFlow": true,
	"createNativeSettingsFlow": true, "createBrowserSettingsFlow": true, "getSettingsFlow": true, "updateSettingsFlow": true,
	"createNativeLoginFlow": true, "createBrowserLoginFlow": true, "updateLoginFlow": true, // a second factor, or a login again
}

// partlySupported has the operations that some servers lack, and those that have them. The router of
// the others responds with 404, which is not [ErrNotFound]: nothing was looked for.
var partlySupported = map[string]string{
	"getIdentityByExternalID": "Kratos v25.4 and later",
	"createFedcmFlow":         "Ory Network", "updateFedcmFlow": "Ory Network",
}

// messageUnauthorized is the message of every 401 from Kratos without an id. The reason
// distinguishes a session that does not exist from one that could not be checked. Ory's gateways
// have other messages or reasons.
const messageUnauthorized = "The request could not be authorized"

// mentionsSession reports whether the reason of an error is about the session, in any version of
// Kratos.
func mentionsSession(reason string) bool { return strings.Contains(strings.ToLower(reason), "session") }

// sentinelWithoutID returns the sentinel for an error from Kratos without an id, or nil.
func sentinelWithoutID(e *Error) error {
	switch {
	case e.StatusCode == http.StatusUnauthorized && strings.HasPrefix(e.Operation, "update") && strings.HasSuffix(e.Operation, "Flow") &&
		bytes.Contains(e.Details, []byte(`"identity_id"`)):
		return ErrIdentityInactive
	case e.StatusCode == http.StatusUnauthorized && e.Message == messageUnauthorized && mentionsSession(e.Reason),
		e.StatusCode == http.StatusForbidden && e.Operation == "performNativeLogout" && mentionsSession(e.Reason):
		return ErrNoSession
	case e.StatusCode == http.StatusGone:
		return ErrFlowExpired
	case e.FlowID != "": // of a recovery that continues in another flow
		return ErrFlowReplaced
	}
	return nil
}

// followRedirect sets the flow that replaces the current one. Kratos redirects native clients to
// its API URL, and browsers to the page that shows it.
func followRedirect(e *Error, to *url.URL) {
	if id := to.Query().Get("id"); id != "" && strings.Contains(to.Path, "/self-service/") && strings.HasSuffix(to.Path, "/flows") {
		e.sentinel, e.FlowID, e.RedirectTo, e.text = ErrFlowExpired, id, "", ""
	}
	if id := to.Query().Get("flow"); id != "" && (e.Operation == "updateRecoveryFlow" || e.Operation == "updateVerificationFlow") {
		e.sentinel, e.FlowID, e.text = ErrFlowReplaced, id, ""
	}
}

// operation is an operation of the API. Segments of its path may be parameters, such as {id}.
type operation struct{ method, path, id string }

// operationID returns the operationId for a method and an escaped path below the base URL; "" if
// the API has no such operation.
func operationID(method, path string) string {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	segments := strings.Split(path, "/")
	for _, o := range operations {
		if o.method == method && o.matches(segments) {
			return o.id
		}
	}
	if below, ok := strings.CutPrefix(path, "/admin"); ok { // see metadataRequest
		return operationID(method, below)
	}
	return ""
}

func (o operation) matches(segments []string) bool {
	pattern := strings.Split(o.path, "/")
	if len(pattern) != len(segments) {
		return false
	}
	for i, want := range pattern {
		if segments[i] != want && (!strings.HasPrefix(want, "{") || segments[i] == "") {
			return false
		}
	}
	return true
}
