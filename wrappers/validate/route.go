package validate

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// addPath returns the path with a name, and creates it if necessary.
func (d *document) addPath(name string) *path {
	if p := d.static[name]; p != nil {
		return p
	}
	p := &path{segments: strings.Split(name, "/"), operations: map[string]*operation{}}
	if strings.Contains(name, "{") {
		d.templates = append(d.templates, p)
		return p
	}
	d.static[name] = p
	return p
}

// addUndocumentedPaths adds paths that Kratos serves to browsers and the description lacks.
func (d *document) addUndocumentedPaths() {
	// Recovery and verification links, and the return from a login that another flow required.
	for _, flow := range []string{"login", "registration", "settings", "recovery", "verification"} {
		d.addPath("/self-service/" + flow).operations[http.MethodGet] = &operation{}
	}
	// OIDC callbacks.
	const oidc = "/self-service/methods/oidc"
	for _, name := range []string{
		oidc + "/auth/{flow}", oidc + "/callback", oidc + "/callback/{provider}",
		oidc + "/organization/{organization}/callback/{provider}",
	} {
		p := d.addPath(name)
		p.operations[http.MethodGet], p.operations[http.MethodPost] = &operation{}, &operation{}
	}
	// The admin port of Kratos up to v25.4 serves these below /admin.
	for _, name := range []string{"/version", "/health/alive", "/health/ready"} {
		d.static["/admin"+name] = d.addPath(name)
	}
}

// route is the operation that a request is for.
type route struct {
	operation *operation
	identity  *openapi3.Schema
	path      *path
	segments  []string   // of the request, parameters unescaped; nil if the path has no parameters
	violation *Violation // of a path parameter
}

// find returns the route of a method and an escaped path, [ErrPathNotFound] or
// [ErrMethodNotAllowed].
func (d *document) find(method, escapedPath string) (route, error) {
	r := route{path: d.static[escapedPath], identity: d.identity}
	if r.path == nil {
		r.segments = strings.Split(escapedPath, "/")
		for _, p := range d.templates {
			if p.matches(r.segments) {
				r.path = p
			}
		}
	}
	if r.path == nil {
		return r, ErrPathNotFound
	}
	if r.operation = r.path.operations[method]; r.operation == nil {
		return r, ErrMethodNotAllowed
	}
	for i, name := range r.path.segments {
		if isPathParameter(name) {
			r.unescape(i, strings.Trim(name, "{}"))
		}
	}
	if dots := slices.ContainsFunc(r.segments, hasDotSegment); r.operation.id == "" && dots {
		return r, ErrPathNotFound
	}
	if r.violation == nil && d.static[strings.Join(r.segments, "/")] != nil {
		return r, ErrPathNotFound // such as /sessions/%77hoami: to Kratos, "whoami" is not an id
	}
	return r, nil
}

// unescape unescapes the segment of a parameter. Kratos unescapes a path before it routes the
// request, so a value that would become a part of another path is a violation.
func (r *route) unescape(segment int, name string) {
	at := location{in: inPath, name: name}
	value, err := url.PathUnescape(r.segments[segment])
	if err != nil {
		r.violation = at.violation("syntax", "must be percent-encoded")
		return
	}
	if keyword, message := checkPathParameter(value); message != "" && r.violation == nil {
		r.violation = at.violation(keyword, message)
	}
	r.segments[segment] = value
}

// checkPathParameter returns the keyword and message for the unescaped value of a path parameter;
// "" if it is valid. A value that was escaped twice, such as "a%252Fb", is "a%2Fb" for Kratos too.
func checkPathParameter(value string) (keyword, message string) {
	switch {
	case hasDotSegment(value):
		return "traversal", "must not have a dot segment"
	case strings.ContainsAny(value, `/\`):
		return "traversal", "must not have a slash or backslash"
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		return "syntax", "must be UTF-8 without control characters"
	}
	return "", ""
}

// methods returns the sorted methods of a path.
func (p *path) methods() []string { return slices.Sorted(maps.Keys(p.operations)) }

func (p *path) matches(segments []string) bool {
	if len(segments) != len(p.segments) {
		return false
	}
	for i, want := range p.segments {
		if isPathParameter(want) && segments[i] != "" || want == segments[i] {
			continue
		}
		return false
	}
	return true
}

// hasDotSegment reports whether an unescaped segment has a dot segment (path traversal).
func hasDotSegment(segment string) bool {
	parts := strings.FieldsFunc(segment, func(c rune) bool { return c == '/' || c == '\\' })
	return slices.Contains(parts, ".") || slices.Contains(parts, "..")
}

// isPathParameter reports whether a segment of a described path is a parameter, such as "{id}".
func isPathParameter(segment string) bool { return strings.HasPrefix(segment, "{") }

// parameter returns the value of a path parameter.
func (r route) parameter(name string) string {
	for i, segment := range r.path.segments {
		if segment == "{"+name+"}" {
			return r.segments[i]
		}
	}
	return ""
}
