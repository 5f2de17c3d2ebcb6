package kratos

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
	"github.com/kratoskit/kratos-go/internal/transport"
)

const (
	maxErrorBody = 64 << 10 // bytes of a body that an Error keeps
	maxObjects   = 50_000   // of a body: "{}" can become a thousand times as large in memory

	maxUnbuffered = 16 << 20 // bytes of a body that package transport has not read
)

// Limits of bodies that are larger than the default of package transport, in bytes.
const (
	maxIdentity = 16 << 20 // its traits can have 5 MiB, and be in it more than once
	maxDocument = 64 << 20 // a batch, an identity schema
)

// decode decodes the response to a call.
func decode[T any](operation string, resp *http.Response, err error) (*T, error) {
	return decodeValid(operation, resp, err, func(*T) bool { return true })
}

// decodeValid decodes the response to a call, and fails unless it is valid: other JSON may decode
// into a T as well.
func decodeValid[T any](operation string, resp *http.Response, err error, valid func(*T) bool) (*T, error) {
	r, err := readResponse(operation, resp, err)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	if !r.succeeded() {
		return nil, r.responseError()
	}
	v := new(T)
	if err := r.decode(v); err != nil {
		return nil, err
	}
	if !valid(v) {
		return nil, r.unexpectedError(nil)
	}
	return v, nil
}

// expectNoContent expects a success, and ignores its body.
func expectNoContent(operation string, resp *http.Response, err error) error {
	r, err := readResponse(operation, resp, err)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if !r.succeeded() {
		return r.responseError()
	}
	return nil
}

// response is the response to a call, with its body. The body is valid until Body is closed.
type response struct {
	operation string
	*http.Response
	body []byte
}

// readResponse reads the response to a call to its end. The caller closes its Body, which releases
// the memory.
func readResponse(operation string, resp *http.Response, err error) (*response, error) {
	if err != nil {
		return nil, wrapError(operation, err)
	}
	r := &response{operation: operation, Response: resp}
	if body, ok := resp.Body.(*transport.Body); ok {
		r.body, err = body.Bytes()
	} else { // of a Browser behind a proxy
		r.body, err = io.ReadAll(&transport.LimitedReader{R: resp.Body, Left: maxUnbuffered})
	}
	if err != nil {
		failure := r.readError(err)
		_ = resp.Body.Close()
		return nil, failure
	}
	return r, nil
}

func (r *response) succeeded() bool { return r.StatusCode >= 200 && r.StatusCode < 300 }

// isJSON reports whether the media type is one of JSON.
func (r *response) isJSON() bool {
	mediaType := r.mediaType()
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

// mediaType returns the media type in lower case, without its parameters. Those that Kratos always
// sends are compared, since package mime allocates a map for the parameters.
func (r *response) mediaType() string {
	contentType := r.Header.Get("Content-Type")
	if contentType == "application/json; charset=utf-8" || contentType == "application/json" {
		return "application/json"
	}
	mediaType, _, _ := mime.ParseMediaType(contentType)
	return mediaType
}

// decoder is a type that decodes itself.
type decoder interface {
	decode(body []byte) error
}

func (r *response) decode(v any) error {
	if !r.isJSON() {
		return r.unexpectedError(nil)
	}
	if bytes.Count(r.body, []byte("{")) > maxObjects {
		return r.unexpectedError(transport.ErrTooLarge)
	}
	var err error
	if d, ok := v.(decoder); ok {
		err = d.decode(r.body)
	} else {
		err = jsonv2.Unmarshal(r.body, v)
	}
	if err != nil {
		return r.unexpectedError(errMalformed)
	}
	return nil
}

// errMalformed stands for an error of the decoder, which may quote the body.
const errMalformed = safeError("the JSON is malformed, truncated or of another shape")

// readError returns the error for a body that could not be read. A nil cause is errMalformed.
func (r *response) readError(cause error) *Error {
	if cause == nil {
		cause = errMalformed
	}
	e := r.unexpectedError(cause)
	if cause != transport.ErrTooLarge && cause != io.ErrUnexpectedEOF && !errors.As(cause, new(safeError)) {
		e.sentinel = ErrUnreachable
	}
	return e
}

// unexpectedError returns an [ErrUnexpectedResponse]; cause may be nil.
func (r *response) unexpectedError(cause error) *Error {
	e := r.newError()
	e.sentinel, e.cause = ErrUnexpectedResponse, cause
	return e
}

// foreignError returns the error for a response that does not have the shape of Kratos' errors.
func (r *response) foreignError() *Error {
	e := r.unexpectedError(nil)
	if servers := partlySupported[r.operation]; servers != "" && r.StatusCode == http.StatusNotFound {
		e.text = "the server lacks this operation of " + servers + " (or is the URL or port wrong?)"
	}
	return e
}

// newError returns an error with what every response has.
func (r *response) newError() *Error {
	e := &Error{
		Operation:  r.operation,
		StatusCode: r.StatusCode,
		Header:     withoutSetCookie(r.Header),
		RequestID:  r.Header.Get("X-Request-Id"),
		body:       bytes.Clone(r.body[:min(len(r.body), maxErrorBody)]),
	}
	e.RetryAfter, _ = transport.RetryAfter(r.StatusCode, r.Header)
	return e
}

func withoutSetCookie(h http.Header) http.Header {
	h = h.Clone()
	h.Del("Set-Cookie")
	return h
}

// responseError returns the error for a response that is not a success. The id and the message of
// Kratos' error take precedence over the status.
func (r *response) responseError() *Error {
	if r.StatusCode >= 300 && r.StatusCode < 400 {
		return r.redirectError()
	}
	var body gen.ErrorGeneric
	if !r.isJSON() || jsonv2.Unmarshal(r.body, &body) != nil {
		return r.foreignError()
	}
	e := r.newError()
	kratos := body.Error
	if kratos.ID == "" && kratos.Code == 0 && kratos.Message == "" && kratos.Reason == "" {
		return r.foreignError() // JSON of a gateway
	}
	e.ID, e.Code, e.Message, e.Reason, e.Details = kratos.ID, int(kratos.Code), kratos.Message, kratos.Reason, kratos.Details
	e.RedirectTo, e.FlowID = body.RedirectBrowserTo, body.UseFlowID
	if kratos.Request != "" {
		e.RequestID = kratos.Request
	}
	e.readDetails()
	e.sentinel = byID(e.ID)
	if e.sentinel == nil {
		e.sentinel = sentinelWithoutID(e)
	}
	if e.sentinel == ErrNoSession && !needsSession[e.Operation] {
		e.sentinel = nil
	}
	if e.sentinel == ErrCSRF {
		e.text = csrfText(r.Response)
	}
	e.detectInvalidTraits()
	return e
}

// redirectError returns the error for a redirect. Kratos redirects from an expired recovery or
// verification flow to the one that replaces it. Other redirects are for browsers, or to another
// port.
func (r *response) redirectError() *Error {
	e := r.newError()
	e.sentinel = ErrUnexpectedResponse
	location, err := url.Parse(r.Header.Get("Location"))
	if err != nil {
		return e
	}
	e.RedirectTo = location.String()
	e.text = redirectText(r.Request, location)
	followRedirect(e, location)
	return e
}

// redirectText returns how the target of a redirect differs from the URL of the request.
func redirectText(r *http.Request, to *url.URL) string {
	switch {
	case r == nil, to.Host != "" && !strings.EqualFold(to.Hostname(), r.URL.Hostname()):
		return "the response is a redirect to another host: see Error.RedirectTo"
	case to.Scheme != "" && to.Scheme != r.URL.Scheme:
		return "the response is a redirect to " + sanitize(to.Scheme) + ": change the base URL"
	}
	return "the response is a redirect to another path: is the base URL right?"
}
