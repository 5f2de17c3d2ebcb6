package validate

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Request judges a request to Kratos, be it about to be sent or just received: method, path,
// parameters and body. It returns nil or an [*Error], which is an [ErrUnknownPath],
// [ErrUnknownMethod] or [ErrTooLarge] if it can say nothing else; or what reading the body failed
// with. Credentials are not judged.
//
// The body is read, and r gets it anew, unless r has a GetBody, which is left alone. So r must not
// be used by others meanwhile.
func Request(r *http.Request, opts ...Option) error {
	return newSettings(opts).request(r)
}

// Preload parses the description now rather than for the first request, which takes tens of
// milliseconds. It is for a program's start, and may run in a goroutine of its own.
func Preload() {
	_, _ = loadDocument() // an error comes back with every request
}

func (s *settings) request(r *http.Request) error {
	at, err := s.route(r)
	if err != nil {
		return err
	}
	if at.fault != nil {
		return &Error{Operation: at.operation.id, Violations: []Violation{*at.fault}}
	}
	if at.operation.id == "" || preflight(r) {
		return nil
	}
	text, err := s.readRequest(r)
	if err == nil {
		err = r.Context().Err()
	}
	if err != nil {
		return s.notRead(err, at.operation.id, 0)
	}
	v := validation{strict: s.strict}
	v.parameters(at, r)
	v.requestBody(at.operation, r.Header, text)
	if at.operation.id == patchIdentity && len(v.problems) == 0 {
		v.patch(at.identity, text)
	}
	if len(v.problems) == 0 {
		return nil
	}
	return &Error{Operation: at.operation.id, Violations: v.problems}
}

// route finds the operation of a request.
func (s *settings) route(r *http.Request) (route, error) {
	a, err := loadDocument()
	if err != nil {
		return route{}, err
	}
	method, name := r.Method, ""
	if r.URL != nil {
		name = r.URL.EscapedPath()
	}
	if method == "" {
		method = http.MethodGet
	}
	if preflight(r) {
		method = r.Header.Get("Access-Control-Request-Method")
	}
	name, below := strings.CutPrefix(name, s.basePath)
	if !below {
		name = ""
	}
	if r.URL != nil && r.URL.Opaque != "" {
		name = "" // net/http sends what is opaque, and not the path
	}
	at, err := a.find(method, name)
	switch {
	case err == nil:
		return at, nil
	case err == ErrUnknownMethod:
		return at, &Error{Violations: []Violation{{"method", "method", "must be one of " + list(at.path.methods())}}, kind: err}
	}
	return at, &Error{Violations: []Violation{{"path", "path", "must be one of the API's"}}, kind: err}
}

// preflight reports whether a browser asks by r if it may send another request.
func preflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

// readRequest reads the body of a request, and leaves the request as if it had not.
func (s *settings) readRequest(r *http.Request) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if r.GetBody == nil {
		return s.read(&r.Body, r.ContentLength)
	}
	again, err := r.GetBody()
	if err != nil {
		return nil, err
	}
	defer again.Close()
	return s.read(&again, r.ContentLength)
}

// read reads a body to the limit, and replaces it by one that has the same to be read.
func (s *settings) read(from *io.ReadCloser, length int64) ([]byte, error) {
	text, err := readAll(io.LimitReader(*from, s.maxBody+1), min(length, s.maxBody))
	*from = &unread{io.MultiReader(bytes.NewReader(text), *from), *from}
	if err == nil && int64(len(text)) > s.maxBody {
		err = ErrTooLarge
	}
	return text, err
}

// notRead says of a request or answer why its body was not read.
func (s *settings) notRead(err error, operation string, status int) error {
	if err != ErrTooLarge {
		return fmt.Errorf("kratos: the body cannot be read: %w", err)
	}
	size := Violation{"body", "size", "must have at most " + strconv.FormatInt(s.maxBody, 10) + " bytes"}
	return &Error{Operation: operation, Status: status, Violations: []Violation{size}, kind: err}
}

// readAll is [io.ReadAll] for a body that says how long it is, and may be wrong.
func readAll(r io.Reader, length int64) ([]byte, error) {
	const most = 256 << 10 // to be allocated before anything has arrived
	b := make([]byte, 0, min(max(length, 511), most)+1)
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

// unread is a body of which a part was read already, or all.
type unread struct {
	io.Reader
	io.Closer
}
