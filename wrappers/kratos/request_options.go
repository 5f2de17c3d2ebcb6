package kratos

import "net/http"

// A RequestOption changes the request of one call before it is sent. The result is validated with
// the rest of the call: what Kratos would refuse is [ErrInvalidArgument], and nothing is sent.
type RequestOption func(*http.Request)

// SessionToken makes a call act for the person with this session token (header X-Session-Token).
func SessionToken(token string) RequestOption {
	return func(r *http.Request) { r.Header.Set(headerSessionToken, token) }
}

// Query sets a query parameter that no argument or field covers, such as one of a newer Kratos.
func Query(name, value string) RequestOption {
	return func(r *http.Request) {
		q := r.URL.Query()
		q.Set(name, value)
		r.URL.RawQuery = q.Encode()
	}
}

// Header sets a request header, for a gateway in front of Kratos. The cookies of a browser are
// passed to [Client.BrowserWithCookies] instead.
func Header(name, value string) RequestOption {
	return func(r *http.Request) { r.Header.Set(name, value) }
}
