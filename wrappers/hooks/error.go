package hooks

import "errors"

// The errors that [OnError] gets, for [errors.Is]. Their text has no part of a request or of the
// cause, which [errors.Unwrap] returns.
var (
	ErrUnauthorized     = errors.New("the caller has no valid key")
	ErrMalformedRequest = errors.New("the request is malformed")
	ErrFailed           = errors.New("the function failed")
	ErrTimeout          = errors.New("the function did not return in time")
	ErrPanic            = errors.New("the function panicked")
	ErrInvalidResponse  = errors.New("the response is not valid")
)

// hookError is one of the errors above.
type hookError struct {
	sentinel error
	detail   string // without values of a request
	cause    error
	stack    []byte // of a panic
}

func (e *hookError) Error() string {
	text := "kratos: hooks: " + e.sentinel.Error()
	if e.detail != "" {
		text += ": " + e.detail
	}
	return text
}

// Is reports whether target is the kind of the error.
func (e *hookError) Is(target error) bool { return target == e.sentinel }

// Unwrap returns the error of the function.
func (e *hookError) Unwrap() error { return e.cause }
