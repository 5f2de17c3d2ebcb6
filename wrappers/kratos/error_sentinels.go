package kratos

import (
	"errors"
	"net/http"
)

// What can go wrong, for [errors.Is]. An error matches at most one of the first group, and may
// match one of the second.
var (
	// ErrInvalidArgument: an argument is wrong. Nothing was sent, unless the error has a StatusCode: Kratos
	// answers an empty identifier in traits with status 500, as if the fault were its own.
	ErrInvalidArgument = errors.New("invalid argument")
	// ErrUnreachable: there was no answer. The error wraps the cause, such as
	// [context.DeadlineExceeded].
	ErrUnreachable = errors.New("no answer from the server")
	// ErrNotProcessed: the request had no effect, since there was no connection, or the server says
	// that it did not process it: it can be sent again. It comes together with ErrUnreachable;
	// without it, the request may have had its effect.
	ErrNotProcessed = errors.New("the request was not processed, and may be sent again")
	// ErrUnexpectedResponse: the answer is not one of Kratos', or not one to this call: a page of a
	// proxy, the wrong port or path, broken or truncated JSON, a body over the limit.
	ErrUnexpectedResponse = errors.New("the answer is not what Kratos would send (a proxy's page, or the wrong URL or port?)")
	// ErrRejected: Kratos refused what the person entered; [RejectedFlow] has the form to show again.
	ErrRejected = errors.New("the input was refused")
	// ErrFlowExpired: the flow is too old. FlowID has the flow that replaces it, if Kratos made
	// one; else start again.
	ErrFlowExpired = errors.New("the flow has expired")
	// ErrFlowReplaced: the flow is spent, by too many attempts for instance. FlowID has the flow
	// that replaces it. Without feature_flags.use_continue_with_transitions, a recovery answers as
	// one that has expired.
	ErrFlowReplaced = errors.New("the flow was replaced by another")
	// ErrFlowDisabled: Kratos' configuration turns this flow off.
	ErrFlowDisabled = errors.New("the flow is disabled")
	// ErrNoSession: nobody is signed in: the token or cookie is missing (nothing was sent then),
	// unknown, expired or revoked. Only calls that act for a person fail with it, and only where
	// Kratos itself says so: any other 401 is [ErrUnauthorized].
	ErrNoSession = errors.New("no valid session")
	// ErrSessionAlreadyAvailable: the person is signed in already, and the flow is for people who
	// are not.
	ErrSessionAlreadyAvailable = errors.New("there is a session already")
	// ErrAAL1Required: a second factor can only be asked for after the first.
	ErrAAL1Required = errors.New("the first factor is missing")
	// ErrAAL2Required: the session is valid, but needs a second factor: start a login flow with
	// aal=aal2.
	ErrAAL2Required = errors.New("the second factor is missing")
	// ErrAALAlreadyFulfilled: the session has the assurance level that was asked for.
	ErrAALAlreadyFulfilled = errors.New("the session has this assurance level already")
	// ErrRefreshRequired: the session is too old for this change: start a login flow with
	// refresh=true.
	ErrRefreshRequired = errors.New("the person has to log in again first")
	// ErrAddressNotVerified: the login needs an address that is verified. From Kratos v25.4 on,
	// ContinueWith has the verification that was begun.
	ErrAddressNotVerified = errors.New("the address is not verified")
	// ErrIdentityInactive: the identity is switched off.
	ErrIdentityInactive = errors.New("the identity is inactive")
	// ErrIdentityMismatch: the flow belongs to somebody else.
	ErrIdentityMismatch = errors.New("the flow belongs to another identity")
	// ErrCSRF: the CSRF token or cookie is missing or wrong.
	ErrCSRF = errors.New("the request failed the CSRF check")
	// ErrReturnToForbidden: Kratos' configuration does not allow the return_to URL.
	ErrReturnToForbidden = errors.New("return_to is not an allowed URL")
	// ErrAccountExists: the registration with a provider found an account with the same address.
	// FlowID has the login flow in which the person links the two by logging in.
	ErrAccountExists = errors.New("there is an account with this address: log in to link it")
	// ErrBatchItems: some items of a batch failed; its results tell which.
	ErrBatchItems = errors.New("some items of the batch failed")
	// ErrRolledBack: the item of a batch was not created because of other items, even if Kratos
	// reported it as created. Nothing is known to be wrong with it: send it again.
	ErrRolledBack = errors.New("not created, because of other items of the batch: send it again")
	// ErrUnconfirmed: the item of a batch may have been created, and may not: the connection broke,
	// or the response cannot be read. Look for the identity before you send the item again. The
	// error wraps the error of the call.
	ErrUnconfirmed = errors.New("it is not known whether the identity was created: look for it before you send the item again")
	// ErrCredentialsNotIncluded: the identity was read without the configuration of the credential;
	// see [CredentialsConfig].
	ErrCredentialsNotIncluded = errors.New("the configuration of the credential is not included: read it with IdentityWithCredentials")
	// ErrBrowserLocationChangeRequired: only a browser can go on, at RedirectTo.
	ErrBrowserLocationChangeRequired = errors.New("a browser has to go on elsewhere")
)

// What an answer of Kratos' means by its status alone.
var (
	// ErrBadRequest: Kratos understood the call, and refuses it (400).
	ErrBadRequest = errors.New("bad request")
	// ErrUnauthorized: the credentials of the program were refused (401, or 407 from an HTTP
	// proxy): the API key of [WithBearer] is wrong or has expired, say, or a gateway in front of
	// Kratos expects one. Whether a person is signed in is not known then; see [ErrNoSession].
	ErrUnauthorized = errors.New("the credentials of the call were refused (an API key that is wrong or has expired?)")
	// ErrForbidden: the call is not allowed (403).
	ErrForbidden = errors.New("forbidden")
	// ErrNotFound: there is no such thing (404).
	ErrNotFound = errors.New("not found")
	// ErrConflict: it exists already, an identity with this address for instance (409).
	ErrConflict = errors.New("conflict")
	// ErrRateLimited: too many requests (429); RetryAfter says for how long, if the server does.
	ErrRateLimited = errors.New("too many requests")
	// ErrServer: Kratos, or something in front of it, failed (5xx).
	ErrServer = errors.New("server error")
)

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

// byID returns what Kratos' id of an error stands for.
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
