package server

import (
	"net/http"
	"path"
	"strings"
)

// router gives requests to a mux whose paths are not as the mux has them: with a slash at the end,
// dot segments, or empty segments. Up to v1.3.6 Kratos had another router than since v25.4.0.
type router struct {
	server *Server
	mux    *http.ServeMux
	admin  bool
}

func (t *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if slashes := encodedSlash.Replace(r.URL.EscapedPath()); slashes != r.URL.EscapedPath() && !t.server.since("v25.4.0") {
		r = withPath(r, slashes)
	}
	escaped := r.URL.EscapedPath()
	switch {
	case !t.admin:
		if cleaned := cleanPath(escaped); cleaned != escaped {
			r = withPath(r, cleaned)
		}
	case !t.server.since("v25.4.0"):
		if dotless := escapeDots(escaped); dotless != escaped {
			r = withPath(r, dotless)
		}
	}
	if trimmed, ok := strings.CutSuffix(r.URL.EscapedPath(), "/"); ok && trimmed != "" && !t.server.since("v25.4.0") && t.exists(withPath(r, trimmed)) {
		t.server.serve(w, r, operation{handle: (*call).redirectWithoutSlash}, t.admin)
		return
	}
	t.mux.ServeHTTP(&target{w, t.server}, r)
}

// encodedSlash decodes slashes, which up to v1.3.6 separate segments like others.
var encodedSlash = strings.NewReplacer("%2F", "/", "%2f", "/")

// target is the response to a request, with the server that the request is for.
type target struct {
	http.ResponseWriter
	server *Server
}

// exists reports whether there is an operation with the method and path of a request.
func (t *router) exists(r *http.Request) bool {
	_, pattern := t.mux.Handler(r)
	return pattern != "" && pattern != "/"
}

// withPath returns a request with another path, which is escaped.
func withPath(r *http.Request, escaped string) *http.Request {
	changed := r.Clone(r.Context())
	if u, err := changed.URL.Parse("http://localhost" + escaped); err == nil {
		changed.URL.Path, changed.URL.RawPath = u.Path, escaped
	}
	return changed
}

// cleanPath returns a path without dot segments and empty segments.
func cleanPath(escaped string) string {
	cleaned := path.Clean("/" + escaped)
	if cleaned != "/" && (strings.HasSuffix(escaped, "/") || strings.HasSuffix(escaped, "/.")) {
		cleaned += "/"
	}
	return cleaned
}

// escapeDots makes dot segments and empty segments ids, which no resource has.
func escapeDots(escaped string) string {
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		switch {
		case segment == "." || segment == "..":
			segments[i] = strings.ReplaceAll(segment, ".", "%2E")
		case segment == "" && i > 0 && i < len(segments)-1:
			segments[i] = "-"
		}
	}
	return strings.Join(segments, "/")
}

// redirectWithoutSlash redirects to the path without the slash at its end.
func (c *call) redirectWithoutSlash() {
	status := http.StatusTemporaryRedirect
	if c.r.Method == http.MethodGet {
		status = http.StatusMovedPermanently
	}
	target := *c.r.URL
	target.Path, target.RawPath = strings.TrimSuffix(target.Path, "/"), ""
	c.redirect(status, target.RequestURI())
}

// noRoute responds to a path that no operation has, or not with the method.
func (c *call) noRoute() {
	c.w.Header().Del("Cache-Control")
	if c.admin && !isAdminPath(c.r.URL.Path) {
		target := *c.r.URL
		target.Path, target.RawPath = "/admin"+target.Path, ""
		c.redirect(http.StatusTemporaryRedirect, target.RequestURI())
		return
	}
	if allowed := c.allowedMethods(); len(allowed) > 0 {
		c.w.Header().Del("Set-Cookie")
		c.w.Header().Set("Allow", strings.Join(allowed, ", "))
		c.text(http.StatusMethodNotAllowed, "Method Not Allowed\n")
		return
	}
	if !c.admin && c.r.Method != http.MethodGet && c.r.Method != http.MethodHead && c.r.Method != http.MethodOptions {
		c.error(c.csrfError("The request has no CSRF token.", "Send the cookie and the CSRF token of the browser."))
		return
	}
	c.text(http.StatusNotFound, "404 page not found\n")
}

// text responds with a text.
func (c *call) text(status int, text string) {
	c.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	c.w.Header().Set("X-Content-Type-Options", "nosniff")
	c.w.WriteHeader(status)
	_, _ = c.w.Write([]byte(text))
}

// allowedMethods returns the methods that the path of the request has, or nil if it has none, or
// the method of the request is among them.
func (c *call) allowedMethods() []string {
	t := c.Server.public
	if c.admin {
		t = c.Server.admin
	}
	if t.exists(c.r) {
		return nil // the operation has responded that the path does not exist
	}
	with := func(method string) bool {
		r := c.r.Clone(c.r.Context())
		r.Method = method
		return t.exists(r)
	}
	var allowed []string
	for _, method := range []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"} {
		switch {
		case method == "HEAD" && !c.since("v25.4.0"):
		case method == "OPTIONS":
			if len(allowed) > 0 && !c.since("v25.4.0") {
				allowed = append(allowed, method)
			}
		case with(method):
			allowed = append(allowed, method)
		}
	}
	return allowed
}

// addRoutes adds paths and methods that Kratos accepts and the API does not have.
func addRoutes(public, admin *http.ServeMux, slashes bool) {
	for _, op := range adminOnPublic() {
		register(public, op, false)
	}
	for _, op := range publicOnAdmin() {
		register(admin, op, true)
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "OPTIONS"} {
		register(public, operation{id: "toSession", pattern: method + " /sessions/whoami", handle: (*call).whoami}, false)
	}
	for _, kind := range []flowKind{login, registration} {
		register(public, operation{pattern: "GET /self-service/" + string(kind), handle: submitFlow(kind)}, false)
	}
	if slashes {
		addSlashes(public, publicOperations(), false)
		addSlashes(admin, append(adminOperations(), publicOnAdmin()...), true)
	}
}

// addSlashes adds operations without an id in the path, with a slash at the end of it.
func addSlashes(mux *http.ServeMux, operations []operation, admin bool) {
	for _, op := range operations {
		if !strings.Contains(op.pattern, "{") {
			op.pattern, op.csrf = op.pattern+"/{$}", false
			register(mux, op, admin)
		}
	}
}
