package doctor

import (
	"net/http"
	"slices"
	"strings"
)

// foreignSite is a site that cannot exist (https://www.rfc-editor.org/rfc/rfc2606).
const foreignSite = "https://kratosctl-doctor.invalid"

// cors checks that scripts of the site can call Kratos with cookies, and those of other sites
// cannot (https://fetch.spec.whatwg.org/#http-cors-protocol).
func (e *exam) cors() {
	if foreign := e.preflight(foreignSite); foreign != nil && foreign.allows(foreignSite) && foreign.credentials() {
		e.report("cors-any-origin", "scripts of any site can call Kratos with the cookies of a person",
			"serve.public.cors.allowed_origins: ["+origin(e.site)+"]", foreign.evidence(foreignSite))
	}
	site := origin(e.site)
	if site == origin(e.public) {
		return // no CORS is necessary
	}
	resp := e.preflight(site)
	if resp == nil {
		e.unchecked("CORS", "the preflight request failed", "let the proxy pass OPTIONS to Kratos")
		return
	}
	const parent = "serve.public.cors."
	switch {
	case resp.header.Get("Access-Control-Allow-Origin") == "" && e.allowsGet(site):
		e.report("cors-request", "CORS does not allow POST with the header Content-Type",
			parent+"allowed_methods: [GET, POST, PUT, PATCH, DELETE], "+parent+"allowed_headers: [Content-Type, X-Session-Token]", resp.evidence(site))
	case resp.header.Get("Access-Control-Allow-Origin") == "":
		e.report("cors-missing", "scripts of "+site+" cannot call Kratos", parent+"enabled: true, "+parent+"allowed_origins: ["+site+"], or no scripts of the site that call Kratos", resp.evidence(site))
	case resp.header.Get("Access-Control-Allow-Origin") == "*":
		e.report("cors-wildcard", "CORS is allowed for the origin *, which browsers refuse for requests with cookies", parent+"allowed_origins: ["+site+"]", resp.evidence(site))
	case !resp.allows(site):
		e.report("cors-wildcard", "CORS is allowed for another origin than the site", parent+"allowed_origins: ["+site+"]", resp.evidence(site))
	case !resp.credentials():
		e.report("cors-credentials", "CORS is allowed without credentials", parent+"allow_credentials: true", resp.evidence(site))
	case !resp.lists("Access-Control-Allow-Methods", http.MethodPost):
		e.report("cors-request", "CORS does not allow POST", parent+"allowed_methods: [GET, POST, PUT, PATCH, DELETE]", resp.evidence(site))
	case !resp.lists("Access-Control-Allow-Headers", "Content-Type"):
		e.report("cors-request", "CORS does not allow the header Content-Type", parent+"allowed_headers: [Content-Type, X-Session-Token]", resp.evidence(site))
	}
}

// preflight asks for a submission with JSON from an origin.
func (e *exam) preflight(from string) *response {
	resp, err := e.send(request{method: http.MethodOptions, base: e.public, path: "/self-service/login", header: map[string]string{
		"Origin": from, "Access-Control-Request-Method": http.MethodPost, "Access-Control-Request-Headers": "content-type",
	}})
	if err != nil {
		return nil
	}
	return resp
}

// allowsGet reports whether CORS is allowed for requests without a preflight.
func (e *exam) allowsGet(from string) bool {
	resp, err := e.send(request{base: e.public, path: "/sessions/whoami", header: map[string]string{"Origin": from}})
	return err == nil && resp.allows(from)
}

func (r *response) allows(origin string) bool {
	return r.header.Get("Access-Control-Allow-Origin") == origin
}

func (r *response) credentials() bool {
	return r.header.Get("Access-Control-Allow-Credentials") == "true"
}

// lists reports whether a comma-separated header has a value.
func (r *response) lists(header, value string) bool {
	list := strings.Split(strings.Join(r.header.Values(header), ","), ",")
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), value) })
}

func (r *response) evidence(from string) string {
	shown := "OPTIONS with Origin: " + from + ": " + http.StatusText(r.status)
	for _, suffix := range []string{"Origin", "Credentials", "Methods", "Headers"} {
		if value := r.header.Get("Access-Control-Allow-" + suffix); value != "" {
			shown += ", Access-Control-Allow-" + suffix + ": " + value
		}
	}
	return shown
}
