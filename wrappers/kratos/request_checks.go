package kratos

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// A check refuses a request that must not be sent. It runs after the options of the call.
type check func(*http.Request) error

// checkHeaders refuses headers that cannot be sent.
func checkHeaders(r *http.Request) error {
	for name, values := range r.Header {
		if name == "" || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, c) }) {
			return argumentError("a header has a name that cannot be sent")
		}
		if !slices.ContainsFunc(values, func(v string) bool { return !isHeaderValue(v) }) {
			continue
		}
		return argumentError("the header " + name + " has a character that no header has")
	}
	return nil
}

func isHeaderValue(v string) bool {
	return !strings.ContainsFunc(v, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
}

const headerSessionToken = "X-Session-Token"

// checkBrowserRequest refuses credentials other than those of the browser.
func checkBrowserRequest(r *http.Request) error {
	if r.Header.Get(headerSessionToken) != "" {
		return argumentError("a call for a browser has no session token")
	}
	if r.Header.Get("Cookie") != "" {
		return argumentError("a call for a browser has the cookies of that browser: Client.BrowserWithCookies takes others")
	}
	return nil
}

// checkNativeRequest refuses headers with which Kratos refuses a native call, or which would
// authenticate another person.
func checkNativeRequest(r *http.Request) error {
	if r.Header.Get("Cookie") != "" {
		return argumentError("a native call has no header Cookie: Client.Browser and Client.BrowserWithCookies act for a browser")
	}
	if r.Header.Get("Origin") != "" {
		return argumentError("a native call has no header Origin")
	}
	return nil
}

// checkSessionToken refuses a native call that acts for a person and has no session token.
func checkSessionToken(r *http.Request) error {
	if err := checkNativeRequest(r); err != nil {
		return err
	}
	if r.Header.Get(headerSessionToken) == "" {
		return noSessionError("the call has no session token: add kratos.SessionToken(token), which must not be empty")
	}
	return nil
}

// checkPagination refuses a size that no page has, and the empty token of [Query].
func checkPagination(r *http.Request) error {
	q := r.URL.Query()
	if size := q.Get("page_size"); q.Has("page_size") {
		if n, err := strconv.Atoi(size); err != nil || n < 1 || n > 1000 {
			return argumentError("PageSize is not between 1 and 1000")
		}
	}
	if q.Has("page_token") && q.Get("page_token") == "" {
		return argumentError("the page token is empty: there is no page after the last")
	}
	return nil
}

// filters are the parameters that restrict lists.
var filters = [...]string{"ids", "credentials_identifier", "preview_credentials_identifier_similar", "organization_id", "active", "status", "recipient"}

// checkFilters refuses filters of [Query] that a list does not know, and empty ones: either would
// list everything.
func checkFilters(names ...string) check {
	return func(r *http.Request) error {
		q := r.URL.Query()
		for _, name := range filters {
			switch {
			case !q.Has(name):
			case !slices.Contains(names, name):
				return argumentError("this list is not restricted by " + name)
			case q.Get(name) == "":
				return argumentError("the filter " + name + " is empty, and would list everything")
			}
		}
		if q.Has("page") || q.Has("per_page") {
			return argumentError("a page is selected by PageSize and PageToken")
		}
		return nil
	}
}

// checkIdentityFilters refuses filters for identities that Kratos does not accept together, or
// would ignore.
func checkIdentityFilters(r *http.Request) error {
	q := r.URL.Query()
	if q.Has("credentials_identifier") && q.Has("preview_credentials_identifier_similar") {
		return argumentError("CredentialsIdentifier and PreviewCredentialsIdentifierSimilar exclude each other")
	}
	if len(q["ids"]) > 500 || slices.Contains(q["ids"], "") {
		return argumentError("IDs has more than 500 ids, or an empty one")
	}
	return nil
}

// checkPathSegment refuses an id that would change the path of a request (path traversal).
func checkPathSegment(name, id string) error {
	switch id {
	case "":
		return argumentError(name + " is empty")
	case ".", "..":
		return argumentError(name + " is a relative path")
	}
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c == 0x7f || c == '/' || c == '\\' || c == '?' || c == '#' {
			return argumentError(name + " has a character that no id has")
		}
	}
	return nil
}
