package kratos

import (
	"context"
	"net/http"
)

// ResponseHeader stores the last response header in *to, without Set-Cookie.
func ResponseHeader(to *http.Header) RequestOption {
	if to == nil {
		return nil // requestEditors refuses it
	}
	return func(r *http.Request) {
		*to = nil
		others, _ := r.Context().Value(responseHeaderKey{}).([]*http.Header)
		ctx := context.WithValue(r.Context(), responseHeaderKey{}, append(others[:len(others):len(others)], to))
		*r = *r.WithContext(ctx)
	}
}

type responseHeaderKey struct{}

// storeHeader stores the header of a response for the options [ResponseHeader] of the request.
func storeHeader(ctx context.Context, header http.Header) {
	all, _ := ctx.Value(responseHeaderKey{}).([]*http.Header)
	for _, to := range all {
		*to = header.Clone()
		to.Del("Set-Cookie")
	}
}
