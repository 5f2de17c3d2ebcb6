package kratos

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// route is a path of the public API that browsers need.
type route struct {
	path    string // below the base URL
	escaped string // path as it is written in a URL
	methods []string
}

// parseRoute parses an escaped path below Kratos' base URL. It is false for paths that browsers do
// not need, such as those of the admin API and of native clients, and for every path that a server
// might read as another (path traversal).
func parseRoute(escaped string) (route, bool) {
	segments := strings.Split(strings.TrimPrefix(escaped, "/"), "/")
	last := len(segments) - 1
	provider := ""
	if isCallback(segments) {
		id, ok := parseProviderID(segments[last])
		if !ok {
			return route{}, false
		}
		segments, provider = segments[:last], id
	}
	if !strings.HasPrefix(escaped, "/") || slices.ContainsFunc(segments, func(s string) bool { return !isUnreservedSegment(s) }) {
		return route{}, false
	}
	methods := allowedMethods(segments)
	if provider == "" && len(methods) > 0 {
		return route{escaped, escaped, methods}, true
	}
	parent := "/" + strings.Join(segments, "/") + "/"
	return route{parent + provider, parent + (&url.URL{Path: provider}).EscapedPath(), methods}, len(methods) > 0
}

// allowedMethods returns the methods that browsers need at a path of the public API.
func allowedMethods(segments []string) []string {
	last := segments[len(segments)-1]
	switch n := len(segments); segments[0] {
	case "self-service":
		if n > 1 && !strings.EqualFold(last, "api") { // which is for native clients
			return []string{"GET", "HEAD", "POST", "OPTIONS"}
		}
	case "sessions":
		switch {
		case n == 1:
			return []string{"GET", "DELETE", "OPTIONS"}
		case n == 2 && last == "whoami":
			return []string{"GET", "OPTIONS"}
		case n == 2 && !strings.EqualFold(last, "token-exchange"): // which is for native clients
			return []string{"DELETE", "OPTIONS"}
		}
	case ".well-known":
		if n == 3 && segments[1] == "ory" {
			return []string{"GET", "HEAD", "OPTIONS"}
		}
	}
	return nil
}

// isSubmission reports whether a flow can be submitted to the path.
func (r route) isSubmission() bool {
	return strings.HasPrefix(r.path, "/self-service/") && strings.Count(r.path, "/") == 2
}

// onlyReads reports whether a GET is idempotent. A callback uses up a code, and a new flow may send
// one.
func (r route) onlyReads() bool {
	return !strings.HasPrefix(r.path, "/self-service/") || strings.HasSuffix(r.path, "/flows") || r.path == "/self-service/errors"
}

// isFile reports whether the path is a file, which is the same for all browsers.
func (r route) isFile() bool { return strings.HasPrefix(r.path, "/.well-known/") }

// isCallback reports whether the last segment of a path is the id of a provider.
func isCallback(segments []string) bool {
	n := len(segments)
	if n < 5 || segments[0] != "self-service" || segments[1] != "methods" || segments[n-2] != "callback" {
		return false
	}
	return n == 5 || n == 7 && segments[3] == "organization"
}

// parseProviderID unescapes the id of a provider, which may be any text without a slash. It is
// false for what a gateway might read as another path (path traversal).
func parseProviderID(escaped string) (string, bool) {
	id, err := url.PathUnescape(escaped)
	if err != nil || id == "" || strings.Contains(id, "/") {
		return "", false
	}
	text, ok := unescapeAll(id)
	if !ok || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
		return "", false
	}
	for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '/' || c == '\\' }) {
		if part, _, _ = strings.Cut(part, ";"); part == "." || part == ".." {
			return "", false
		}
	}
	return id, true
}

// isUnreservedSegment reports whether all servers read a segment in the same way: it has unreserved
// characters only (RFC 3986, 2.3), and is not a dot segment.
func isUnreservedSegment(segment string) bool {
	return segment != "" && segment != "." && segment != ".." && !strings.ContainsFunc(segment, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-._~", c)
	})
}

// isAdmin reports whether a path of unescapeLeniently is of the admin API.
func isAdmin(path string) bool { return path == "/admin" || strings.HasPrefix(path, "/admin/") }

// isKratosPath reports whether Kratos has a path of unescapeLeniently.
func isKratosPath(path string) bool {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "admin", "courier", "health", "identities", "metrics", "schemas", "self-service", "sessions", "version":
		return true
	case ".well-known":
		return rest == "ory" || strings.HasPrefix(rest, "ory/")
	}
	return false
}
