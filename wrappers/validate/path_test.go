package validate_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// Kratos unescapes a path before it routes the request, so an escaped slash separates segments too.
func TestPathParameters(t *testing.T) {
	t.Parallel()
	const (
		slash   = " must not have a slash or backslash (traversal)"
		dots    = " must not have a dot segment (traversal)"
		control = " must be UTF-8 without control characters (syntax)"
		noPath  = "path is not part of the API (path)"
		oidc    = "/self-service/methods/oidc"
	)
	for name, c := range map[string]struct{ line, want string }{
		"a slash":                                        {"DELETE " + identity + "%2Fcredentials%2Ftotp", "deleteIdentity: path parameter id" + slash},
		"a slash before the path of a list":              {"GET " + identity + "%2Fsessions", "getIdentity: path parameter id" + slash},
		"a slash in lower case":                          {"GET " + identity + "%2fsessions?active=maybe", "getIdentity: path parameter id" + slash},
		"a slash at the end":                             {"DELETE " + identity + "%2f", "deleteIdentity: path parameter id" + slash},
		"a slash at the start":                           {"DELETE /admin/identities/%2fx", "deleteIdentity: path parameter id" + slash},
		"only a slash":                                   {"DELETE /admin/identities/%2f", "deleteIdentity: path parameter id" + slash},
		"a backslash":                                    {"DELETE " + identity + "%5Csessions", "deleteIdentity: path parameter id" + slash},
		"a backslash in lower case":                      {"DELETE " + identity + "%5csessions", "deleteIdentity: path parameter id" + slash},
		"a slash in an id before another segment":        {"DELETE " + identity + "%2Fx/sessions", "deleteIdentitySessions: path parameter id" + slash},
		"a slash in a type":                              {"DELETE " + identity + "/credentials/totp%2fx", "deleteIdentityCredentials: path parameter type" + slash},
		"a slash in two parameters":                      {"DELETE /admin/identities/a%2fb/credentials/totp%2fx", "deleteIdentityCredentials: path parameter id" + slash},
		"a slash in a session id":                        {"GET /admin/sessions/a%2fextend", "getSession: path parameter id" + slash},
		"a slash in the id of one's own session":         {"DELETE /sessions/a%2fb", "disableMySession: path parameter id" + slash},
		"a slash in a message id":                        {"GET /admin/courier/messages/a%2Fb", "getCourierMessage: path parameter id" + slash},
		"a slash in a schema id":                         {"GET /schemas/a%2Fb", "getIdentitySchema: path parameter id" + slash},
		"a slash in a flow id":                           {"GET " + oidc + "/auth/a%2fb", "path parameter flow" + slash},
		"a slash in a provider":                          {"GET " + oidc + "/callback/google%2fx?code=c", "path parameter provider" + slash},
		"a slash in an organization id":                  {"POST " + oidc + "/organization/a%2Fb/callback/google", "path parameter organization" + slash},
		"a backslash in the provider of an organization": {"GET " + oidc + "/organization/a/callback/b%5cc", "path parameter provider" + slash},
		"a slash with OPTIONS":                           {"OPTIONS " + identity + "%2Fsessions", "method must be one of DELETE, GET, PATCH, PUT (method)"},
		"a dot":                                          {"GET /admin/identities/.", "getIdentity: path parameter id" + dots},
		"two dots, one escaped":                          {"DELETE /admin/identities/.%2e", "deleteIdentity: path parameter id" + dots},
		"two dots, escaped":                              {"DELETE " + identity + "/credentials/%2e%2E", "deleteIdentityCredentials: path parameter type" + dots},
		"two dots and slashes, escaped":                  {"GET /schemas/..%2F..%2Fadmin", "getIdentitySchema: path parameter id" + dots},
		"two dots as a provider":                         {"GET " + oidc + "/callback/%2e%2e", noPath},
		"two dots and backslashes as a flow":             {"GET " + oidc + "/auth/x%5c..%5cy", noPath},
		"NUL":                                            {"GET " + identity + "%00", "getIdentity: path parameter id" + control},
		"a line break":                                   {"GET " + identity + "%0d%0aX:%20y", "getIdentity: path parameter id" + control},
		"a tab":                                          {"DELETE /sessions/%09", "disableMySession: path parameter id" + control},
		"DEL":                                            {"DELETE /sessions/a%7f", "disableMySession: path parameter id" + control},
		"a C1 control character":                         {"GET " + oidc + "/callback/a%c2%85", "path parameter provider" + control},
		"invalid UTF-8":                                  {"GET /schemas/a%ff", "getIdentitySchema: path parameter id" + control},
		"an overlong slash":                              {"GET /schemas/a%c0%afb", "getIdentitySchema: path parameter id" + control},
		"another path, escaped":                          {"DELETE /sessions/%77hoami", noPath},
		"a method of that other path":                    {"GET /sessions/%77hoami", "method must be one of DELETE (method)"},
		"a static segment, escaped":                      {"GET /admin/identit%69es", noPath},
		"a static slash, escaped":                        {"GET /admin%2Fidentities", noPath},
		"an empty segment":                               {"GET /admin//identities", noPath},
		"a dot segment":                                  {"GET /admin/./identities", noPath},
		"two dot segments":                               {"GET /sessions/../admin/identities", noPath},
		"a matrix parameter":                             {"GET /admin/identities;a=b/x", noPath},
		"a slash, escaped twice":                         {"GET /schemas/a%252Fb", ""},
		"a dot, escaped twice":                           {"GET /schemas/%252e%252e", ""},
		"dots in an id":                                  {"GET /schemas/v1.2..3", ""},
		"a percent sign":                                 {"GET /schemas/100%25", ""},
		"a space":                                        {"GET /schemas/a%20b", ""},
		"a non-ASCII letter":                             {"GET /schemas/%C3%A4", ""},
		"a non-ASCII slash":                              {"GET /schemas/a%E2%88%95b", ""},
		"reserved characters":                            {"GET /schemas/a;b:c@d,e", ""},
		"an escaped letter in an id":                     {"DELETE /sessions/%61bc", ""},
		"a provider with a dot and a space":              {"GET " + oidc + "/callback/my.idp%20x", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRequest(t, c.line, "", "")
			if got := errorText(validate.Request(r)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if r.Method == http.MethodOptions || c.want == "" {
				return
			}
			r.Header.Set("Access-Control-Request-Method", r.Method)
			if r.Method = http.MethodOptions; validate.Request(r) == nil {
				t.Error("a preflight request for it is valid")
			}
		})
	}
}

// The validated path is the one that net/http sends: the opaque part of a URL, if it has one.
func TestOpaqueURLs(t *testing.T) {
	t.Parallel()
	for name, u := range map[string]url.URL{
		"an opaque part with another path":  {Scheme: "http", Host: "127.0.0.1", Path: "/sessions/whoami", Opaque: "//127.0.0.1/admin/identities"},
		"an opaque part with the same path": {Scheme: "http", Path: "/sessions/whoami", Opaque: "//127.0.0.1/sessions/whoami"},
		"an opaque part only":               {Scheme: "http", Opaque: "sessions/whoami"},
		"a raw path with a slash in an id":  {Path: "/admin/identities/a/sessions", RawPath: "/admin/identities/a%2Fsessions"},
		"a path with an empty segment":      {Path: "/schemas//x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := validate.Request(&http.Request{Method: "GET", URL: &u}); err == nil {
				t.Error("the request is valid")
			}
		})
	}
}
