package kratos

import (
	"errors"
	"net/http"

	"github.com/kratoskit/kratos-go/internal/access"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// Errors for [errors.Is]. An error matches one of these at most, unless a comment says that it
// matches another as well, and may also match one by the status of the response.
var (
	// ErrInvalidArgument: an argument is wrong, such as an empty or malformed id, an empty
	// or malformed patch, a filter without a value, a malformed password hash, or a body of
	// more than 5 MiB. Nothing was sent, unless the error has a StatusCode: Kratos responds
	// with status 500 to an empty identifier in the traits.
	ErrInvalidArgument = errors.New("invalid argument")
	// ErrUnreachable: there was no response. The error wraps the cause, such as
	// [context.DeadlineExceeded].
	ErrUnreachable = errors.New("no response from the server")
	// ErrNotProcessed: the request had no effect and can be sent again: there was no connection, or
	// the server says that it did not process the request. The error is ErrUnreachable as well. An
	// ErrUnreachable alone may have had an effect.
	ErrNotProcessed = errors.New("the request was not processed and can be sent again")
	// ErrUnexpectedResponse: the response is not from Kratos or not to this call: a page of a
	// proxy, the wrong port or path, malformed or truncated JSON, a body over the limit. Also if
	// JSON does not fit a Go type, or an identity lost a member with [Admin.SetPassword].
	ErrUnexpectedResponse = errors.New("unexpected response (a proxy's page, or the wrong URL or port?)")
	// ErrRejected: Kratos rejected what the person entered. [RejectedFlow] has the form to show
	// again.
	ErrRejected = errors.New("the input was rejected")
	// ErrFlowExpired: the flow is too old. FlowID is the flow that replaces it, if Kratos made one;
	// otherwise start another.
	ErrFlowExpired = errors.New("the flow has expired")
	// ErrFlowReplaced: the flow cannot be used any more, after too many attempts for example.
	// FlowID is the flow that replaces it. A recovery is ErrFlowExpired instead, unless Kratos'
	// configuration has feature_flags.use_continue_with_transitions.
	ErrFlowReplaced = errors.New("the flow was replaced by another")
	// ErrFlowDisabled: the flow is disabled in Kratos' configuration.
	ErrFlowDisabled = errors.New("the flow is disabled")
	// ErrNoSession: the session token or cookie is missing (nothing was sent then), unknown,
	// expired or revoked. Only calls that act for a person fail with it, and only if Kratos itself
	// says so: any other 401 is [ErrUnauthorized].
	ErrNoSession = errors.New("no valid session")
	// ErrSessionAlreadyAvailable: the flow is for people without a session, and the person has one.
	ErrSessionAlreadyAvailable = errors.New("there is a session already")
	// ErrAAL1Required: the flow asks for a second factor, and the session lacks the first.
	ErrAAL1Required = errors.New("the first factor is required")
	// ErrAAL2Required: the session lacks a second factor: start a login flow with aal=aal2. See
	// https://www.ory.sh/docs/kratos/mfa/overview.
	ErrAAL2Required = errors.New("a second factor is required")
	// ErrAALAlreadyFulfilled: the session already has the assurance level of the flow.
	ErrAALAlreadyFulfilled = errors.New("the session already has this assurance level")
	// ErrRefreshRequired: the session is too old for this change: start a login flow with
	// refresh=true.
	ErrRefreshRequired = errors.New("the person has to log in again")
	// ErrAddressNotVerified: the login needs a verified address. From Kratos v25.4 on, ContinueWith
	// has the verification flow that was started.
	ErrAddressNotVerified = errors.New("the address is not verified")
	// ErrIdentityInactive: the state of the identity is "inactive".
	ErrIdentityInactive = errors.New("the identity is inactive")
	// ErrIdentityMismatch: the flow belongs to another identity than the session.
	ErrIdentityMismatch = errors.New("the flow belongs to another identity")
	// ErrCSRF: the CSRF token or cookie is missing or wrong.
	ErrCSRF = errors.New("the request failed the CSRF check")
	// ErrReturnToForbidden: Kratos' configuration does not allow the return_to URL.
	ErrReturnToForbidden = errors.New("return_to is not an allowed URL")
	// ErrAccountExists: the registration with a provider found an account with the same address.
	// FlowID is the login flow in which the person links the two by logging in.
	ErrAccountExists = errors.New("there is an account with this address: log in to link it")
	// ErrBatchItems: some items of a batch failed; the Err of each [BatchResult] says why. If
	// Kratos refuses all items because of some, [Admin.BatchPatchIdentities] halves the batch
	// until these are found. No identity is created twice.
	ErrBatchItems = errors.New("some items of the batch failed")
	// ErrRolledBack: the item of a batch was not created because of other items, even if Kratos
	// reported it as created, or because the batch was not sent. It can be sent again as it is.
	ErrRolledBack = errors.New("not created because of other items of the batch: send it again")
	// ErrUnconfirmed: it is unknown whether the item of a batch was created: the connection broke,
	// or the response cannot be read. Look for the identity before you send the item again. The
	// error wraps that of the call.
	ErrUnconfirmed = errors.New("it is unknown whether the identity was created: look for it before you send the item again")
	// ErrCredentialsNotIncluded: the identity was read without the configuration of the
	// credential: use [Admin.IdentityWithCredentials], or [ListIdentities].IncludeCredential.
	ErrCredentialsNotIncluded = errors.New("the configuration of the credential is not included: read it with IdentityWithCredentials")
	// ErrBrowserLocationChangeRequired: only a browser can continue, at RedirectTo.
	ErrBrowserLocationChangeRequired = errors.New("only a browser can continue")
)

// Errors by the status of a response.
var (
	// ErrBadRequest: the request is not valid (400):
	//   - The traits do not match the identity schema: the text names the members, and
	//     [Error.Explain] the values.
	//   - A patch removes a value that does not exist.
	//   - [Admin.CreateRecoveryLinkForIdentity]: the identity does not exist.
	ErrBadRequest = errors.New("bad request")
	// ErrUnauthorized: the credentials of the program were refused (401, or 407 from an HTTP
	// proxy): the API key of [WithBearerToken] is wrong or has expired, or a gateway in front of
	// Kratos expects one. It says nothing about the person's session; see [ErrNoSession].
	ErrUnauthorized = errors.New("the credentials of the program were refused (is the API key wrong or expired?)")
	// ErrForbidden: the call is not allowed (403).
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound: the resource does not exist (404). A method with an id, an address or a
	// credential fails with it if that does not exist, [Admin.DeleteIdentitySessions] without a
	// session, and those for recovery if recovery is disabled.
	ErrNotFound = errors.New("not found")
	// ErrConflict: the resource exists already, such as an identity with the same identifier
	// (409).
	ErrConflict = errors.New("conflict")
	// ErrRateLimited: too many requests (429). RetryAfter is how long to wait, if the server says
	// so.
	ErrRateLimited = errors.New("too many requests")
	// ErrServer: Kratos or a server in front of it failed (5xx).
	ErrServer = errors.New("server error")
)

// byStatus returns the error for a status, or nil.
func byStatus(status int) error {
	switch {
	case status == http.StatusBadRequest:
		return ErrBadRequest
	case status == http.StatusUnauthorized, status == http.StatusProxyAuthRequired:
		return ErrUnauthorized
	case status == http.StatusForbidden:
		return ErrForbidden
	case status == http.StatusNotFound:
		return ErrNotFound
	case status == http.StatusConflict:
		return ErrConflict
	case status == http.StatusTooManyRequests:
		return ErrRateLimited
	case status >= 500:
		return ErrServer
	}
	return nil
}

// byID returns the error for Kratos' id of an error, or nil.
func byID(id string) error {
	switch id {
	case "session_inactive":
		return ErrNoSession
	case "session_already_available":
		return ErrSessionAlreadyAvailable
	case "session_aal1_required":
		return ErrAAL1Required
	case "session_aal2_required":
		return ErrAAL2Required
	case "session_aal_already_fulfilled":
		return ErrAALAlreadyFulfilled
	case "session_refresh_required":
		return ErrRefreshRequired
	case "session_verified_address_required":
		return ErrAddressNotVerified
	case "self_service_flow_expired":
		return ErrFlowExpired
	case "self_service_flow_replaced":
		return ErrFlowReplaced
	case "self_service_flow_disabled":
		return ErrFlowDisabled
	case "self_service_flow_return_to_forbidden":
		return ErrReturnToForbidden
	case "security_csrf_violation":
		return ErrCSRF
	case "security_identity_mismatch":
		return ErrIdentityMismatch
	case "identity_disabled":
		return ErrIdentityInactive
	case "browser_location_change_required":
		return ErrBrowserLocationChangeRequired
	}
	return nil
}

func init() {
	access.NewError = func(is error, status int, id string) any {
		e := &Error{Operation: "test", StatusCode: status, Code: status, ID: id, sentinel: is}
		if is == byStatus(status) {
			e.sentinel = nil
		}
		if is == ErrNotProcessed {
			e.sentinel, e.cause = ErrUnreachable, &transport.NotProcessedError{Err: errors.New("connection refused")}
		}
		return e
	}
}
