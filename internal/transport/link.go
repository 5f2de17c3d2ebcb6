package transport

import (
	"iter"
	"strings"
)

// NextLink returns the target of the link with the relation "next" in Link headers (RFC 8288).
func NextLink(headers []string) (target string, ok bool) {
	for l := range links(headers) {
		if l.rel("next") {
			return l.target, true
		}
	}
	return "", false
}

// link is one link of a Link header.
type link struct{ target, params string }

// rel reports whether the link is of this relation; a link can have several.
func (l link) rel(name string) bool {
	for param := range strings.SplitSeq(l.params, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(param), "=")
		if !strings.EqualFold(strings.TrimSpace(key), "rel") {
			continue
		}
		for rel := range strings.FieldsSeq(strings.Trim(strings.TrimSpace(value), `"`)) {
			if strings.EqualFold(rel, name) {
				return true
			}
		}
	}
	return false
}

// links yields the links of Link headers: <target>; param=value; …, <target>; …
func links(headers []string) iter.Seq[link] {
	return func(yield func(link) bool) {
		for _, rest := range headers {
			for {
				_, after, found := strings.Cut(rest, "<")
				if !found {
					break
				}
				target, after, found := strings.Cut(after, ">")
				if !found {
					break
				}
				params := after
				if i := strings.IndexByte(after, '<'); i >= 0 {
					params = after[:i]
				}
				rest = after
				if !yield(link{target, strings.TrimRight(params, ", \t")}) {
					return
				}
			}
		}
	}
}
