package validate_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// Kratos unescapes a path before it looks for the operation, so that a slash is one however it is
// written.
func TestPathParameters(t *testing.T) {
	t.Parallel()
	const (
		slash   = " must have no slash or backslash, which lead to another path (path)"
		dots    = " must not be a dot or two, which lead to another path (path)"
		control = " must have no control characters, and be in UTF-8 (path)"
		noPath  = "path must be one of the API's (path)"
		oidc    = "/self-service/methods/oidc"
	)
	for name, c := range map[string]struct{ line, want string }{
		"a slash":                              {"DELETE " + identity + "%2Fcredentials%2Ftotp", "deleteIdentity: path.id" + slash},
		"a slash to a list":                    {"GET " + identity + "%2Fsessions", "getIdentity: path.id" + slash},
		"a slash in lower case":                {"GET " + identity + "%2fsessions?active=maybe", "getIdentity: path.id" + slash},
		"a slash at the end":                   {"DELETE " + identity + "%2f", "deleteIdentity: path.id" + slash},
		"a slash at the start":                 {"DELETE /admin/identities/%2fx", "deleteIdentity: path.id" + slash},
		"nothing but a slash":                  {"DELETE /admin/identities/%2f", "deleteIdentity: path.id" + slash},
		"a backslash":                          {"DELETE " + identity + "%5Csessions", "deleteIdentity: path.id" + slash},
		"a backslash in lower case":            {"DELETE " + identity + "%5csessions", "deleteIdentity: path.id" + slash},
		"a slash in an id before a segment":    {"DELETE " + identity + "%2Fx/sessions", "deleteIdentitySessions: path.id" + slash},
		"a slash in a type":                    {"DELETE " + identity + "/credentials/totp%2fx", "deleteIdentityCredentials: path.type" + slash},
		"a slash in both":                      {"DELETE /admin/identities/a%2fb/credentials/totp%2fx", "deleteIdentityCredentials: path.id" + slash},
		"a slash in a session":                 {"GET /admin/sessions/a%2fextend", "getSession: path.id" + slash},
		"a slash in a session of one's own":    {"DELETE /sessions/a%2fb", "disableMySession: path.id" + slash},
		"a slash in a message":                 {"GET /admin/courier/messages/a%2Fb", "getCourierMessage: path.id" + slash},
		"a slash in a schema":                  {"GET /schemas/a%2Fb", "getIdentitySchema: path.id" + slash},
		"a slash in a flow":                    {"GET " + oidc + "/auth/a%2fb", "path.flow" + slash},
		"a slash in a provider":                {"GET " + oidc + "/callback/google%2fx?code=c", "path.provider" + slash},
		"a slash in an organization":           {"POST " + oidc + "/organization/a%2Fb/callback/google", "path.organization" + slash},
		"a slash in a provider of one":         {"GET " + oidc + "/organization/a/callback/b%5cc", "path.provider" + slash},
		"a slash with a question":              {"OPTIONS " + identity + "%2Fsessions", "method must be one of DELETE, GET, PATCH, PUT (method)"},
		"a dot":                                {"GET /admin/identities/.", "getIdentity: path.id" + dots},
		"two dots in part":                     {"DELETE /admin/identities/.%2e", "deleteIdentity: path.id" + dots},
		"two dots below":                       {"DELETE " + identity + "/credentials/%2e%2E", "deleteIdentityCredentials: path.type" + dots},
		"two dots and slashes":                 {"GET /schemas/..%2F..%2Fadmin", "getIdentitySchema: path.id" + dots},
		"two dots for a provider":              {"GET " + oidc + "/callback/%2e%2e", noPath},
		"two dots and a backslash for a flow":  {"GET " + oidc + "/auth/x%5c..%5cy", noPath},
		"NUL":                                  {"GET " + identity + "%00", "getIdentity: path.id" + control},
		"the end of a line":                    {"GET " + identity + "%0d%0aX:%20y", "getIdentity: path.id" + control},
		"a tab":                                {"DELETE /sessions/%09", "disableMySession: path.id" + control},
		"delete":                               {"DELETE /sessions/a%7f", "disableMySession: path.id" + control},
		"a control character of Latin-1":       {"GET " + oidc + "/callback/a%c2%85", "path.provider" + control},
		"no UTF-8":                             {"GET /schemas/a%ff", "getIdentitySchema: path.id" + control},
		"a slash in too many bytes":            {"GET /schemas/a%c0%afb", "getIdentitySchema: path.id" + control},
		"another path in escapes":              {"DELETE /sessions/%77hoami", noPath},
		"a method that the other path has":     {"GET /sessions/%77hoami", "method must be one of DELETE (method)"},
		"a fixed segment in escapes":           {"GET /admin/identit%69es", noPath},
		"a fixed slash in escapes":             {"GET /admin%2Fidentities", noPath},
		"a slash too many":                     {"GET /admin//identities", noPath},
		"a dot segment":                        {"GET /admin/./identities", noPath},
		"two dots to the root":                 {"GET /sessions/../admin/identities", noPath},
		"a parameter of the path":              {"GET /admin/identities;a=b/x", noPath},
		"a slash that is escaped twice":        {"GET /schemas/a%252Fb", ""},
		"a dot that is escaped twice":          {"GET /schemas/%252e%252e", ""},
		"a dot in a name":                      {"GET /schemas/v1.2..3", ""},
		"a percent sign":                       {"GET /schemas/100%25", ""},
		"a space":                              {"GET /schemas/a%20b", ""},
		"a letter of another script":           {"GET /schemas/%C3%A4", ""},
		"a slash of another script":            {"GET /schemas/a%E2%88%95b", ""},
		"a semicolon, a colon, an at, a comma": {"GET /schemas/a;b:c@d,e", ""},
		"an id with a letter in escapes":       {"DELETE /sessions/%61bc", ""},
		"a provider with a dot and a space":    {"GET " + oidc + "/callback/my.idp%20x", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRequest(t, c.line, "", "")
			if got := text(validate.Request(r)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if r.Method == http.MethodOptions || c.want == "" {
				return
			}
			r.Header.Set("Access-Control-Request-Method", r.Method)
			if r.Method = http.MethodOptions; validate.Request(r) == nil {
				t.Error("a preflight request for it passes")
			}
		})
	}
}

// What is judged is what net/http sends: the opaque part of a URL where there is one.
func TestOpaqueURLs(t *testing.T) {
	t.Parallel()
	for name, u := range map[string]url.URL{
		"of another path":     {Scheme: "http", Host: "127.0.0.1", Path: "/sessions/whoami", Opaque: "//127.0.0.1/admin/identities"},
		"of the same path":    {Scheme: "http", Path: "/sessions/whoami", Opaque: "//127.0.0.1/sessions/whoami"},
		"without a path":      {Scheme: "http", Opaque: "sessions/whoami"},
		"a raw path of it":    {Path: "/admin/identities/a/sessions", RawPath: "/admin/identities/a%2Fsessions"},
		"a path with a slash": {Path: "/schemas//x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := validate.Request(&http.Request{Method: "GET", URL: &u}); err == nil {
				t.Error("it passes")
			}
		})
	}
}
