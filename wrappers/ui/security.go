package ui

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// policy is the Content-Security-Policy (https://www.w3.org/TR/CSP3/) of the pages. It has no
// form-action: see the package documentation.
func policy(nonce string) string {
	return "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
}

// secure sets the headers of a page.
func (p *Pages) secure(w http.ResponseWriter, nonce string) {
	header := w.Header()
	header.Set("Content-Security-Policy", p.pagePolicy(nonce))
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "same-origin") // URLs have the ids of flows
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
}

// pagePolicy adds the origin of the logo to the policy.
func (p *Pages) pagePolicy(nonce string) string {
	policy := p.csp(nonce)
	if u, err := url.Parse(p.logo); err == nil && u.Host != "" {
		policy = strings.Replace(policy, "img-src 'self'", "img-src 'self' "+u.Scheme+"://"+u.Host, 1)
	}
	return policy
}

// newNonce returns a nonce of 130 random bits.
func newNonce() string { return rand.Text() }

// sameSite rejects cross-site requests that change something.
func sameSite(next http.Handler) http.Handler { return http.NewCrossOriginProtection().Handler(next) }

// safeURL returns a URL of http or https, or a relative one, else "".
func safeURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil, s == "", u.User != nil, u.Opaque != "":
		return ""
	case u.Scheme == "" && u.Host == "": // browsers take \ for / and drop control characters
		if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) || strings.HasPrefix(s, "//") {
			return ""
		}
		return s
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.ContainsAny(s, "\\"):
		return s
	}
	return ""
}

// sameOrigin reports whether two safe URLs have the same origin.
func sameOrigin(a, b string) bool {
	if safeURL(a) == "" || safeURL(b) == "" {
		return false
	}
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && ua.Scheme == ub.Scheme && ua.Host == ub.Host
}

// oneOf returns value if it is one of the allowed ones, else "".
func oneOf(value string, allowed ...string) string {
	if slices.Contains(allowed, value) {
		return value
	}
	return ""
}
