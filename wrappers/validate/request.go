package validate

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Request validates a request to Kratos, outgoing or incoming: its method, path, parameters and
// body. Credentials are not verified. Of requests that are not in the API description, such as an
// OIDC callback, only the path and method are validated; [Handler] lists them.
//
// It returns an [*Error] for an invalid request, which can match [ErrPathNotFound],
// [ErrMethodNotAllowed] or [ErrBodyTooLarge]. If the body cannot be read, or the context of r is
// done, it returns an error that wraps the cause.
//
// It reads a body from r.GetBody if that is set; otherwise it replaces r.Body by one that has the
// same content, so r must not be used concurrently.
func Request(r *http.Request, opts ...Option) error {
	return newSettings(opts).validateRequest(r)
}

// Preload parses the API description, which takes tens of milliseconds, so that the first request
// does not have to. Call it at startup, for example in a goroutine.
func Preload() {
	_, _ = loadDocument() // every validation returns the error
}

func (s *settings) validateRequest(r *http.Request) error {
	route, err := s.findRoute(r)
	if err != nil {
		return err
	}
	if route.violation != nil {
		return &Error{Operation: route.operation.id, Violations: []Violation{*route.violation}}
	}
	// The description lacks browsers' paths, such as OIDC callbacks, and CORS preflight requests.
	if route.operation.id == "" || isPreflight(r) {
		return nil
	}
	body, err := s.readRequestBody(r)
	if err == nil {
		err = r.Context().Err()
	}
	if err != nil {
		return s.readError(err, route.operation.id, 0)
	}
	v := validation{strict: s.strict}
	v.validateParameters(route, r)
	v.validateRequestBody(route.operation, r.Header, body)
	if route.operation.id == patchIdentity && len(v.violations) == 0 {
		v.validatePatch(route.identity, body)
	}
	if len(v.violations) == 0 {
		return nil
	}
	return &Error{Operation: route.operation.id, Violations: v.violations}
}

// findRoute finds the operation of a request.
func (s *settings) findRoute(r *http.Request) (route, error) {
	doc, err := loadDocument()
	if err != nil {
		return route{}, err
	}
	method, path := r.Method, ""
	if r.URL != nil {
		path = r.URL.EscapedPath()
	}
	if method == "" {
		method = http.MethodGet
	}
	if isPreflight(r) {
		method = r.Header.Get("Access-Control-Request-Method")
	}
	path, below := strings.CutPrefix(path, s.basePath)
	if !below {
		path = ""
	}
	if r.URL != nil && r.URL.Opaque != "" {
		path = "" // net/http sends Opaque instead of the path
	}
	route, err := doc.find(method, path)
	switch err {
	case nil:
		return route, nil
	case ErrMethodNotAllowed:
		allow := route.path.methods()
		return route, &Error{
			Violations: []Violation{{In: inMethod, Keyword: "method", Message: "must be one of " + join(allow)}},
			sentinel:   err, allow: allow,
		}
	}
	return route, &Error{
		Violations: []Violation{{In: inPath, Keyword: "path", Message: "is not part of the API"}}, sentinel: err,
	}
}

// isPreflight reports whether r is a CORS preflight request.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// readRequestBody reads the body of a request, which can be read again afterwards.
func (s *settings) readRequestBody(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if r.GetBody == nil {
		return s.readBody(&r.Body, r.ContentLength)
	}
	body, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return s.readBody(&body, r.ContentLength)
}

// readBody reads a body up to the limit, and replaces it by one that has the same content.
func (s *settings) readBody(body *io.ReadCloser, length int64) ([]byte, error) {
	data, err := readAll(io.LimitReader(*body, s.maxBody+1), min(length, s.maxBody))
	*body = &replayBody{io.MultiReader(bytes.NewReader(data), *body), *body}
	if err == nil && int64(len(data)) > s.maxBody {
		err = ErrBodyTooLarge
	}
	return data, err
}

// readError returns the error for a body that was not read.
func (s *settings) readError(err error, operation string, status int) error {
	if err != ErrBodyTooLarge {
		return fmt.Errorf("kratos: cannot read the body: %w", err)
	}
	message := "must have at most " + strconv.FormatInt(s.maxBody, 10) + " bytes"
	return &Error{
		Operation: operation, Status: status,
		Violations: []Violation{{In: inBody, Keyword: "size", Message: message}}, sentinel: err,
	}
}

// readAll is [io.ReadAll] with a hint of the length, which may be wrong.
func readAll(r io.Reader, length int64) ([]byte, error) {
	const maxAhead = 256 << 10 // allocated before any data has arrived
	b := make([]byte, 0, min(max(length, 511), maxAhead)+1)
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
	}
}

// replayBody is a body that starts with the data that was read already.
type replayBody struct {
	io.Reader
	io.Closer
}
