package kratos

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/jsonv2"
)

const (
	maxBody      = 64 << 20 // of an answer that is read as a whole
	maxErrorBody = 64 << 10 // of what an error keeps
)

var errTooLarge = errors.New("the body is larger than this client reads")

// buffers are kept for the next answer; what is decoded from them shares no memory with them.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// do makes a T of the answer to a call, or an error.
func do[T any](operation string, resp *http.Response, err error) (*T, error) {
	return whole(operation, resp, err, func(*T) bool { return true })
}

// whole is do for an answer that is only one if it has what good looks for: JSON of another kind decodes as well.
func whole[T any](operation string, resp *http.Response, err error, good func(*T) bool) (*T, error) {
	var v *T
	err = read(operation, resp, err, func(a *answer) error {
		if !a.ok() {
			return a.failure()
		}
		v = new(T)
		if err := a.decode(v); err != nil {
			return err
		}
		if !good(v) {
			return a.unexpected(nil)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// done expects an answer without a body.
func done(operation string, resp *http.Response, err error) error {
	return read(operation, resp, err, func(a *answer) error {
		if !a.ok() {
			return a.failure()
		}
		return nil
	})
}

// answer is Kratos' answer to one call; body is only valid while it is being handled.
type answer struct {
	operation string
	*http.Response
	body []byte
}

// read hands the whole answer to handle, and gives its memory back afterwards.
func read(operation string, resp *http.Response, err error, handle func(*answer) error) error {
	if err != nil {
		return failed(operation, err)
	}
	defer resp.Body.Close()
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= 1<<20 {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	_, err = buf.ReadFrom(io.LimitReader(resp.Body, maxBody+1))
	a := &answer{operation: operation, Response: resp, body: buf.Bytes()}
	if err == nil && buf.Len() > maxBody {
		err = errTooLarge
	}
	if err != nil {
		return a.broken(err)
	}
	return handle(a)
}

func (a *answer) ok() bool { return a.StatusCode >= 200 && a.StatusCode < 300 }

// json reports whether the answer says that it is JSON.
func (a *answer) json() bool {
	kind := a.mediaType()
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

func (a *answer) mediaType() string {
	kind, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	return kind
}

func (a *answer) decode(v any) error {
	if !a.json() {
		return a.unexpected(nil)
	}
	if err := jsonv2.Unmarshal(a.body, v); err != nil {
		return a.unexpected(errBroken)
	}
	return nil
}

// errBroken stands for the decoder's own error, which can quote the body.
var errBroken = errors.New("its JSON is broken, cut short or of another shape")

// broken makes an error of a body that could not be read, for the reason cause if it is not the body's own.
func (a *answer) broken(cause error) *Error {
	if cause == nil || errors.Is(cause, io.ErrUnexpectedEOF) {
		return a.unexpected(errBroken)
	}
	e := a.unexpected(cause)
	if cause != errTooLarge && cause != errBroken && cause != errAdminPath {
		e.kind = ErrUnreachable
	}
	return e
}

func (a *answer) unexpected(cause error) *Error {
	e := a.error()
	e.kind, e.cause = ErrUnexpectedAnswer, cause
	return e
}

// error makes an error of what every answer has.
func (a *answer) error() *Error {
	e := &Error{
		Operation:  a.operation,
		StatusCode: a.StatusCode,
		Header:     withoutCookies(a.Header),
		RequestID:  a.Header.Get("X-Request-Id"),
		body:       bytes.Clone(a.body[:min(len(a.body), maxErrorBody)]),
	}
	e.RetryAfter, _ = retryAfter(a.Header)
	return e
}

func withoutCookies(h http.Header) http.Header {
	h = h.Clone()
	h.Del("Set-Cookie")
	return h
}

// failure makes an error of an answer that is not a success: by the shape of the body first, then by the status.
func (a *answer) failure() *Error {
	if a.StatusCode >= 300 && a.StatusCode < 400 {
		return a.redirect()
	}
	var body gen.ErrorGeneric
	if !a.json() || jsonv2.Unmarshal(a.body, &body) != nil {
		return a.unexpected(nil)
	}
	e := a.error()
	g := body.Error
	if g.ID == "" && g.Code == 0 && g.Message == "" && g.Reason == "" {
		return a.unexpected(nil) // JSON, but not an error of Kratos': a gateway's
	}
	e.ID, e.Code, e.Message, e.Reason, e.Details = g.ID, int(g.Code), g.Message, g.Reason, g.Details
	e.RedirectTo, e.FlowID = body.RedirectBrowserTo, body.UseFlowID
	if g.Request != "" {
		e.RequestID = g.Request
	}
	e.readDetails()
	e.kind = byID(e.ID)
	if e.kind == nil {
		e.kind = a.kindWithoutID(e)
	}
	if e.kind == ErrCSRF {
		e.text = csrfText(a.Response)
	}
	return e
}

// kindWithoutID tells what the errors mean that Kratos sends without an id.
func (a *answer) kindWithoutID(e *Error) error {
	switch {
	case a.StatusCode == http.StatusUnauthorized && a.operation == "updateLoginFlow" && bytes.Contains(e.Details, []byte(`"identity_id"`)):
		return ErrIdentityInactive
	case a.StatusCode == http.StatusUnauthorized, a.operation == "performNativeLogout" && a.StatusCode == http.StatusForbidden:
		return ErrNoSession
	case a.StatusCode == http.StatusGone:
		return ErrFlowExpired
	case e.FlowID != "": // of a recovery that goes on in another flow
		return ErrFlowReplaced
	}
	return nil
}

// redirect makes an error of an answer that names another URL. An expired recovery or verification flow names the flow
// that replaces it; anything else is the way of a browser, or of another port.
func (a *answer) redirect() *Error {
	e := a.error()
	e.kind = ErrUnexpectedAnswer
	location, err := url.Parse(a.Header.Get("Location"))
	if err != nil {
		return e
	}
	e.RedirectTo = location.String()
	if id := location.Query().Get("id"); id != "" && strings.Contains(location.Path, "/self-service/") && strings.HasSuffix(location.Path, "/flows") {
		e.kind, e.FlowID, e.RedirectTo = ErrFlowExpired, id, ""
	}
	// To a browser, it names the page that shows that flow.
	if id := location.Query().Get("flow"); id != "" && (a.operation == "updateRecoveryFlow" || a.operation == "updateVerificationFlow") {
		e.kind, e.FlowID = ErrFlowReplaced, id
	}
	return e
}
