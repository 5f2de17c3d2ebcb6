package kratos

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/kratoskit/kratos-go/internal/transport"
)

// safeError is an error whose text quotes nothing from a request or response.
type safeError string

func (e safeError) Error() string { return string(e) }

// causeText returns the text of an error that is about a connection, or of a transport that
// validates. Other errors may quote what was sent or received, such as a malformed header line:
// their text is "".
func causeText(err error) string {
	if inner, ok := err.(*Error); ok { // of the call, in the error of an item of its batch
		return strings.TrimPrefix(inner.Error(), "kratos: ")
	}
	for _, safe := range []error{
		context.Canceled, context.DeadlineExceeded, io.EOF, io.ErrUnexpectedEOF, transport.ErrTooLarge, transport.ErrConnectionEnded,
	} {
		if errors.Is(err, safe) {
			return safe.Error()
		}
	}
	var response safeError
	if errors.As(err, &response) {
		return response.Error()
	}
	if sentinel := validationSentinel(err); sentinel != nil {
		return strings.TrimPrefix(innermost(err, sentinel).Error(), "kratos: ")
	}
	for _, text := range []func(error) string{dnsText, connectionText, tlsText, netHTTPText} {
		if s := text(err); s != "" {
			return s
		}
	}
	return ""
}

// innermost returns the innermost error in err that matches target. The texts of those around it
// may have a URL.
func innermost(err, target error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil || !errors.Is(inner, target) {
			return err
		}
		err = inner
	}
}

func dnsText(err error) string {
	var dns *net.DNSError
	switch {
	case !errors.As(err, &dns):
		return ""
	case dns.IsNotFound:
		return "lookup " + sanitize(dns.Name) + ": no such host"
	case dns.IsTimeout:
		return "lookup " + sanitize(dns.Name) + ": timeout"
	}
	return "lookup " + sanitize(dns.Name) + ": the name server failed"
}

// connectionText returns the operation, address and error number of a [net.OpError].
func connectionText(err error) string {
	var op *net.OpError
	if !errors.As(err, &op) {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return "i/o timeout"
		}
		return ""
	}
	text := sanitize(op.Op + " " + op.Net)
	if op.Addr != nil {
		text += " " + sanitize(op.Addr.String())
	}
	var errno syscall.Errno
	switch {
	case errors.As(op.Err, &errno):
		return text + ": " + errno.Error()
	case op.Timeout():
		return text + ": i/o timeout"
	case tlsText(op.Err) != "":
		return text + ": " + tlsText(op.Err)
	}
	return text
}

func tlsText(err error) string {
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/":
		return "the server speaks plain HTTP, but the base URL begins with https://"
	case errors.As(err, &alert):
		return alert.Error()
	case errors.As(err, &certificate):
		return "the certificate of the server is not valid" + certificateText(certificate.Err)
	}
	return ""
}

func certificateText(err error) string {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &authority):
		return ": it is signed by an unknown authority"
	case errors.As(err, &host):
		return ": it is for another host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return ": it has expired or is not yet valid"
	}
	return ""
}

// netHTTPPattern matches texts of net/http as far as a server cannot put data into them.
var netHTTPPattern = regexp.MustCompile(`stream error: stream ID [0-9]+; [A-Z_0-9]+; received from peer|` +
	`http2: server sent GOAWAY and closed the connection; LastStreamID=[0-9]+, ErrCode=[A-Z_0-9]+|` +
	`http2: Transport received Server's graceful shutdown GOAWAY|` +
	`http2: Transport received GOAWAY from server ErrCode:[A-Z_0-9]+|` +
	`http2: client conn(?:ection lost| not usable| is closed| could not be established)|` +
	`http: server closed idle connection|` +
	`net/http: cannot rewind body after connection loss|` +
	`net/http: timeout awaiting response headers|` +
	`net/http: HTTP/1\.x transport connection broken`)

func netHTTPText(err error) string { return netHTTPPattern.FindString(err.Error()) }
