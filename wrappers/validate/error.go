package validate

import (
	"errors"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

var (
	// ErrPathNotFound: the API has no such path.
	ErrPathNotFound = errors.New("path not found")
	// ErrMethodNotAllowed: the API does not have the method at this path.
	ErrMethodNotAllowed = errors.New("method not allowed")
	// ErrBodyTooLarge: the body is larger than [WithMaxBody] allows, and was not validated.
	ErrBodyTooLarge = errors.New("body too large")
	// ErrInvalidSchema: the identity schema is not a valid JSON Schema, refers to another document,
	// or exceeds a limit.
	ErrInvalidSchema = errors.New("invalid identity schema")
)

// Error reports how a request, a response or traits violate the API description or the identity
// schema. It contains no value that was validated, and no name that is not described.
//
// [errors.Is] matches [kratos.ErrInvalidArgument] for a request or traits,
// [kratos.ErrUnexpectedResponse] for a response, and [ErrPathNotFound], [ErrMethodNotAllowed] or
// [ErrBodyTooLarge] where that is the cause.
type Error struct {
	// Operation is the operationId, such as "createIdentity"; "" if the path or method is unknown,
	// "traits" for traits.
	Operation string
	// Status is the status code of the response; 0 for a request or traits.
	Status int
	// Violations has 1 to 100 violations, in an order that depends on the input only.
	Violations []Violation

	sentinel error    // one of the variables above, or nil
	allow    []string // the methods of the path, for ErrMethodNotAllowed
}

// Violation is a violated rule, and the place: a parameter, a header, or a [JSON Pointer].
//
// [JSON Pointer]: https://www.rfc-editor.org/rfc/rfc6901
type Violation struct {
	// In is the part of the request or response:
	//
	//   - "path", "query" or "header", as OpenAPI calls the locations of a parameter
	//   - "body", also for traits
	//   - "method" or "status"
	In string `json:"in"`
	// Name is the name of the parameter or header; "" for other parts, and for the complete path or
	// query.
	Name string `json:"name,omitempty"`
	// Pointer is the JSON Pointer to the value in the body, such as "/traits/email".
	//
	//   - "" is the body itself. In a repeated query parameter, "/1" is the second value.
	//   - Traits have the pointer of the body that would be sent: "/traits/email" in that of
	//     createIdentity, "/identities/3/create/traits/email" in that of batchPatchIdentities.
	//   - In a form, "/traits" stands for the field "traits" and all fields such as "traits.email".
	//   - A missing property has the pointer that it would have.
	//   - A name that is not described is replaced by "*".
	//   - A pointer longer than 256 bytes is cut, and ends in "/…".
	Pointer string `json:"pointer"`
	// Keyword is the violated keyword of JSON Schema, such as "required", "type" or "enum", or of
	// OpenAPI ("discriminator", "nullable"). Rules that are not keywords of these are:
	//
	//   - "case": the name differs from a described one in letter case only
	//   - "charset", "encoding", "media-type": the body has another one than is described
	//   - "cost": validating the traits takes too many steps
	//   - "dotted-name": Kratos reads the name as a part of another property
	//   - "duplicate": the name, parameter, header or form field is repeated
	//   - "location": the parameter must be in the body
	//   - "method", "path", "status", "unknown": the method, path, status or query parameter is not
	//     described, or a header names another method
	//   - "no-body": a body is not described
	//   - "range": a number in the traits is too large, too small or too long
	//   - "schema": another violation of the identity schema
	//   - "size": the body is too large
	//   - "syntax": it is not valid JSON, UTF-8, percent-encoding, or a form
	//   - "traversal": the path parameter can lead to another path
	Keyword string `json:"keyword"`
	// Message says what is allowed, such as "must be one of active, inactive", in at most 1024
	// bytes.
	Message string `json:"message"`
}

// String returns place, message and keyword: "/state must be one of active, inactive (enum)".
func (v Violation) String() string {
	place := v.In
	switch {
	case v.In == inBody && v.Pointer != "":
		place = v.Pointer
	case v.In == inHeader:
		place += " " + v.Name + v.Pointer
	case v.Name != "":
		place += " parameter " + v.Name + v.Pointer
	}
	return place + " " + v.Message + " (" + v.Keyword + ")"
}

// The values of Violation.In.
const (
	inBody   = "body"
	inHeader = "header"
	inMethod = "method"
	inPath   = "path"
	inQuery  = "query"
	inStatus = "status"
)

const (
	maxViolations = 100
	maxPrinted    = 8 // violations
	maxPointer    = 256
	maxMessage    = 1024
)

// truncate cuts s to at most max bytes, of which the last are an ellipsis if it was longer.
func truncate(s string, max int) string {
	const ellipsis = "…"
	if len(s) <= max {
		return s
	}
	return strings.ToValidUTF8(s[:max-len(ellipsis)], "") + ellipsis
}

// truncatePointer cuts a JSON Pointer between two tokens, so that it remains one.
func truncatePointer(pointer string) string {
	const ellipsis = "/…"
	if len(pointer) <= maxPointer {
		return pointer
	}
	return pointer[:strings.LastIndexByte(pointer[:maxPointer-len(ellipsis)+1], '/')] + ellipsis
}

// Error returns the operation and the first 8 violations.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("kratos: ")
	if e.Operation != "" {
		b.WriteString(e.Operation + ": ")
	}
	if e.Status != 0 {
		b.WriteString("status " + strconv.Itoa(e.Status) + ": ")
	}
	for i, v := range e.Violations[:min(len(e.Violations), maxPrinted)] {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(v.String())
	}
	if more := len(e.Violations) - maxPrinted; more > 0 {
		b.WriteString("; and " + strconv.Itoa(more) + " more")
	}
	return b.String()
}

// Is reports whether target is one of the errors that the comment of [Error] lists for e.
func (e *Error) Is(target error) bool {
	if target != nil && target == e.sentinel {
		return true
	}
	if e.Status != 0 {
		return target == kratos.ErrUnexpectedResponse
	}
	return target == kratos.ErrInvalidArgument
}
