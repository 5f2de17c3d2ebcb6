package kratos

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
)

// What the same response means for one operation and not for another.

// personal are the operations that act for a person, and so can find that there is no session. A
// 401 to any other operation is about the credentials of the program.
var needsSession = map[string]bool{
	"toSession": true, "listMySessions": true, "disableMySession": true, "disableMyOtherSessions": true,
	"performNativeLogout": true, "createBrowserLogoutFlow": true, "updateLogoutFlow": true,
	"createNativeSettingsFlow": true, "createBrowserSettingsFlow": true, "getSettingsFlow": true, "updateSettingsFlow": true,
	"createNativeLoginFlow": true, "createBrowserLoginFlow": true, "updateLoginFlow": true, // a second factor, or a login again
}

// messageUnauthorized is the message of every 401 from Kratos that has no id. Only the reason tells
// a session that does not exist from a session that could not be checked. Gateways of Ory have
// other messages, or another reason.
const messageUnauthorized = "The request could not be authorized"

// namesSession reports whether the reason of an error is the session. All versions of Kratos name
// it, in different sentences.
func namesSession(reason string) bool { return strings.Contains(strings.ToLower(reason), "session") }

// sentinelWithoutID returns what an error means that Kratos sends without an id.
func sentinelWithoutID(e *Error) error {
	switch {
	case e.StatusCode == http.StatusUnauthorized && strings.HasPrefix(e.Operation, "update") && strings.HasSuffix(e.Operation, "Flow") &&
		bytes.Contains(e.Details, []byte(`"identity_id"`)):
		return ErrIdentityInactive
	case e.StatusCode == http.StatusUnauthorized && e.Message == messageUnauthorized && namesSession(e.Reason),
		e.StatusCode == http.StatusForbidden && e.Operation == "performNativeLogout" && namesSession(e.Reason):
		return ErrNoSession
	case e.StatusCode == http.StatusGone:
		return ErrFlowExpired
	case e.FlowID != "": // of a recovery that goes on in another flow
		return ErrFlowReplaced
	}
	return nil
}

// followRedirect finds in a redirect the flow that replaces an expired or spent one. Kratos names
// it to native clients by its API's URL, and to browsers by the URL of the page that shows it.
func followRedirect(e *Error, to *url.URL) {
	if id := to.Query().Get("id"); id != "" && strings.Contains(to.Path, "/self-service/") && strings.HasSuffix(to.Path, "/flows") {
		e.sentinel, e.FlowID, e.RedirectTo, e.text = ErrFlowExpired, id, "", ""
	}
	if id := to.Query().Get("flow"); id != "" && (e.Operation == "updateRecoveryFlow" || e.Operation == "updateVerificationFlow") {
		e.sentinel, e.FlowID, e.text = ErrFlowReplaced, id, ""
	}
}

// An operation of the API, of which some segments of the path are parameters: {id}.
type operation struct{ method, path, id string }

// operationID returns the operationId of a request whose escaped path below the base URL is path; ""
// if the API has no such operation.
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
