package kratos

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/transport"
)

// Error is the error of every call, for [errors.Is] with the Err… variables. Its text has no
// secrets, but the ids of messages, and the names of members that violate an identity schema
// ("traits.email: format").
type Error struct {
	// Operation is the operationId of the call, such as "updateLoginFlow", or the name of the
	// function that refused its arguments.
	Operation string
	// StatusCode is the HTTP status, or 0 if there was no response.
	StatusCode int
	// Header is the header of the response, without Set-Cookie.
	Header http.Header
	// ID is Kratos' id of the error, such as "session_inactive". Many errors have none.
	ID string
	// Code is the status in the body, which can differ from StatusCode.
	Code int
	// Message describes the kind of error, in English.
	Message string
	// Reason describes this error, in English.
	Reason string
	// Details are further data, whose shape depends on the error.
	Details json.RawMessage
	// RequestID identifies the request in Kratos' log.
	RequestID string
	// RedirectTo is the URL at which a browser continues: a page of the UI, a provider, another
	// flow.
	RedirectTo string
	// FlowID is the id of the flow that replaces the one that was used, if Kratos made one.
	FlowID string
	// RetryAfter is how long the server asks clients to wait; 0 if it does not say.
	RetryAfter time.Duration
	// ContinueWith are the next steps that Kratos suggests, such as the verification of an address
	// before a login.
	ContinueWith ContinueWithList

	sentinel error // from the first group in error_sentinels.go, or nil
	cause    error
	text     string // replaces the text of the sentinel
	body     []byte
	flow     any
	form     Form
	items    []failedItem // of a batch
}

// failedItem is an item of a batch whose identity was not created.
type failedItem struct {
	index int
	err   *Error
}

// Error returns the operation, the status, what went wrong and the id.
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
	case e.sentinel != nil:
		b.WriteString(": " + e.sentinel.Error())
	default:
		if s := byStatus(e.StatusCode); s != nil {
			b.WriteString(": " + s.Error())
		}
	}
	if e.ID != "" {
		b.WriteString(" (" + sanitize(e.ID) + ")")
	}
	if ids := e.form.errorIDs(); ids != "" {
		b.WriteString(": " + ids)
	}
	if members := e.violations(); members != "" {
		b.WriteString(": " + members)
	}
	if e.cause != nil {
		b.WriteString(": " + cmp.Or(causeText(e.cause), "see Error.Unwrap for the cause"))
	}
	if e.Is(ErrNotProcessed) {
		b.WriteString("; " + ErrNotProcessed.Error())
	}
	return b.String()
}

// Is reports whether target is an Err… variable that e matches.
func (e *Error) Is(target error) bool {
	if target == ErrNotProcessed {
		return errors.As(e.cause, new(*transport.NotProcessedError))
	}
	return target != nil && (target == e.sentinel || target == e.statusSentinel())
}

// statusSentinel returns the sentinel of the status, or nil if the status does not count:
//   - Of a response that is not from Kratos, only 401, 429 and 5xx count, which a gateway sends
//     too.
//   - A 401 with another sentinel is about the session of the person, not about the credentials of
//     the program.
//   - ErrInvalidArgument contradicts the status, and ErrBatchItems is about a part of the call.
func (e *Error) statusSentinel() error {
	sentinel := byStatus(e.StatusCode)
	switch {
	case e.sentinel == ErrInvalidArgument, e.sentinel == ErrBatchItems:
		return nil
	case sentinel == ErrUnauthorized && e.sentinel != nil && e.sentinel != ErrUnexpectedResponse:
		return nil
	case sentinel == ErrUnauthorized, sentinel == ErrRateLimited, sentinel == ErrServer, e.sentinel != ErrUnexpectedResponse:
		return sentinel
	}
	return nil
}

// Unwrap returns why there was no readable response, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Body returns the body of the response, up to 64 KiB. It may have secrets.
func (e *Error) Body() []byte { return e.body }

// readDetails decodes members of the details that other errors have at the top level.
func (e *Error) readDetails() {
	var details struct {
		ContinueWith      ContinueWithList `json:"continue_with"`
		RedirectBrowserTo string           `json:"redirect_browser_to"`
		RedirectTo        string           `json:"redirect_to"`
	}
	if len(e.Details) == 0 || jsonv2.Unmarshal(e.Details, &details) != nil {
		return // the details have another shape
	}
	e.ContinueWith = details.ContinueWith
	e.RedirectTo = cmp.Or(e.RedirectTo, details.RedirectBrowserTo, details.RedirectTo)
	if recovery := details.ContinueWith.Find(ContinueShowRecoveryUI); recovery != nil && recovery.Flow != nil {
		e.FlowID = cmp.Or(e.FlowID, recovery.Flow.ID)
	}
}

// Messages returns the messages of a rejected form that belong to no field, such as that the
// password is wrong.
func (e *Error) Messages() []Message { return e.form.Messages }

// FieldErrors returns the errors of a rejected form by the name of the field ("traits.email").
func (e *Error) FieldErrors() map[string][]Message { return e.form.FieldErrors() }

// RejectedFlow returns the flow of an [ErrRejected], to show again, or nil.
func RejectedFlow[F any](err error) *F {
	var e *Error
	if !errors.As(err, &e) {
		return nil
	}
	flow, _ := e.flow.(*F)
	return flow
}

// argumentError is an invalid argument; wrapError makes an [ErrInvalidArgument] of it.
type argumentError string

func (e argumentError) Error() string { return string(e) }

// noSessionError is a request without the credentials of a person; wrapError makes an
// [ErrNoSession] of it.
type noSessionError string

func (e noSessionError) Error() string { return string(e) }

func newArgumentError(operation, text string) *Error {
	return &Error{Operation: operation, sentinel: ErrInvalidArgument, text: text}
}

// wrapError returns the [Error] for a request without a response.
func wrapError(operation string, err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		known.Operation = cmp.Or(known.Operation, operation)
		return known
	}
	var argument argumentError
	if errors.As(err, &argument) {
		return newArgumentError(operation, string(argument))
	}
	var noSession noSessionError
	if errors.As(err, &noSession) {
		return &Error{Operation: operation, sentinel: ErrNoSession, text: string(noSession)}
	}
	var marshal *json.MarshalerError
	var unsupported *json.UnsupportedTypeError
	var value *json.UnsupportedValueError
	if errors.As(err, &marshal) || errors.As(err, &unsupported) || errors.As(err, &value) {
		return newArgumentError(operation, "a value cannot be written as JSON")
	}
	for u, ok := err.(*url.Error); ok; u, ok = err.(*url.Error) { // its text has the query of the URL
		err = u.Err
	}
	return &Error{Operation: operation, sentinel: cmp.Or(validationSentinel(err), ErrUnreachable), cause: err}
}

// validationSentinel returns the sentinel that an error of the caller's transport matches, as those
// of package validate do: [ErrInvalidArgument] for a request, [ErrUnexpectedResponse] for a
// response; nil for other errors.
func validationSentinel(err error) error {
	for _, sentinel := range []error{ErrInvalidArgument, ErrUnexpectedResponse} {
		if errors.Is(err, sentinel) {
			return sentinel
		}
	}
	return nil
}

// sanitize returns a text from a server as up to 64 printable ASCII characters, for a log line.
func sanitize(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 64)]
}
