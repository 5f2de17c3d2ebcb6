package main

import (
	"net/http"
	"net/url"
	"time"
)

// newServer returns a server with time-outs: without them, a browser that sends a byte a second
// keeps a connection open for ever. WriteTimeout is longer than the time-out of the proxy.
func newServer(address string, site http.Handler) *http.Server {
	return &http.Server{
		Addr:              address,
		Handler:           site,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
}

// withSecurityHeaders sets headers of all responses, with a [Content Security Policy] for pages
// without scripts. The pages of package ui replace it by their own.
//
// [Content Security Policy]: https://www.w3.org/TR/CSP3/
func (o options) withSecurityHeaders(next http.Handler) http.Handler {
	images := "'self' data:"
	if logo, err := url.Parse(o.logo); err == nil && logo.Host != "" {
		images += " " + logo.Scheme + "://" + logo.Host
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src "+images+"; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // URLs have the ids of flows
		next.ServeHTTP(w, r)
	})
}
