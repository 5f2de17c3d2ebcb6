package kratos

import (
	"context"
	"net/http"
)

// ResponseHeader stores the header of the response in *to, without Set-Cookie: request ids and rate
// limits, say. It is stored whether the call fails or not, and is nil if there was no response. Of
// a call that sends several requests, such as a list, it is that of the last response so far.
func ResponseHeader(to *http.Header) RequestOption {
	if to == nil {
		return nil // which is refused
	}
	return func(r *http.Request) {
		*to = nil
		others, _ := r.Context().Value(responseHeaderKey{}).([]*http.Header)
		ctx := context.WithValue(r.Context(), responseHeaderKey{}, append(others[:len(others):len(others)], to))
		*r = *r.WithContext(ctx)
	}
}

type responseHeaderKey struct{}

// storeHeader stores the header of a response where the request wants it.
func storeHeader(ctx context.Context, header http.Header) {
	all, _ := ctx.Value(responseHeaderKey{}).([]*http.Header)
	for _, to := range all {
		*to = header.Clone()
		to.Del("Set-Cookie")
	}
}
