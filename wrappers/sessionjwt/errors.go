package sessionjwt

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"syscall"
	"time"
)

// The errors of [Verifier.Verify] and of middleware, for [errors.Is]. Their text has no part of the
// token.
var (
	ErrNoToken     = errors.New("the request has no token")
	ErrMalformed   = errors.New("the token is malformed")                    // not a JWT, or one that Kratos does not issue
	ErrAlgorithm   = errors.New("the algorithm of the token is not allowed") // by Rules, or for the key
	ErrUnknownKey  = errors.New("the key of the token is unknown")
	ErrSignature   = errors.New("the signature of the token is invalid")
	ErrIssuer      = errors.New("the token has another issuer")
	ErrAudience    = errors.New("the token has another audience")
	ErrNotYetValid = errors.New("the token is not valid yet") // check the clocks
	ErrExpired     = errors.New("the token has expired")
	ErrTooOld      = errors.New("the token is too old")                                    // see Rules.MaxAge
	ErrSession     = errors.New("the token does not belong to the session of the request") // see Middleware.Session

	// ErrKeys means that the keys could not be loaded, which says nothing about the token: respond
	// with 503. An error that is ErrUnknownKey as well is of a token whose key may be a new one.
	ErrKeys = errors.New("the keys cannot be loaded")
)

func newError(sentinel error, detail string) error {
	return fmt.Errorf("kratos: %w: %s", sentinel, detail)
}

// keysError is an [ErrKeys].
type keysError struct {
	cause      error
	retryAfter time.Duration
	unknownKey bool // there are keys, but not that of the token
}

func (e *keysError) Error() string {
	text := "kratos: "
	if e.unknownKey {
		text += ErrUnknownKey.Error() + ", and "
	}
	return text + ErrKeys.Error() + ": " + causeText(e.cause)
}

// Is reports whether target is ErrKeys or, for an unknown key, ErrUnknownKey.
func (e *keysError) Is(target error) bool {
	return target == ErrKeys || e.unknownKey && target == ErrUnknownKey
}

// Unwrap returns why the keys cannot be loaded.
func (e *keysError) Unwrap() error { return e.cause }

// setError is a fault of a set. It quotes nothing of the set.
type setError string

func (e setError) Error() string { return string(e) }

// causeText returns the text of an error that is about the set, a connection or a file. That of
// another one may have the URL, or a part of a response.
func causeText(err error) string {
	var set setError
	var path *fs.PathError
	var lookup *net.DNSError
	var dial *net.OpError
	var errno syscall.Errno
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &set):
		return set.Error()
	case errors.Is(err, context.Canceled):
		return context.Canceled.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded.Error()
	case errors.As(err, &path):
		return path.Error()
	case errors.As(err, &lookup):
		return "the host name cannot be resolved"
	case errors.As(err, &certificate):
		return "the certificate of the server is not valid"
	case errors.As(err, &dial) && errors.As(err, &errno):
		return cmp.Or(dial.Op, "connection") + ": " + errno.Error()
	}
	return "see errors.Unwrap for the cause"
}
