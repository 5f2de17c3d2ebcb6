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

// Error is what every call returns when it fails. Its text names the operation, what went wrong,
// the numbers of Kratos' messages, and the members that do not fit an identity schema with the
// keyword they fail ("traits.email: format"); it holds no value, body, token, code or URL. The
// fields hold what Kratos said, which may be about the person; [Error.Explain] makes a text of
// them.
type Error struct {
	// Operation is the operationId of the call, such as "updateLoginFlow"; or the function that
	// refused its arguments.
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

	// ContinueWith has the steps that Kratos suggests next, such as the verification of an address
	// before a login.
	ContinueWith ContinueWithList

	sentinel error // one of the first group above, or nil
	cause    error
	text     string
	body     []byte
	flow     any
	form     Form
	items    []failedItem // of a batch
}

// failedItem is an item of a batch that was not created.
type failedItem struct {
	index int
	err   *Error
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
		b.WriteString(": " + cmp.Or(causeText(e.cause), "unwrap the error for its cause"))
	}
	if e.Is(ErrNotProcessed) {
		b.WriteString("; " + ErrNotProcessed.Error())
	}
	return b.String()
}

// Is reports whether target is the Err… variable of this package that e stands for.
func (e *Error) Is(target error) bool {
	if target == ErrNotProcessed {
		return errors.As(e.cause, new(*transport.NotProcessedError))
	}
	return target != nil && (target == e.sentinel || target == e.statusSentinel())
}

// statusSentinel returns what the status means by itself, or nil if it cannot be taken at its word:
// a response that Kratos did not write says nothing about what exists in Kratos, but a gateway's
// 401, 429 or 503 means what it says. Where Kratos says more than 401, the person has no session,
// and the credentials of the program are not at fault. Where the sentinel contradicts the status,
// or is about a part of the call, it counts alone.
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

// Unwrap returns what kept the call from being answered, if anything did.
func (e *Error) Unwrap() error { return e.cause }

// Body returns the answer as it came, up to 64 KiB of it. It may hold secrets.
func (e *Error) Body() []byte { return e.body }

// readDetails finds in the details what Kratos puts there for some errors, and beside them for
// others.
func (e *Error) readDetails() {
	var details struct {
		ContinueWith      ContinueWithList `json:"continue_with"`
		RedirectBrowserTo string           `json:"redirect_browser_to"`
		RedirectTo        string           `json:"redirect_to"`
	}
	if len(e.Details) == 0 || jsonv2.Unmarshal(e.Details, &details) != nil {
		return // of another shape, and still in Details
	}
	e.ContinueWith = details.ContinueWith
	e.RedirectTo = cmp.Or(e.RedirectTo, details.RedirectBrowserTo, details.RedirectTo)
	if next := details.ContinueWith.Find(ContinueShowRecoveryUI); next != nil && next.Flow != nil {
		e.FlowID = cmp.Or(e.FlowID, next.Flow.ID)
	}
}

// Messages returns what Kratos says to the person about the form as a whole, where it was refused.
func (e *Error) Messages() []Message { return e.form.Messages }

// FieldErrors returns what Kratos says to the person about each field, by the field's name
// ("traits.email"), where a form was refused.
func (e *Error) FieldErrors() map[string][]Message { return e.form.FieldErrors() }

// RejectedFlow returns the flow that came with err, to be shown again with its messages; nil if there
// is none.
//
//	if flow := kratos.RejectedFlow[kratos.LoginFlow](err); flow != nil { … }
func RejectedFlow[F any](err error) *F {
	var e *Error
	if !errors.As(err, &e) {
		return nil
	}
	flow, _ := e.flow.(*F)
	return flow
}

// argumentError says what is wrong with an argument; failed makes an [Error] of it.
type argumentError string

func (e argumentError) Error() string { return string(e) }

// noSessionError says that a call that acts for a person does not say for whom; failed makes an
// [Error] of it.
type noSessionError string

func (e noSessionError) Error() string { return string(e) }

func newArgumentError(operation, text string) *Error {
	return &Error{Operation: operation, sentinel: ErrInvalidArgument, text: text}
}

// failed makes an error of what kept a request from being answered.
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
	var nobody noSessionError
	if errors.As(err, &nobody) {
		return &Error{Operation: operation, sentinel: ErrNoSession, text: string(nobody)}
	}
	var marshal *json.MarshalerError
	var unsupported *json.UnsupportedTypeError
	var value *json.UnsupportedValueError
	if errors.As(err, &marshal) || errors.As(err, &unsupported) || errors.As(err, &value) {
		return newArgumentError(operation, "a value cannot be written as JSON")
	}
	for u, ok := err.(*url.Error); ok; u, ok = err.(*url.Error) { // its text has the URL, with the query
		err = u.Err
	}
	return &Error{Operation: operation, sentinel: cmp.Or(argumentSentinel(err), ErrUnreachable), cause: err}
}

// judgement returns what a transport of the caller's says that it found wrong, as package validate
// does: [ErrInvalidArgument] for a request, [ErrUnexpectedResponse] for an answer; nil if it says neither.
func argumentSentinel(err error) error {
	for _, kind := range []error{ErrInvalidArgument, ErrUnexpectedResponse} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	return nil
}

// printable cuts what a server sent to what is fit for a log line.
func sanitize(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), 64)]
}
