package validate

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// add returns the path name, new if it is.
func (a *api) add(name string) *path {
	if p := a.static[name]; p != nil {
		return p
	}
	p := &path{segments: strings.Split(name, "/"), operations: map[string]*operation{}}
	if strings.Contains(name, "{") {
		a.templates = append(a.templates, p)
		return p
	}
	a.static[name] = p
	return p
}

// addUnspecified adds what Kratos has and the spec lacks.
func (a *api) addUnspecified() {
	// Links in mails, and the way back from a login that a flow asked for.
	for _, flow := range []string{"login", "registration", "settings", "recovery", "verification"} {
		a.add("/self-service/" + flow).operations[http.MethodGet] = &operation{}
	}
	// The way back from a provider.
	const oidc = "/self-service/methods/oidc"
	for _, name := range []string{oidc + "/auth/{flow}", oidc + "/callback", oidc + "/callback/{provider}", oidc + "/organization/{organization}/callback/{provider}"} {
		p := a.add(name)
		p.operations[http.MethodGet], p.operations[http.MethodPost] = &operation{}, &operation{}
	}
	// The admin port of servers up to v25.4 has these below /admin.
	for _, name := range []string{"/version", "/health/alive", "/health/ready"} {
		a.static["/admin"+name] = a.add(name)
	}
}

// route is where a request leads.
type route struct {
	operation *operation
	path      *path
	segments  []string // of the request, escaped; nil if the path has no parameters
}

// find returns the route of a method at an escaped path.
func (a *api) find(method, at string) (route, error) {
	r := route{path: a.static[at]}
	if r.path == nil {
		r.segments = strings.Split(at, "/")
		for _, p := range a.templates {
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
	if name, err := url.PathUnescape(at); r.operation.id == "" && (err != nil || leadsElsewhere(name)) {
		return r, ErrUnknownPath
	}
	return r, nil
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

// leadsElsewhere reports whether a segment, once it is unescaped, is a way of writing another path.
func leadsElsewhere(segment string) bool {
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
