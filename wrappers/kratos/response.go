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
	maxErrorBody = 64 << 10 // bytes of a response that an error keeps
	maxObjects   = 50_000   // of a response: "{}" can become a thousand times as large in memory

	maxUnbuffered = 16 << 20 // bytes of a body that transport has not read; a proxy lets less through
)

// Limits of the responses that are larger than what transport reads by default, in bytes.
const (
	maxIdentity = 16 << 20 // its traits can have 5 MiB, and stand in it more than once
	maxDocument = 64 << 20 // a batch, an identity schema
)

// do makes a T of the answer to a call, or an error.
func decode[T any](operation string, resp *http.Response, err error) (*T, error) {
	return decodeValid(operation, resp, err, func(*T) bool { return true })
}

// whole is do for an answer that is only one if it has what good looks for: JSON of another kind
// decodes as well.
func decodeValid[T any](operation string, resp *http.Response, err error, good func(*T) bool) (*T, error) {
	a, err := readResponse(operation, resp, err)
	if err != nil {
		return nil, err
	}
	defer a.Body.Close()
	if !a.succeeded() {
		return nil, a.responseError()
	}
	v := new(T)
	if err := a.decode(v); err != nil {
		return nil, err
	}
	if !good(v) {
		return nil, a.unexpectedError(nil)
	}
	return v, nil
}

// done expects an answer without a body.
func expectNoContent(operation string, resp *http.Response, err error) error {
	a, err := readResponse(operation, resp, err)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if !a.succeeded() {
		return a.responseError()
	}
	return nil
}

// answer is a response to one call. Its body is valid until Body is closed.
type response struct {
	operation string
	*http.Response
	body []byte
}

// receive returns a response with the whole of its body. The caller closes Body, which gives the
// memory back.
func readResponse(operation string, resp *http.Response, err error) (*response, error) {
	if err != nil {
		return nil, wrapError(operation, err)
	}
	a := &response{operation: operation, Response: resp}
	if body, ok := resp.Body.(*transport.Body); ok {
		a.body, err = body.Bytes()
	} else { // rewritten for a browser
		a.body, err = io.ReadAll(&transport.LimitedReader{R: resp.Body, Left: maxUnbuffered})
	}
	if err != nil {
		failure := a.readError(err)
		_ = resp.Body.Close()
		return nil, failure
	}
	return a, nil
}

func (a *response) succeeded() bool { return a.StatusCode >= 200 && a.StatusCode < 300 }

// json reports whether the answer says that it is JSON.
func (a *response) isJSON() bool {
	kind := a.mediaType()
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// mediaType returns the media type in lower case, without its parameters. What Kratos always sends
// is compared instead of parsed: mime allocates a map for the parameters.
func (a *response) mediaType() string {
	kind := a.Header.Get("Content-Type")
	if kind == "application/json; charset=utf-8" || kind == "application/json" {
		return "application/json"
	}
	kind, _, _ = mime.ParseMediaType(kind)
	return kind
}

// decoder is a type that reads itself.
type decoder interface {
	decode(body []byte) error
}

func (a *response) decode(v any) error {
	if !a.isJSON() {
		return a.unexpectedError(nil)
	}
	if bytes.Count(a.body, []byte("{")) > maxObjects {
		return a.unexpectedError(transport.ErrTooLarge)
	}
	var err error
	if own, ok := v.(decoder); ok {
		err = own.decode(a.body)
	} else {
		err = jsonv2.Unmarshal(a.body, v)
	}
	if err != nil {
		return a.unexpectedError(errMalformed)
	}
	return nil
}

// errMalformed stands for the decoder's own error, which can quote the body.
const errMalformed = safeError("its JSON is broken, cut short or of another shape")

// broken makes an error of a body that could not be read, for the reason cause if it is not the
// body's own.
func (a *response) readError(cause error) *Error {
	if cause == nil {
		cause = errMalformed
	}
	e := a.unexpectedError(cause)
	if cause != transport.ErrTooLarge && cause != io.ErrUnexpectedEOF && !errors.As(cause, new(safeError)) {
		e.sentinel = ErrUnreachable
	}
	return e
}

func (a *response) unexpectedError(cause error) *Error {
	e := a.newError()
	e.sentinel, e.cause = ErrUnexpectedResponse, cause
	return e
}

// error makes an error of what every answer has.
func (a *response) newError() *Error {
	e := &Error{
		Operation:  a.operation,
		StatusCode: a.StatusCode,
		Header:     withoutSetCookie(a.Header),
		RequestID:  a.Header.Get("X-Request-Id"),
		body:       bytes.Clone(a.body[:min(len(a.body), maxErrorBody)]),
	}
	e.RetryAfter, _ = transport.RetryAfter(a.StatusCode, a.Header)
	return e
}

func withoutSetCookie(h http.Header) http.Header {
	h = h.Clone()
	h.Del("Set-Cookie")
	return h
}

// failure makes an error of an answer that is not a success: by the shape of the body first, then
// by the status.
func (a *response) responseError() *Error {
	if a.StatusCode >= 300 && a.StatusCode < 400 {
		return a.redirectError()
	}
	var body gen.ErrorGeneric
	if !a.isJSON() || jsonv2.Unmarshal(a.body, &body) != nil {
		return a.unexpectedError(nil)
	}
	e := a.newError()
	g := body.Error
	if g.ID == "" && g.Code == 0 && g.Message == "" && g.Reason == "" {
		return a.unexpectedError(nil) // JSON, but not an error of Kratos': a gateway's
	}
	e.ID, e.Code, e.Message, e.Reason, e.Details = g.ID, int(g.Code), g.Message, g.Reason, g.Details
	e.RedirectTo, e.FlowID = body.RedirectBrowserTo, body.UseFlowID
	if g.Request != "" {
		e.RequestID = g.Request
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
		e.text = csrfText(a.Response)
	}
	e.blameInput()
	return e
}

// redirect makes an error of an answer that names another URL. An expired recovery or verification
// flow names the flow that replaces it; anything else is the way of a browser, or of another port.
func (a *response) redirectError() *Error {
	e := a.newError()
	e.sentinel = ErrUnexpectedResponse
	location, err := url.Parse(a.Header.Get("Location"))
	if err != nil {
		return e
	}
	e.RedirectTo = location.String()
	e.text = redirectText(a.Request, location)
	followRedirect(e, location)
	return e
}

// redirectText says what a redirect that Kratos does not make is about, without the URL.
func redirectText(r *http.Request, to *url.URL) string {
	switch {
	case r == nil, to.Host != "" && !strings.EqualFold(to.Hostname(), r.URL.Hostname()):
		return "the response is a redirect to another host: see Error.RedirectTo"
	case to.Scheme != "" && to.Scheme != r.URL.Scheme:
		return "the response is a redirect to " + sanitize(to.Scheme) + ": change the base URL"
	}
	return "the response is a redirect to another path: is the base URL right?"
}
