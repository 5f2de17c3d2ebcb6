package kratos

import (
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// origin is a host and port as browsers compare them, without the scheme.
type origin struct {
	host string // in lower case, without brackets; all names of the loopback interface are "localhost"
	port string // "" is that of HTTP or HTTPS
}

// reference is a URL as browsers parse it (https://url.spec.whatwg.org/): they drop tabs and line
// breaks, read a backslash as a slash, and "///host" as a host.
type reference struct {
	form  form
	to    origin // of an absoluteURL
	path  string // escaped; of an absoluteURL or absolutePath without dot segments
	query string // the query and the fragment, with their marks
}

// form is what a reference begins with.
type form int

const (
	absoluteURL  form = iota // a host, perhaps after a scheme
	absolutePath             // "/path", on the host that the browser is at
	relativePath             // "path", "?query", "#fragment" or nothing
	otherScheme              // "mailto:", or the scheme of an app
	malformed                // browsers refuse it
	ambiguous                // how browsers parse it depends on more than the URL
)

func parseReference(raw string) reference {
	s := strings.TrimFunc(raw, func(c rune) bool { return c <= ' ' })
	s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	scheme, s := cutScheme(s)
	if scheme != "" && !slices.Contains([]string{"http", "https", "ws", "wss"}, scheme) {
		return reference{form: otherScheme}
	}
	var r reference
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s, r.query = s[:i], escapeControls(s[i:])
	}
	s = strings.ReplaceAll(s, `\`, "/")
	switch {
	case strings.HasPrefix(s, "//"):
		s = strings.TrimLeft(s, "/")
		end := strings.IndexByte(s+"/", '/')
		r.to, r.form = parseOrigin(s[:end])
		r.path = removeDotSegments(s[end:])
	case scheme != "":
		r.form = ambiguous // "http:x" is relative on a page with the same scheme, and a host on others
	case strings.HasPrefix(s, "/"):
		r.form, r.path = absolutePath, removeDotSegments(s)
	default:
		r.form, r.path = relativePath, s
	}
	return r
}

// cutScheme splits off what stands before the first colon, if that is a scheme (RFC 3986, 3.1).
func cutScheme(s string) (scheme, rest string) {
	before, after, found := strings.Cut(s, ":")
	if !found || before == "" || !isLetter(before[0]) {
		return "", s
	}
	for i := range len(before) {
		if c := before[i]; !isLetter(c) && !isDigit(c) && !strings.ContainsRune("+-.", rune(c)) {
			return "", s
		}
	}
	return strings.ToLower(before), after
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// parseOrigin reads the part of a URL between "//" and the path.
func parseOrigin(authority string) (origin, form) {
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	port := ""
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host, port = host[:i], host[i+1:]
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return origin{}, malformed
		}
		if port = strconv.FormatUint(n, 10); port == "80" || port == "443" {
			port = ""
		}
	}
	host, form := parseHost(host)
	return origin{host, port}, form
}

// parseHost returns a host as browsers compare it. A host is ambiguous if it is an address in a
// notation other than the usual one, or has characters that browsers replace by others.
func parseHost(raw string) (string, form) {
	if inner, found := strings.CutPrefix(raw, "["); found {
		address, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !strings.HasSuffix(inner, "]") || address.Zone() != "" {
			return "", malformed
		}
		return hostOf(address), absoluteURL
	}
	host, err := url.PathUnescape(raw)
	host = strings.ToLower(strings.TrimRight(host, "."))
	if err != nil || host == "" || strings.ContainsFunc(host, func(c rune) bool { return c <= ' ' || strings.ContainsRune("#%/:<>?@[\\]^|\x7f", c) }) {
		return "", malformed
	}
	if strings.ContainsFunc(host, isMapped) {
		return "", ambiguous
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return hostOf(address), absoluteURL
	}
	if last := host[strings.LastIndexByte(host, '.')+1:]; isDigit(last[0]) && strings.Trim(last, "0123456789abcdefx") == "" {
		if _, err := strconv.ParseUint(last, 0, 64); err == nil || strings.Trim(last, "0123456789") == "" || last == "0x" {
			return "", ambiguous // "127.1", "0x7f000001", "2130706433"
		}
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return "localhost", absoluteURL
	}
	return host, absoluteURL
}

func hostOf(address netip.Addr) string {
	if address = address.Unmap(); address.IsLoopback() || address.IsUnspecified() {
		return "localhost"
	}
	return address.String()
}

// mappedRunes are blocks of characters that browsers replace or drop in a host
// (https://www.unicode.org/reports/tr46/), such as full-width letters, ligatures and invisible
// characters. Registered names have none of them.
var mappedRunes = &unicode.RangeTable{
	R16: []unicode.Range16{{0x80, 0xb6, 1}, {0xb8, 0xbf, 1}, {0x132, 0x133, 1}, {0x13f, 0x140, 1}, {0x149, 0x149, 1}, {0x1c4, 0x1cc, 1}, {0x1f1, 0x1f3, 1}, {0x2b0, 0x2b8, 1},
		{0x2e0, 0x2e4, 1}, {0x34f, 0x34f, 1}, {0x180b, 0x180f, 1}, {0x1d2c, 0x1dbf, 1}, {0x1e9a, 0x1e9b, 1}, {0x2000, 0x24ff, 1}, {0x2c7c, 0x2c7d, 1}, {0x3000, 0x3004, 1},
		{0x3200, 0x33ff, 1}, {0xfb00, 0xfb06, 1}, {0xfe00, 0xfe0f, 1}, {0xfe30, 0xfe6f, 1}, {0xfeff, 0xfeff, 1}, {0xff00, 0xffef, 1}},
	R32: []unicode.Range32{{0x1d400, 0x1d7ff, 1}, {0x1f100, 0x1f2ff, 1}, {0x1fbf0, 0x1fbf9, 1}, {0xe0000, 0xe0fff, 1}},
}

// isMapped reports whether browsers may replace a character of a host by one of ASCII, or drop it.
func isMapped(c rune) bool {
	return c == unicode.ReplacementChar || unicode.Is(mappedRunes, c) || c > unicode.MaxASCII && unicode.SimpleFold(c) <= unicode.MaxASCII
}

// removeDotSegments resolves the segments "." and "..", percent-encoded or not, as browsers do. An
// empty path becomes "/".
func removeDotSegments(path string) string {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	var kept []string
	for i, segment := range segments {
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
			continue
		}
		if i == len(segments)-1 {
			kept = append(kept, "")
		}
	}
	return "/" + strings.Join(kept, "/")
}

// unescapeLeniently returns a path as the most lenient server may read it: unescaped repeatedly,
// with backslashes as slashes, without path parameters (RFC 3986, 3.3), cleaned, and in lower case.
func unescapeLeniently(escaped string) string {
	text, _ := unescapeAll(escaped)
	segments := strings.Split(strings.ReplaceAll(text, `\`, "/"), "/")
	for i, segment := range segments {
		segment, _, _ = strings.Cut(segment, ";")
		segments[i] = strings.TrimFunc(segment, func(c rune) bool { return c <= ' ' || c == 0x7f })
	}
	return strings.ToLower(path.Clean("/" + strings.Join(segments, "/")))
}

// unescapeAll unescapes s until it no longer changes. It is false if s is escaped too many times,
// which would take quadratic time.
func unescapeAll(s string) (string, bool) {
	for range 8 {
		next, err := url.PathUnescape(s)
		if err != nil || next == s {
			return s, true
		}
		s = next
	}
	return s, false
}

// escapeControls escapes spaces and control characters.
func escapeControls(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == 0x7f {
			b.WriteString("%" + strings.ToUpper(strconv.FormatUint(uint64(c)|0x100, 16)[1:]))
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// siteOrigin returns the origin of a request's Host, or the zero origin, which no URL has.
func siteOrigin(host string) origin {
	if host == "" || strings.ContainsAny(host, "/\\@?#") {
		return origin{}
	}
	o, form := parseOrigin(host)
	if form != absoluteURL {
		return origin{}
	}
	return o
}
