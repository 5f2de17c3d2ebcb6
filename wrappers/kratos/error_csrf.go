package kratos

import (
	"net/http"
	"slices"
	"strings"
)

const csrfCookiePrefix = "csrf_token_"

// csrfText returns why a request failed the CSRF check, which Kratos' error does not say. It
// compares the cookie that was sent with the one that the response sets, whose name depends on
// Kratos' base URL.
func csrfText(resp *http.Response) string {
	text := ErrCSRF.Error() + ": "
	if resp.Request == nil {
		return text + "the CSRF cookie or token is missing, or they do not match"
	}
	sent := csrfCookies(resp.Request.Cookies())
	expected := csrfCookies(resp.Cookies())
	switch {
	case len(sent) == 0:
		return text + "no CSRF cookie was sent (the flow is from another domain, the browser rejects cookies, or this native client has the flow of a browser)"
	case len(expected) == 1 && !slices.Contains(sent, expected[0]):
		return text + "the CSRF cookie is from another domain (Kratos' serve.public.base_url has changed, or there are two Kratos servers)"
	}
	return text + "the CSRF token does not match the cookie (the flow is from another browser, or from before a login or logout)"
}

// csrfCookies returns the names of the CSRF cookies in cookies.
func csrfCookies(cookies []*http.Cookie) []string {
	var names []string
	for _, c := range cookies {
		if strings.HasPrefix(c.Name, csrfCookiePrefix) && c.Value != "" && !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}
