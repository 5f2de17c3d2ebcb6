package server

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
)

const csrfLength = 32

// csrfCookieName returns the name of the CSRF cookie of a server.
func csrfCookieName(publicURL string) string {
	sum := sha256.Sum256([]byte(publicURL + "/"))
	return "csrf_token_" + hex.EncodeToString(sum[:])
}

// newCSRF returns the value of a CSRF cookie.
func newCSRF() string { return base64.StdEncoding.EncodeToString(randomBytes(csrfLength)) }

// csrfCookie returns the CSRF cookie that the client has after this response, or "".
func (c *call) csrfCookie() string {
	if value := c.newCSRFCookie(); value != "" {
		return value
	}
	return c.sentCSRF()
}

// newCSRFCookie returns the CSRF cookie that the response sets, or "".
func (c *call) newCSRFCookie() string {
	for _, line := range c.w.Header()["Set-Cookie"] {
		if cookie, err := http.ParseSetCookie(line); err == nil && cookie.Name == c.cookieName {
			return cookie.Value
		}
	}
	return ""
}

// sentCSRF returns the CSRF cookie of the request, or "".
func (c *call) sentCSRF() string {
	cookie, err := c.r.Cookie(c.cookieName)
	if err != nil {
		return ""
	}
	if raw, err := base64.StdEncoding.DecodeString(cookie.Value); err != nil || len(raw) != csrfLength {
		return ""
	}
	return cookie.Value
}

// setCSRF gives the client a CSRF cookie, unless the response has a new one.
func (c *call) setCSRF(value string) {
	if c.newCSRFCookie() != "" {
		return
	}
	http.SetCookie(c.w, &http.Cookie{Name: c.cookieName, Value: value, Path: "/", MaxAge: 31536000, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// maskCSRF returns the value of the field csrf_token for a cookie: a random key, and the cookie
// encrypted with it.
func maskCSRF(cookie string) string {
	raw, err := base64.StdEncoding.DecodeString(cookie)
	if err != nil || len(raw) != csrfLength {
		return ""
	}
	masked := randomBytes(2 * csrfLength)
	for i, b := range raw {
		masked[csrfLength+i] = masked[i] ^ b
	}
	return base64.StdEncoding.EncodeToString(masked)
}

// csrfMatches reports whether the field csrf_token was made for a cookie.
func csrfMatches(cookie, field string) bool {
	masked, err := base64.StdEncoding.DecodeString(field)
	if cookie == "" || err != nil || len(masked) != 2*csrfLength {
		return false
	}
	for i := range csrfLength {
		masked[i] ^= masked[csrfLength+i]
	}
	return base64.StdEncoding.EncodeToString(masked[:csrfLength]) == cookie
}

// csrfError returns the error of a form without a valid token.
func (c *call) csrfError(reason, hint string) *apiError {
	return newError(http.StatusForbidden, "The request was rejected to protect the user from cross-site request forgery.").
		withID("security_csrf_violation").
		withDetail("docs", "https://www.ory.sh/docs/kratos/debug/csrf").
		withDetail("hint", hint).withDetail("reject_reason", reason)
}

// checkCSRF returns an error unless the request has the cookie, and its form the token.
func (c *call) checkCSRF(field string) *apiError {
	switch cookie := c.sentCSRF(); {
	case len(c.r.Cookies()) == 0:
		return c.csrfError("The request has no cookies.", "Send the cookies of the browser with the request.")
	case cookie == "":
		return c.csrfError("The request has cookies, but not that of the CSRF protection.", "Send all cookies of the browser with the request.")
	case field == "":
		return c.csrfError("The form has no CSRF token.", "Submit the hidden field csrf_token of the flow.")
	case !csrfMatches(cookie, field):
		return c.csrfError("The CSRF token of the form is of another cookie.", "Submit the form in the browser that started the flow.")
	}
	return nil
}
