package validate

import (
	"errors"
	"maps"
	"net/http"
	"slices"
)

// Response validates a response from Kratos: its status, headers and body. It is for tests and
// staging, because it reads the body completely. Properties and enum values that the description
// does not list are ignored, unless [WithStrict] is given.
//
// It returns an [*Error] for an invalid response, or the error of reading the body. A resp without
// its Request is an [ErrPathNotFound]. The body of resp can be read afterwards.
func Response(resp *http.Response, opts ...Option) error {
	return newSettings(opts).validateResponse(resp)
}

func (s *settings) validateResponse(resp *http.Response) error {
	if resp.Request == nil || resp.Request.URL == nil {
		missing := Violation{In: inPath, Keyword: "path", Message: "is unknown: the response has no request"}
		return &Error{Status: resp.StatusCode, Violations: []Violation{missing}, sentinel: ErrPathNotFound}
	}
	at, err := s.findRoute(resp.Request)
	if err != nil {
		return withStatus(err, resp.StatusCode)
	}
	if at.operation.id == "" || isPreflight(resp.Request) {
		return nil
	}
	var body []byte
	if resp.Body != nil {
		if body, err = s.readBody(&resp.Body, resp.ContentLength); err != nil {
			return s.readError(err, at.operation.id, resp.StatusCode)
		}
	}
	v := validation{strict: s.strict, isResponse: true}
	v.validateResponse(at.operation, resp, body)
	if len(v.violations) == 0 {
		return nil
	}
	return &Error{Operation: at.operation.id, Status: resp.StatusCode, Violations: v.violations}
}

// withStatus turns the error of a request into one of its response.
func withStatus(err error, status int) error {
	var e *Error
	if errors.As(err, &e) {
		e.Status = status
	}
	return err
}

// validateResponse validates status, headers and body of a response.
func (v *validation) validateResponse(op *operation, resp *http.Response, body []byte) {
	want := op.spec.Responses.Status(resp.StatusCode)
	if want == nil {
		want = op.spec.Responses.Default()
	}
	if want == nil {
		statuses := maps.Keys(op.spec.Responses.Map())
		v.report(location{in: inStatus}, "status", "must be one of "+join(slices.Sorted(statuses)))
		return
	}
	for _, name := range slices.Sorted(maps.Keys(want.Value.Headers)) {
		required := want.Value.Headers[name].Value.Required
		if name = http.CanonicalHeaderKey(name); required && resp.Header.Get(name) == "" {
			v.report(header(name), "required", "is missing")
		}
	}
	content := want.Value.Content
	isRedirect := resp.StatusCode/100 == 3
	switch {
	case len(body) > 0 && len(content) > 0:
		v.validateBody(content, resp.Header, body)
	case len(body) > 0 && !isRedirect: // a redirect may have an HTML page
		v.report(location{in: inBody}, "no-body", "must be empty")
	case len(body) == 0 && len(content) > 0:
		v.report(location{in: inBody}, "required", "is missing")
	}
}
