package main

import (
	"net/http"
	"strings"
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

// withSecurityHeaders sets a [Content Security Policy] and related headers. Chrome applies
// form-action to redirects after a form as well, so a social sign-in needs the providers' origins.
//
// [Content Security Policy]: https://www.w3.org/TR/CSP3/
func withSecurityHeaders(providers []string, next http.Handler) http.Handler {
	policy := strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'", // Kratos' own, through the proxy, and passkeys.js
		"img-src 'self' data:",
		"form-action " + strings.Join(append([]string{"'self'"}, providers...), " "),
		"frame-ancestors 'none'",
		"base-uri 'none'",
	}, "; ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // URLs have the ids of flows
		next.ServeHTTP(w, r)
	})
}

// withCSRFProtection refuses cross-site POSTs. Below /auth/, Kratos checks its own CSRF tokens, and
// the callback of some providers, such as Apple, is a POST.
func withCSRFProtection(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern("/auth/")
	return protection.Handler(next)
}
