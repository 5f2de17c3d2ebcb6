package kratos

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

// What can go wrong, for [errors.Is]. An error matches at most one of the first group, and may match one of the second.
var (
	// ErrInvalid: an argument is wrong, and nothing was sent.
	ErrInvalid = errors.New("invalid argument")
	// ErrUnreachable: there was no answer. The error wraps the cause, such as [context.DeadlineExceeded].
	ErrUnreachable = errors.New("no answer from the server")
	// ErrUnexpectedAnswer: the answer is not one of Kratos', or not one to this call: a page of a proxy, the wrong port or
	// path, broken or truncated JSON, a body over the limit.
	ErrUnexpectedAnswer = errors.New("the answer is not what Kratos would send (a proxy's page, or the wrong URL or port?)")
	// ErrRejected: Kratos refused what the person entered; [Rejected] has the form to show again.
	ErrRejected = errors.New("the input was refused")
	// ErrFlowExpired: the flow is too old. FlowID has the flow that replaces it, if Kratos made one; else start again.
	ErrFlowExpired = errors.New("the flow has expired")
	// ErrFlowReplaced: the flow is spent, by too many attempts for instance. FlowID has the flow that replaces it.
	ErrFlowReplaced = errors.New("the flow was replaced by another")
	// ErrFlowDisabled: Kratos' configuration turns this flow off.
	ErrFlowDisabled = errors.New("the flow is disabled")
	// ErrNoSession: nobody is signed in: the token or cookie is missing (nothing was sent then), unknown, expired or revoked.
	ErrNoSession = errors.New("no valid session")
	// ErrSessionAlreadyAvailable: the person is signed in already, and the flow is for people who are not.
	ErrSessionAlreadyAvailable = errors.New("there is a session already")
	// ErrAAL1Required: a second factor can only be asked for after the first.
	ErrAAL1Required = errors.New("the first factor is missing")
	// ErrAAL2Required: the session is valid, but needs a second factor: start a login flow with aal=aal2.
	ErrAAL2Required = errors.New("the second factor is missing")
	// ErrAALAlreadyFulfilled: the session has the assurance level that was asked for.
	ErrAALAlreadyFulfilled = errors.New("the session has this assurance level already")
	// ErrRefreshRequired: the session is too old for this change: start a login flow with refresh=true.
	ErrRefreshRequired = errors.New("the person has to log in again first")
	// ErrAddressNotVerified: the login needs an address that is verified.
	ErrAddressNotVerified = errors.New("the address is not verified")
	// ErrIdentityInactive: the identity is switched off.
	ErrIdentityInactive = errors.New("the identity is inactive")
	// ErrIdentityMismatch: the flow belongs to somebody else.
	ErrIdentityMismatch = errors.New("the flow belongs to another identity")
	// ErrCSRF: the CSRF token or cookie is missing or wrong.
	ErrCSRF = errors.New("the request failed the CSRF check")
	// ErrReturnToForbidden: Kratos' configuration does not allow the return_to URL.
	ErrReturnToForbidden = errors.New("return_to is not an allowed URL")
	// ErrAccountExists: the registration with a provider found an account with the same address. FlowID has the login flow
	// in which the person links the two by logging in.
	ErrAccountExists = errors.New("there is an account with this address: log in to link it")
	// ErrBatchItems: some items of a batch failed; its results tell which.
	ErrBatchItems = errors.New("some items of the batch failed")
	// ErrRolledBack: Kratos reported an item of a batch as created, and does not have it.
	ErrRolledBack = errors.New("reported as created, but rolled back with the rest of the batch: send it again")
	// ErrBrowserLocationChangeRequired: only a browser can go on, at RedirectTo.
	ErrBrowserLocationChangeRequired = errors.New("a browser has to go on elsewhere")
)

// What an answer of Kratos' means by its status alone.
var (
	// ErrBadRequest: Kratos understood the call, and refuses it (400).
	ErrBadRequest = errors.New("bad request")
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

// Error is what every call returns when it fails. Its text names the operation, what went wrong and the numbers of Kratos'
// messages; it holds no body, token, code or URL. The fields hold what Kratos said, which may be about the person.
type Error struct {
	// Operation is the operationId of the call, such as "updateLoginFlow"; or the function that refused its arguments.
	Operation string
	// StatusCode is the HTTP status, or 0 if there was no answer.
	StatusCode int
	// Header has the headers of the answer, without the cookies it sets.
	Header http.Header

	// ID is Kratos' id of the error, such as "session_inactive". Many errors have none.
	ID string
	// Code is the status as the body of the answer says it, which can differ from StatusCode.
	Code int
	// Message says in general what went wrong, in English.
	Message string
	// Reason says what went wrong in this case, in English.
	Reason string
	// Details is more about the error, of a shape that depends on it.
	Details json.RawMessage
	// RequestID names the request in Kratos' log.
	RequestID string

	// RedirectTo is where a browser has to go next: a page of the UI, a provider, another flow.
	RedirectTo string
	// FlowID is the flow to go on with instead of the one that was used, if Kratos made one.
	FlowID string
	// RetryAfter is how long the server wants to be left alone; 0 if it does not say.
	RetryAfter time.Duration

	// ContinueWith has the steps that Kratos suggests next, such as the verification of an address before a login.
	ContinueWith []ContinueWith

	kind  error // one of the first group above, or nil
	cause error
	text  string
	body  []byte
	flow  any
	form  Form
}

// Error names the operation, the status and id of the answer, and what went wrong.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("kratos: ")
	b.WriteString(e.Operation)
	if e.StatusCode != 0 {
		b.WriteString(": status " + strconv.Itoa(e.StatusCode))
	}
	switch {
	case e.text != "":
		b.WriteString(": " + e.text)
	case e.kind != nil:
		b.WriteString(": " + e.kind.Error())
	default:
		if s := byStatus(e.StatusCode); s != nil {
			b.WriteString(": " + s.Error())
		}
	}
	if e.ID != "" {
		b.WriteString(" (" + printable(e.ID) + ")")
	}
	if ids := e.form.errorIDs(); ids != "" {
		b.WriteString(": " + ids)
	}
	if e.cause != nil {
		b.WriteString(": " + causeText(e.cause))
	}
	return b.String()
}

// causeText returns the text of an error that says nothing but what happened to a connection. Other errors can quote what
// was sent or received, a malformed header line for instance; [Error.Unwrap] has them.
func causeText(err error) string {
	var network net.Error
	var certificate *tls.CertificateVerificationError
	for _, safe := range []error{context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, errBroken, errTooLarge, errNextLink, errSamePage} {
		if errors.Is(err, safe) {
			return safe.Error()
		}
	}
	switch {
	case errors.As(err, &network):
		return network.Error()
	case errors.As(err, &certificate):
		return certificate.Error()
	}
	return "unwrap the error for its cause"
}

// Is reports whether target is the Err… variable of this package that e stands for.
func (e *Error) Is(target error) bool {
	return target != nil && (target == e.kind || e.answered() && target == byStatus(e.StatusCode))
}

// answered reports whether the status of the answer can be taken at its word: an answer that Kratos did not write says
// nothing about what exists in Kratos, but a proxy's 429 or 503 means what it says.
func (e *Error) answered() bool {
	return e.kind != ErrUnexpectedAnswer || e.StatusCode == http.StatusTooManyRequests || e.StatusCode >= 500
}

// Unwrap returns what kept the call from being answered, if anything did.
func (e *Error) Unwrap() error { return e.cause }

// Body returns the answer as it came, up to 64 KiB of it. It may hold secrets.
func (e *Error) Body() []byte { return e.body }

// readDetails finds in the details what Kratos puts there for some errors, and beside them for others.
func (e *Error) readDetails() {
	var details struct {
		ContinueWith      []ContinueWith `json:"continue_with"`
		RedirectBrowserTo string         `json:"redirect_browser_to"`
		RedirectTo        string         `json:"redirect_to"`
	}
	if len(e.Details) == 0 || jsonv2.Unmarshal(e.Details, &details) != nil {
		return // of another shape, and still in Details
	}
	e.ContinueWith = details.ContinueWith
	e.RedirectTo = cmp.Or(e.RedirectTo, details.RedirectBrowserTo, details.RedirectTo)
	for _, next := range details.ContinueWith {
		if next.Action == ContinueShowRecoveryUI && next.Flow != nil {
			e.FlowID = cmp.Or(e.FlowID, next.Flow.ID)
		}
	}
}

// Messages returns what Kratos says to the person about the form as a whole, where it was refused.
func (e *Error) Messages() []Message { return e.form.Messages }

// FieldErrors returns what Kratos says to the person about each field, by the field's name ("traits.email"), where a form was
// refused.
func (e *Error) FieldErrors() map[string][]Message { return e.form.FieldErrors() }

// Rejected returns the flow that came with err, to be shown again with its messages; nil if there is none.
//
//	if flow := kratos.Rejected[kratos.LoginFlow](err); flow != nil { … }
func Rejected[F any](err error) *F {
	var e *Error
	if !errors.As(err, &e) {
		return nil
	}
	flow, _ := e.flow.(*F)
	return flow
}

func byStatus(status int) error {
	switch {
	case status == http.StatusBadRequest:
		return ErrBadRequest
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

// argumentError says what is wrong with an argument; failed makes an [Error] of it.
type argumentError string

func (e argumentError) Error() string { return string(e) }

// noSessionError says that a call that acts for a person does not say for whom; failed makes an [Error] of it.
type noSessionError string

func (e noSessionError) Error() string { return string(e) }

func invalid(operation, text string) *Error {
	return &Error{Operation: operation, kind: ErrInvalid, text: text}
}

// failed makes an error of what kept a request from being answered.
func failed(operation string, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	var argument argumentError
	if errors.As(err, &argument) {
		return invalid(operation, string(argument))
	}
	var nobody noSessionError
	if errors.As(err, &nobody) {
		return &Error{Operation: operation, kind: ErrNoSession, text: string(nobody)}
	}
	var marshal *json.MarshalerError
	var unsupported *json.UnsupportedTypeError
	var value *json.UnsupportedValueError
	if errors.As(err, &marshal) || errors.As(err, &unsupported) || errors.As(err, &value) {
		return invalid(operation, "a value cannot be written as JSON")
	}
	var u *url.Error // its text has the URL, with the query
	if errors.As(err, &u) {
		err = u.Err
	}
	return &Error{Operation: operation, kind: ErrUnreachable, cause: err}
}

// printable cuts what a server sent to what is fit for a log line.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 64)]
}
