package kratos

import (
	"bytes"
	"context"
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
)

// Limits of the responses that are larger than what transport reads by default, in bytes.
const (
	maxIdentity = 16 << 20 // its traits can have 5 MiB, and stand in it more than once
	maxDocument = 64 << 20 // a batch, an identity schema
)

// withLimit returns a context for requests whose responses may have this many bytes.
func withLimit(ctx context.Context, bytes int64) context.Context {
	return transport.With(ctx, func(o *transport.Options) { o.Limit = bytes })
}

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
	a := &answer{operation: operation, Response: resp}
	if body, ok := resp.Body.(*transport.Body); ok {
		a.body, err = body.Bytes()
	} else {
		a.body, err = io.ReadAll(resp.Body) // that a proxy has read and limited
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
	if bytes.Count(a.body, []byte("{")) > maxObjects {
		return a.unexpected(transport.ErrTooLarge)
	}
	unmarshal := jsonv2.Unmarshal
	if flow, ok := v.(flowDecoder); ok {
		unmarshal = func(body []byte, _ any) error { return flow.decode(body) }
	}
	if unmarshal(a.body, v) != nil {
		return a.unexpected(errBroken)
	}
	return nil
}

// errBroken stands for the decoder's own error, which can quote the body.
var errBroken = errors.New("its JSON is broken, cut short or of another shape")

// broken makes an error of a body that could not be read, for the reason cause if it is not the body's own.
func (a *answer) broken(cause error) *Error {
	if cause == nil {
		cause = errBroken
	}
	e := a.unexpected(cause)
	switch cause {
	case transport.ErrTooLarge, errBroken, errAdminPath, io.ErrUnexpectedEOF:
	default:
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
	e.RetryAfter, _ = transport.RetryAfter(a.StatusCode, a.Header)
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
	if e.kind == ErrNoSession && !personal[a.operation] {
		e.kind = nil
	}
	if e.kind == ErrCSRF {
		e.text = csrfText(a.Response)
	}
	e.blameInput()
	return e
}

// personal are the operations that act for a person, and so can find that there is no session. A
// 401 to any other operation is about the credentials of the program.
var personal = map[string]bool{
	"toSession": true, "listMySessions": true, "disableMySession": true, "disableMyOtherSessions": true,
	"performNativeLogout": true, "createBrowserLogoutFlow": true, "updateLogoutFlow": true,
	"createNativeSettingsFlow": true, "createBrowserSettingsFlow": true, "getSettingsFlow": true, "updateSettingsFlow": true,
	"createNativeLoginFlow": true, "createBrowserLoginFlow": true, "updateLoginFlow": true, // a second factor, or a login again
}

// messageUnauthorized is the message of every 401 from Kratos that has no id. Only the reason tells
// a session that does not exist from a session that could not be checked. Gateways of Ory have
// other messages, or another reason.
const messageUnauthorized = "The request could not be authorized"

// namesSession reports whether the reason of an error is the session. All versions of Kratos name
// it, in different sentences.
func namesSession(reason string) bool { return strings.Contains(strings.ToLower(reason), "session") }

// kindWithoutID tells what the errors mean that Kratos sends without an id.
func (a *answer) kindWithoutID(e *Error) error {
	switch {
	case a.StatusCode == http.StatusUnauthorized && strings.HasPrefix(a.operation, "update") && strings.HasSuffix(a.operation, "Flow") &&
		bytes.Contains(e.Details, []byte(`"identity_id"`)):
		return ErrIdentityInactive
	case a.StatusCode == http.StatusUnauthorized && e.Message == messageUnauthorized && namesSession(e.Reason),
		a.StatusCode == http.StatusForbidden && a.operation == "performNativeLogout" && namesSession(e.Reason):
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
	e.text = redirectText(a.Request, location)
	if id := location.Query().Get("id"); id != "" && strings.Contains(location.Path, "/self-service/") && strings.HasSuffix(location.Path, "/flows") {
		e.kind, e.FlowID, e.RedirectTo, e.text = ErrFlowExpired, id, "", ""
	}
	// To a browser, it names the page that shows that flow.
	if id := location.Query().Get("flow"); id != "" && (a.operation == "updateRecoveryFlow" || a.operation == "updateVerificationFlow") {
		e.kind, e.FlowID, e.text = ErrFlowReplaced, id, ""
	}
	return e
}

// redirectText says what a redirect that Kratos does not make is about, without the URL.
func redirectText(r *http.Request, to *url.URL) string {
	switch {
	case r == nil, to.Host != "" && !strings.EqualFold(to.Hostname(), r.URL.Hostname()):
		return "the response is a redirect to another host: see Error.RedirectTo"
	case to.Scheme != "" && to.Scheme != r.URL.Scheme:
		return "the response is a redirect to " + printable(to.Scheme) + ": change the base URL"
	}
	return "the response is a redirect to another path: is the base URL right?"
}
