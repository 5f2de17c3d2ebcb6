package validate

import (
	"errors"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

var (
	// ErrUnknownPath says that Kratos' API has no such path, so that nothing can be said about the
	// request.
	ErrUnknownPath = errors.New("the API has no such path")
	// ErrUnknownMethod says that the path is known, but not with this method.
	ErrUnknownMethod = errors.New("the API has no such method at this path")
	// ErrTooLarge says that a body is larger than [WithMaxBody] allows, and was not judged.
	ErrTooLarge = errors.New("the body is too large to be judged")
	// ErrSchema says that an identity schema cannot be used: it is not a JSON Schema, refers to
	// another document, or is too large.
	ErrSchema = errors.New("the identity schema cannot be used")
)

// Error says how a request, an answer or traits differ from what they should be. It is made of the
// words of the description alone: it holds nothing of what was judged, no value and no name that
// the description does not have.
//
// The error of a request is also a [kratos.ErrInvalidArgument], the error of an answer a
// [kratos.ErrUnexpectedResponse].
type Error struct {
	// Operation is the operationId, such as "createIdentity"; "" if the path or method is unknown,
	// "traits" for traits.
	Operation string
	// Status is the status of the answer; 0 if it is no answer that was judged.
	Status int
	// Problems are at least one and at most 100, in an order that depends on nothing but the text.
	Violations []Violation

	kind error // one of the variables above, or nil
}

// Violation is one thing that is wrong.
type Violation struct {
	// Where is the place: a JSON Pointer into the body, such as "/traits/email", or "body" for all
	// of it; "query.page_size", "header.X-Session-Token", "path.id"; "path", "method", "query" or
	// "status". A name in a body that the description does not have is "*". It has at most 256
	// bytes, the last of which are "…" if it was cut.
	Pointer string `json:"where"`
	// Rule is what was broken: a keyword of JSON Schema, such as "required", "type" or "enum"; or a
	// word for what is none, such as "syntax", "duplicate", "case", "path", "size", "cost" or
	// "media-type".
	Keyword string `json:"rule"`
	// Message says in English what is allowed, such as "must be one of active, inactive".
	Message string `json:"message"`
}

// String is the place, the message and the rule: "/state must be one of active, inactive (enum)".
func (p Violation) String() string { return p.Pointer + " " + p.Message + " (" + p.Keyword + ")" }

const (
	maxProblems = 100
	maxShown    = 8
	maxWhere    = 256 // bytes
	maxMessage  = 1024
)

// shorten cuts the end off a text of more than most bytes, and says so by an ellipsis.
func shorten(text string, most int) string {
	const ellipsis = "…"
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len(ellipsis)], "") + ellipsis
}

// Error names the operation and the first problems.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("kratos: ")
	if e.Operation != "" {
		b.WriteString(e.Operation + ": ")
	}
	if e.Status != 0 {
		b.WriteString("status " + strconv.Itoa(e.Status) + ": ")
	}
	for i, p := range e.Violations[:min(len(e.Violations), maxShown)] {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.String())
	}
	if more := len(e.Violations) - maxShown; more > 0 {
		b.WriteString("; and " + strconv.Itoa(more) + " more")
	}
	return b.String()
}

// Is reports whether target is the variable that e stands for.
func (e *Error) Is(target error) bool {
	if e.Status != 0 {
		return target == kratos.ErrUnexpectedResponse || target != nil && target == e.kind
	}
	return target == kratos.ErrInvalidArgument || target != nil && target == e.kind
}
