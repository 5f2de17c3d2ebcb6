package main

import (
	"net/http"
	"strings"
	"time"
)

// newServer limits how long a browser may take: without that, one that sends a byte a second holds
// a connection for ever. WriteTimeout is more than what the proxy gives Kratos.
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

// withSecurityHeaders sets the headers that limit what a page may load, where its forms go, who may
// frame it, and who learns its URL. Chrome also applies form-action to where the response to a form
// redirects, so a social sign-in needs the origins of the providers in it.
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

// withoutForeignForms refuses what other sites make a browser send to pages of this one. Below
// /auth/ Kratos checks tokens of its own, and some providers (Apple) send browsers back by a POST.
func withoutForeignForms(next http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern("/auth/")
	return protection.Handler(next)
}
