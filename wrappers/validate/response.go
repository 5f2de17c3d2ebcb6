package validate

import (
	"errors"
	"maps"
	"net/http"
	"slices"
)

// Response judges an answer of Kratos: status, headers and body. It is for tests and for staging:
// what a newer server does that the description lacks is no error, unless [WithStrict] is asked for,
// but the body is read as a whole. It returns nil or an [*Error], or what reading the body failed
// with; an answer without its request is an [ErrUnknownPath].
//
// The body of resp can be read as before.
func Response(resp *http.Response, opts ...Option) error {
	return newSettings(opts).response(resp)
}

func (s *settings) response(resp *http.Response) error {
	if resp.Request == nil || resp.Request.URL == nil {
		return &Error{Status: resp.StatusCode, Violations: []Violation{{"path", "path", "must be known: the answer has no request"}}, kind: ErrUnknownPath}
	}
	at, err := s.route(resp.Request)
	if err != nil {
		return ofAnswer(err, resp.StatusCode)
	}
	if at.operation.id == "" || preflight(resp.Request) {
		return nil
	}
	var text []byte
	if resp.Body != nil {
		if text, err = s.read(&resp.Body, resp.ContentLength); err != nil {
			return s.notRead(err, at.operation.id, resp.StatusCode)
		}
	}
	v := validation{strict: s.strict, response: true}
	v.answer(at.operation, resp, text)
	if len(v.problems) == 0 {
		return nil
	}
	return &Error{Operation: at.operation.id, Status: resp.StatusCode, Violations: v.problems}
}

// ofAnswer makes the error of a request one of the answer to it.
func ofAnswer(err error, status int) error {
	var e *Error
	if errors.As(err, &e) {
		e.Status = status
	}
	return err
}

// answer validates status, headers and body of a response.
func (v *validation) answer(op *operation, resp *http.Response, text []byte) {
	want := op.spec.Responses.Status(resp.StatusCode)
	if want == nil {
		want = op.spec.Responses.Default()
	}
	if want == nil {
		statuses := maps.Keys(op.spec.Responses.Map())
		v.problem("status", "status", "must be one of "+list(slices.Sorted(statuses)))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(want.Value.Headers)) {
		required := want.Value.Headers[name].Value.Required
		if name = http.CanonicalHeaderKey(name); required && resp.Header.Get(name) == "" {
			v.problem("header."+name, "required", "is missing")
		}
	}
	content := want.Value.Content
	redirect := resp.StatusCode/100 == 3
	switch {
	case len(text) > 0 && len(content) > 0:
		v.body(content, resp.Header, text)
	case len(text) > 0 && !redirect: // a redirect may have a page
		v.problem("body", "no-body", "must be empty")
	case len(text) == 0 && len(content) > 0:
		v.problem("body", "required", "is missing")
	}
}
