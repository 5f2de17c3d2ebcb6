package rediscounter

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"

	"github.com/redis/go-redis/v9"
)

var errorCode = regexp.MustCompile(`^[A-Z]+\b`)

// wrapError returns an error without the key of the command, which responses of Redis can have in
// their text: only the code before it is kept, such as NOPERM.
func wrapError(command string, err error) error {
	var fromServer redis.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &fromServer):
		return fmt.Errorf("kratos: %s failed in Redis: %s", command, errorCode.FindString(fromServer.Error()))
	case isConnectionError(err):
		return fmt.Errorf("kratos: %s failed in Redis: %w", command, err)
	}
	return fmt.Errorf("kratos: %s failed in Redis", command)
}

// isConnectionError reports whether an error is about the connection. Its text has addresses only.
func isConnectionError(err error) bool {
	var (
		network     net.Error
		certificate *tls.CertificateVerificationError
	)
	for _, target := range []error{context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, redis.ErrClosed, redis.ErrPoolTimeout} {
		if errors.Is(err, target) {
			return true
		}
	}
	return errors.As(err, &network) || errors.As(err, &certificate)
}
