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

// add returns the path name, new if it is.
func (d *document) add(name string) *path {
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

// addUnspecified adds what Kratos has and the spec lacks.
func (d *document) addUnspecified() {
	// Links in mails, and the way back from a login that a flow asked for.
	for _, flow := range []string{"login", "registration", "settings", "recovery", "verification"} {
		d.add("/self-service/" + flow).operations[http.MethodGet] = &operation{}
	}
	// The way back from a provider.
	const oidc = "/self-service/methods/oidc"
	for _, name := range []string{oidc + "/auth/{flow}", oidc + "/callback", oidc + "/callback/{provider}", oidc + "/organization/{organization}/callback/{provider}"} {
		p := d.add(name)
		p.operations[http.MethodGet], p.operations[http.MethodPost] = &operation{}, &operation{}
	}
	// The admin port of servers up to v25.4 has these below /admin.
	for _, name := range []string{"/version", "/health/alive", "/health/ready"} {
		d.static["/admin"+name] = d.add(name)
	}
}

// route is where a request leads.
type route struct {
	operation *operation
	identity  *openapi3.Schema
	path      *path
	segments  []string   // of the request, nil if the path has no parameters; those of parameters are unescaped
	fault     *Violation // of a parameter of the path
}

// find returns the route of a method at an escaped path. The error is [ErrUnknownPath] or
// [ErrUnknownMethod].
func (d *document) find(method, at string) (route, error) {
	r := route{path: d.static[at], identity: d.identity}
	if r.path == nil {
		r.segments = strings.Split(at, "/")
		for _, p := range d.templates {
			if p.matches(r.segments) {
				r.path = p
			}
		}
	}
	if r.path == nil {
		return r, ErrUnknownPath
	}
	if r.operation = r.path.operations[method]; r.operation == nil {
		return r, ErrUnknownMethod
	}
	for i, name := range r.path.segments {
		if isParameter(name) {
			r.unescape(i, "path."+strings.Trim(name, "{}"))
		}
	}
	if dotted := slices.ContainsFunc(r.segments, hasDotSegment); r.operation.id == "" && dotted {
		return r, ErrUnknownPath
	}
	if r.fault == nil && d.static[strings.Join(r.segments, "/")] != nil {
		return r, ErrUnknownPath // such as /sessions/%77hoami, which is not a session's id to Kratos
	}
	return r, nil
}

// unescape unescapes a segment. The fault of the route is one that Kratos, which unescapes a path
// before it looks for the operation, would take for a part of another path.
func (r *route) unescape(segment int, where string) {
	value, err := url.PathUnescape(r.segments[segment])
	if err != nil {
		r.fault = &Violation{where, "syntax", "must be in percent encoding"}
		return
	}
	if message := pathParameter(value); message != "" && r.fault == nil {
		r.fault = &Violation{where, "path", message}
	}
	r.segments[segment] = value
}

// pathParameter says what is wrong with a parameter of a path, once it is unescaped; "" if nothing
// is. One that is escaped twice, such as "a%252Fb", is "a%2Fb" for Kratos too.
func pathParameter(value string) string {
	switch {
	case hasDotSegment(value):
		return "must not be a dot or two, which lead to another path"
	case strings.ContainsAny(value, `/\`):
		return "must have no slash or backslash, which lead to another path"
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		return "must have no control characters, and be in UTF-8"
	}
	return ""
}

// methods lists what can be done at a path.
func (p *path) methods() []string { return slices.Sorted(maps.Keys(p.operations)) }

func (p *path) matches(segments []string) bool {
	if len(segments) != len(p.segments) {
		return false
	}
	for i, want := range p.segments {
		if isParameter(want) && segments[i] != "" || want == segments[i] {
			continue
		}
		return false
	}
	return true
}

// hasDotSegment reports whether a segment, once it is unescaped, is a way of writing another path.
func hasDotSegment(segment string) bool {
	parts := strings.FieldsFunc(segment, func(c rune) bool { return c == '/' || c == '\\' })
	return slices.Contains(parts, ".") || slices.Contains(parts, "..")
}

// isParameter reports whether a segment of a path in the spec is a parameter, such as "{id}".
func isParameter(segment string) bool { return strings.HasPrefix(segment, "{") }

// parameter returns the segment of the request that is the parameter name.
func (r route) parameter(name string) string {
	for i, segment := range r.path.segments {
		if segment == "{"+name+"}" {
			return r.segments[i]
		}
	}
	return ""
}
