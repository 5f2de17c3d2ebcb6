package kratos

import (
	"net/http"
	"slices"
	"strings"
)

const csrfCookiePrefix = "csrf_token_"

// csrfText tells why Kratos refused a request for its CSRF token or cookie, by what was sent: what
// Kratos itself says of it is the same in all cases. The name of the cookie depends on Kratos' own
// base URL, and comes with the refusal.
func csrfText(resp *http.Response) string {
	text := ErrCSRF.Error() + ": "
	if resp.Request == nil {
		return text + "the cookie or the token is missing, or they do not belong together"
	}
	sent := csrfCookies(resp.Request.Cookies())
	wanted := csrfCookies(resp.Cookies())
	switch {
	case len(sent) == 0:
		return text + "no CSRF cookie was sent (the flow is of another domain, the browser keeps no cookies, or the flow is a browser's and this client is not)"
	case len(wanted) == 1 && !slices.Contains(sent, wanted[0]):
		return text + "the CSRF cookie is that of another domain (Kratos' serve.public.base_url has changed, or there are two Kratos)"
	}
	return text + "the CSRF token does not belong to the cookie (the flow is of another browser, or from before a login or logout)"
}

// csrfCookies returns the names of the CSRF cookies among these.
func csrfCookies(cookies []*http.Cookie) []string {
	var names []string
	for _, c := range cookies {
		if strings.HasPrefix(c.Name, csrfCookiePrefix) && c.Value != "" && !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}
