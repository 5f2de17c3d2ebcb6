package kratos

import "net/http"

// A RequestOption changes a request before it is validated and sent.
type RequestOption func(*http.Request)

// SessionToken makes a call act for a person (header X-Session-Token).
func SessionToken(token string) RequestOption {
	return func(r *http.Request) { r.Header.Set(headerSessionToken, token) }
}

// Query sets a query parameter that has no field.
func Query(name, value string) RequestOption {
	return func(r *http.Request) {
		q := r.URL.Query()
		q.Set(name, value)
		r.URL.RawQuery = q.Encode()
	}
}

// Header sets a header. For cookies, see [Client.BrowserWithCookies].
func Header(name, value string) RequestOption {
	return func(r *http.Request) { r.Header.Set(name, value) }
}
