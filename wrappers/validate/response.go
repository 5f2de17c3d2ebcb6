package validate

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
)

// Response judges an answer of Kratos: status, headers and body. It is for tests and for staging: what a newer server does that the
// description lacks is no error, unless [Strict] is asked for, but the body is read as a whole. It returns nil or an [*Error], or what
// reading the body failed with; an answer without its request is an [ErrUnknownPath].
//
// The body of resp can be read as before.
func Response(resp *http.Response, opts ...Option) error {
	return newSettings(opts).response(resp)
}

func (s *settings) response(resp *http.Response) error {
	if resp.Request == nil || resp.Request.URL == nil {
		return &Error{Status: resp.StatusCode, Problems: []Problem{{"path", "path", "must be known: the answer has no request"}}, kind: ErrUnknownPath}
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
	j := judge{strict: s.strict, answer: true}
	j.response(at.operation, resp, text)
	if len(j.problems) == 0 {
		return nil
	}
	return &Error{Operation: at.operation.id, Status: resp.StatusCode, Problems: j.problems}
}

// ofAnswer makes the error of a request one of the answer to it.
func ofAnswer(err error, status int) error {
	var e *Error
	if errors.As(err, &e) {
		e.Status = status
	}
	return err
}

func (j *judge) response(op *operation, resp *http.Response, text []byte) {
	want := op.answers[resp.StatusCode]
	if want == nil {
		want = op.fallback
	}
	if want == nil {
		j.problem("status", "status", "must be one of "+list(op.statuses()))
		return
	}
	for _, name := range want.headers {
		if resp.Header.Get(name) == "" {
			j.problem("header."+name, "required", "is missing")
		}
	}
	redirect := resp.StatusCode/100 == 3
	switch {
	case len(text) > 0 && len(want.media) > 0:
		j.body(want, resp.Header, text)
	case len(text) > 0 && !redirect: // a redirect may have a page
		j.problem("body", "no-body", "must be empty")
	case len(text) == 0 && len(want.media) > 0:
		j.problem("body", "required", "is missing")
	}
}

// statuses lists the statuses of an operation.
func (o *operation) statuses() []string {
	var all []string
	for status := range o.answers {
		all = append(all, strconv.Itoa(status))
	}
	slices.Sort(all)
	return all
}
