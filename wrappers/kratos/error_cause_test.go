package kratos_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// The text of an error says why there was no response, and quotes nothing from the request.
func TestErrorTextOfCauses(t *testing.T) {
	t.Parallel()
	secret := errors.New(leak)
	inURL := func(err error) error {
		return &url.Error{Op: "Post", URL: "https://idp.example/token?client_secret=" + leak, Err: err}
	}
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, Err: err}
	}
	for name, tc := range map[string]struct {
		cause error
		says  string // a part of the text
	}{
		"a URL":                                 {inURL(secret), "see Error.Unwrap"},
		"a URL around a connection":             {inURL(dial(syscall.ECONNREFUSED)), "dial tcp 127.0.0.1:1: connection refused"},
		"a URL in a URL":                        {inURL(inURL(dial(secret))), "dial tcp 127.0.0.1:1"},
		"a URL in a wrapper":                    {fmt.Errorf("s3cret: %w", inURL(io.EOF)), "EOF"},
		"a URL in a connection's error":         {dial(inURL(syscall.ECONNREFUSED)), "connection refused"},
		"a joined error":                        {errors.Join(secret, inURL(secret)), "see Error.Unwrap"},
		"a connection that was refused":         {dial(&os.SyscallError{Syscall: leak, Err: syscall.ECONNREFUSED}), "connection refused"},
		"a connection with a text":              {dial(secret), "dial tcp 127.0.0.1:1"},
		"a name that does not exist":            {dial(&net.DNSError{Err: leak, Name: "kratos.internal", Server: leak, IsNotFound: true}), "lookup kratos.internal: no such host"},
		"a name server that hangs":              {&net.DNSError{Err: leak, Name: "kratos.internal", IsTimeout: true}, "lookup kratos.internal: timeout"},
		"a name server that fails":              {&net.DNSError{Err: leak, Name: "kratos.internal"}, "lookup kratos.internal: the name server failed"},
		"an address":                            {&net.AddrError{Err: leak, Addr: leak}, "see Error.Unwrap"},
		"a network":                             {net.UnknownNetworkError(leak), "see Error.Unwrap"},
		"an invalid address":                    {net.InvalidAddrError(leak), "see Error.Unwrap"},
		"a host":                                {&net.ParseError{Type: leak, Text: leak}, "see Error.Unwrap"},
		"a time-out":                            {os.ErrDeadlineExceeded, "i/o timeout"},
		"a deadline":                            {fmt.Errorf("s3cret: %w", context.DeadlineExceeded), "context deadline exceeded"},
		"a canceled context":                    {fmt.Errorf("s3cret: %w", context.Canceled), "context canceled"},
		"the end of a connection":               {fmt.Errorf("s3cret: %w", io.ErrUnexpectedEOF), "unexpected EOF"},
		"a line that is too long":               {fmt.Errorf("s3cret: %w", bufio.ErrTooLong), "see Error.Unwrap"},
		"a certificate":                         {&tls.CertificateVerificationError{Err: secret}, "the certificate of the server is not valid"},
		"a certificate of another host":         {&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: leak}}, "it is for another host"},
		"a certificate of an unknown authority": {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{Cert: &x509.Certificate{}}}, "unknown authority"},
		"a certificate that has expired":        {&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired, Detail: leak}}, "expired"},
		"an alert":                              {&net.OpError{Op: "remote error", Err: tls.AlertError(40)}, "handshake failure"},
		"plain HTTP":                            {tls.RecordHeaderError{Msg: leak, RecordHeader: [5]byte{'H', 'T', 'T', 'P', '/'}}, "plain HTTP"},
		"plain HTTP, as http.Client says it":    {http.ErrSchemeMismatch, "plain HTTP"},
		"no TLS at all":                         {tls.RecordHeaderError{Msg: leak}, "see Error.Unwrap"},
		"a stream that was reset":               {errors.New("stream error: stream ID 3; INTERNAL_ERROR; received from peer"), "stream ID 3; INTERNAL_ERROR"},
		"GOAWAY with data":                      {errors.New(`http2: server sent GOAWAY and closed the connection; LastStreamID=3, ErrCode=NO_ERROR, debug="s3cret"`), "LastStreamID=3, ErrCode=NO_ERROR"},
		"GOAWAY with data, wrapped":             {fmt.Errorf("s3cret: %w", errors.New(`http2: server sent GOAWAY and closed the connection; LastStreamID=3, ErrCode=NO_ERROR, debug="s3cret"`)), "ErrCode=NO_ERROR"},
		"a broken connection":                   {errors.New("net/http: HTTP/1.x transport connection broken: malformed s3cret"), "transport connection broken"},
		"a malformed response":                  {errors.New(`malformed HTTP response "s3cret"`), "see Error.Unwrap"},
		"a malformed header":                    {errors.New(`net/textproto: malformed MIME header line: s3cret`), "see Error.Unwrap"},
		"an invalid header":                     {errors.New(`net/http: invalid header field value for "s3cret"`), "see Error.Unwrap"},
		"a transport of the caller's":           {fmt.Errorf("s3cret: %w", kratos.ErrInvalidArgument), "invalid argument"},
		"a transport of the caller's, in a URL": {fmt.Errorf("x: %w", inURL(fmt.Errorf("s3cret: %w", kratos.ErrUnexpectedResponse))), "unexpected response"},
		"a panic's value":                       {fmt.Errorf("%v", []byte(leak)), "see Error.Unwrap"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := kratos.NewClient("http://127.0.0.1", kratos.WithRetries(0), kratos.WithHTTPClient(&http.Client{Transport: roundTrip(func(*http.Request) (*http.Response, error) {
				return nil, tc.cause
			})}))
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.Whoami(t.Context(), kratos.SessionToken(leak))
			if err == nil {
				t.Fatal("there is no error")
			}
			for _, text := range []string{err.Error(), fmt.Sprintf("%v %+v %#v %q", err, err, err, err)} {
				t.Run(text, func(t *testing.T) {
					if strings.Contains(text, leak) {
						t.Errorf("a secret: %s", text)
					}
				})
			}
			if !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%q does not say %q", err, tc.says)
			}
			if !errors.Is(err, tc.cause) && !errors.As(err, new(*net.OpError)) && errors.Unwrap(err) == nil {
				t.Error("the cause is lost")
			}
		})
	}
}

// The text of an error names common mistakes in a base URL.
func TestErrorTextOfWrongURLs(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = nil
	t.Cleanup(secure.Close)
	to := func(location string) string {
		return newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", strings.ReplaceAll(location, "HOST", r.Host))
			w.WriteHeader(http.StatusMovedPermanently)
		}))
	}
	for name, tc := range map[string]struct{ url, says string }{
		"https for a server that speaks HTTP": {strings.Replace(plain.URL, "http:", "https:", 1), "the server speaks plain HTTP, but the base URL begins with https://"},
		"a self-signed certificate":           {secure.URL, "it is signed by an unknown authority"},
		"an ingress that wants https":         {to("https://HOST/sessions/whoami?s3cret"), "a redirect to https: change the base URL"},
		"an old path":                         {to("/new/sessions/whoami?s3cret"), "a redirect to another path: is the base URL right?"},
		"an old path, by an absolute URL":     {to("http://HOST/new?s3cret"), "a redirect to another path"},
		"another host":                        {to("https://login.example.org/?s3cret"), "a redirect to another host: see Error.RedirectTo"},
		"a URL without a scheme":              {"127.0.0.1:4433", "does not begin with http:// or https://"},
		"a URL without a scheme, with a name": {"localhost:4433", "does not begin with http:// or https://"},
		"only a host":                         {"kratos", "does not begin with http:// or https://"},
		"only a path":                         {"/kratos", "does not begin with http:// or https://"},
		"a URL of another scheme":             {"ftp://kratos", "does not begin with http:// or https://"},
		"a URL with a password":               {"http://a:s3cret@kratos", "has user information"},
		"a URL with a query":                  {"http://kratos/?s3cret=1", "has a query"},
		"a URL that cannot be parsed":         {"http://kratos:s3cret/", "cannot be parsed"},
		"a URL without a host":                {"http://", "has no host"},
		"a server that does not run":          {"http://127.0.0.1:1", "dial tcp 127.0.0.1:1: connection refused"},
		"an HTML page of a proxy":             {newServer(t, reply{status: 200, header: http.Header{"Content-Type": {"text/html"}}, body: leak}), "a proxy's page, or the wrong URL or port?"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := kratos.NewClient(tc.url, kratos.WithRetries(0))
			if err == nil {
				_, err = client.Whoami(t.Context(), kratos.SessionToken(leak))
			}
			switch {
			case err == nil:
				t.Error("no error")
			case !strings.Contains(err.Error(), tc.says):
				t.Errorf("%v, want it to have %q", err, tc.says)
			case strings.Contains(err.Error(), leak):
				t.Errorf("%v has %q", err, leak)
			}
		})
	}
}
