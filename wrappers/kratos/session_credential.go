package kratos

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/internal/access"
)

const (
	defaultSessionCookie = "ory_kratos_session"
	networkSessionPrefix = "ory_session_" // followed by the project of Ory Network
)

// credential returns what [Browser.ActiveSession] sends for a request.
func (s *settings) credential(r *http.Request) access.Credential {
	if token := r.Header.Get(headerSessionToken); token != "" {
		return access.Credential{Kind: access.Token, Value: token}
	}
	if cookie := s.sessionCookies(r); cookie.Kind != access.None {
		return cookie
	}
	if token := bearer(r); token != "" {
		return access.Credential{Kind: access.Token, Value: token}
	}
	return access.Credential{}
}

// sessionCookies returns the session cookies of a request. Most requests have one, or none, which
// is found without parsing the others.
func (s *settings) sessionCookies(r *http.Request) access.Credential {
	name := s.sessionCookie
	if name == "" {
		name = defaultSessionCookie
	}
	var named, network bool
	for _, line := range r.Header["Cookie"] {
		named = named || strings.Contains(line, name)
		network = network || s.sessionCookie == "" && strings.Contains(line, networkSessionPrefix)
	}
	switch {
	case network:
		return s.networkCookies(r)
	case named:
		if value := firstCookie(r, name); value != "" { // an empty cookie is deleted
			return access.Credential{Kind: access.Cookie, Name: name, Value: value}
		}
	}
	return access.Credential{}
}

// maxScanned is how many cookies firstCookie scans itself. net/http has a limit that can be set.
const maxScanned = 100

// firstCookie returns the value of the first cookie that r.CookiesNamed returns, without allocating.
func firstCookie(r *http.Request, name string) string {
	lines, count := r.Header["Cookie"], 0
	for _, line := range lines {
		count += strings.Count(line, ";") + 1
	}
	if count > maxScanned {
		if cookies := r.CookiesNamed(name); len(cookies) > 0 {
			return cookies[0].Value
		}
		return ""
	}
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ";") {
			found, value, _ := strings.Cut(strings.Trim(part, asciiSpace), "=")
			if strings.Trim(found, asciiSpace) != name {
				continue
			}
			if len(value) > 1 && value[0] == '"' && value[len(value)-1] == '"' {
				value = value[1 : len(value)-1]
			}
			if isCookieValue(value) {
				return value
			}
		}
	}
	return ""
}

const asciiSpace = " \t\r\n"

// isCookieValue reports whether net/http reads a value of a cookie; it ignores the cookie otherwise.
func isCookieValue(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' || c >= 0x7f || c == '"' || c == ';' || c == '\\' {
			return false
		}
	}
	return true
}

// networkCookies returns the session cookies of a request, of which there can be several.
func (s *settings) networkCookies(r *http.Request) access.Credential {
	seen := map[string]bool{}
	var found []string
	for _, cookie := range r.Cookies() {
		if seen[cookie.Name] || !s.isSessionCookie(cookie.Name) {
			continue
		}
		seen[cookie.Name] = true
		if !isDeletion(cookie) {
			found = append(found, cookie.Name+"="+cookie.Value)
		}
	}
	if len(found) == 0 {
		return access.Credential{}
	}
	slices.Sort(found)
	return access.Credential{Kind: access.Cookies, Value: strings.Join(found, "; ")}
}

// isSessionCookie reports whether a cookie is a session of Kratos or Ory Network. With a configured
// name, other names are not: they may be of another project on the same domain.
func (s *settings) isSessionCookie(name string) bool {
	if s.sessionCookie != "" {
		return name == s.sessionCookie
	}
	return name == defaultSessionCookie || strings.HasPrefix(name, networkSessionPrefix)
}
