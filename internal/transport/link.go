package transport

import (
	"iter"
	"strings"
)

// Link returns the target of the link with a relation such as "next" in Link headers ([RFC 8288]).
//
// [RFC 8288]: https://www.rfc-editor.org/rfc/rfc8288
func Link(headers []string, rel string) (target string, ok bool) {
	for l := range links(headers) {
		if l.hasRel(rel) {
			return l.target, true
		}
	}
	return "", false
}

// link is a link of a Link header.
type link struct{ target, params string }

// hasRel reports whether the link has this relation. It may have several.
func (l link) hasRel(name string) bool {
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
