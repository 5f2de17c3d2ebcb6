package doctor

import (
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// origin returns the origin of a URL, as in the header Origin
// (https://www.rfc-editor.org/rfc/rfc6454).
func origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && !(u.Scheme == "http" && port == "80") && !(u.Scheme == "https" && port == "443") {
		host += ":" + port
	}
	return strings.ToLower(u.Scheme) + "://" + host
}

func hostname(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

func isHTTPS(raw string) bool { return strings.HasPrefix(strings.ToLower(raw), "https:") }

// isLoopback reports whether browsers treat the host as secure without HTTPS
// (https://www.w3.org/TR/secure-contexts/).
func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// registrable returns the part of a host that decides which hosts are the same site.
func registrable(host string) string {
	if net.ParseIP(host) != nil {
		return host
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}

// isPublicSuffix reports whether browsers refuse the domain as that of a cookie or passkey.
func isPublicSuffix(domain string) bool {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}

// inDomain reports whether host is domain or below it.
func inDomain(host, domain string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain) && net.ParseIP(host) == nil
}

// sameSite reports whether two URLs are of the same site, for SameSite cookies: scheme and
// registrable domain are the same.
func sameSite(a, b string) bool {
	return isHTTPS(a) == isHTTPS(b) && registrable(hostname(a)) == registrable(hostname(b))
}

// isBelow reports whether the URL is base or below it.
func isBelow(raw, base string) bool {
	u, err := url.Parse(raw)
	b, err2 := url.Parse(base)
	if err != nil || err2 != nil || origin(raw) != origin(base) {
		return false
	}
	path := strings.TrimRight(b.Path, "/")
	return u.Path == path || strings.HasPrefix(u.Path, path+"/")
}
