package server

import (
	"net/http"
	"strings"
)

// publicOnAdmin are the operations of the public port for which the admin port redirects to it.
func publicOnAdmin() []operation {
	var redirects []operation
	for _, op := range publicOperations() {
		method, path, ok := strings.Cut(op.pattern, " ")
		if !ok || path == "/sessions" && method == http.MethodGet || path == "/sessions/{id}" || strings.HasPrefix(path, "/health/") {
			continue
		}
		redirects = append(redirects, operation{pattern: method + " /admin" + path, handle: (*call).redirectToPublic})
	}
	return redirects
}

// redirectToPublic redirects from the admin port to the public port.
func (c *call) redirectToPublic() {
	c.noCache()
	c.redirect(http.StatusTemporaryRedirect, c.publicURL+strings.TrimSuffix(strings.TrimPrefix(c.r.URL.RequestURI(), "/admin"), "/"))
}

// adminOnPublic are the paths of the admin port for which the public port redirects to it. The
// others are not found.
func adminOnPublic() []operation {
	var redirects []operation
	for _, op := range adminOperations() {
		_, path, _ := strings.Cut(op.pattern, " ")
		switch path {
		case "/admin/identities", "/admin/identities/{id}", "/admin/courier/messages", "/admin/courier/messages/{id}":
			redirects = append(redirects, operation{pattern: op.pattern, handle: (*call).redirectToAdmin, csrf: path == "/admin/courier/messages/{id}"})
		}
	}
	return redirects
}

// redirectToAdmin redirects from the public port to the admin port.
func (c *call) redirectToAdmin() {
	c.noCache()
	c.redirect(http.StatusTemporaryRedirect, c.adminURL+c.r.URL.RequestURI())
}
