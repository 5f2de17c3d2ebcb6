package kratos

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxExplanation = 8 << 10 // bytes
	maxExplained   = 20      // items of a batch
)

// Explain returns the error with what Kratos said of each field, member and item, up to 8 KiB. It
// quotes the person's input and must not be logged, although it has no body, header, token or URL
// query.
func (e *Error) Explain() string {
	var b strings.Builder
	b.WriteString(strings.TrimPrefix(e.Error(), "kratos: "))
	e.explain(&b, "")
	text := b.String()
	if len(text) <= maxExplanation {
		return text
	}
	text = text[:maxExplanation]
	for !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return text + "…"
}

// explain writes the further lines of Explain.
func (e *Error) explain(b *strings.Builder, indent string) {
	seen := map[string]bool{"": true}
	line := func(parts ...string) {
		text := withoutControls(strings.Join(parts, ""))
		if !seen[text] {
			seen[text] = true
			b.WriteString("\n" + indent + "  " + text)
		}
	}
	if e.ID != "browser_location_change_required" { // whose reason is a URL
		line(e.Message)
		for text := range strings.Lines(e.Reason[:min(len(e.Reason), maxReason)]) {
			line(explainReason(strings.TrimSpace(text)))
		}
	}
	for _, m := range e.Messages() {
		line(m.Text, " (", strconv.FormatInt(int64(m.ID), 10), ")")
	}
	fields := e.FieldErrors()
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		for _, m := range fields[name] {
			line(name, ": ", m.Text, " (", strconv.FormatInt(int64(m.ID), 10), ")")
		}
	}
	for i, item := range e.items {
		if i == maxExplained {
			line("and ", strconv.Itoa(len(e.items)-i), " more")
			break
		}
		line("item ", strconv.Itoa(item.index), ": ", strings.TrimPrefix(item.err.Error(), "kratos: "))
		item.err.explain(b, indent+"  ")
	}
}

// explainReason returns a line about an identity schema as "traits.email: what is wrong (schema:
// #/…/email/format)", and other lines unchanged. It returns "" for a line that only introduces
// others.
func explainReason(line string) string {
	v, ok := parseViolation(line)
	switch {
	case !ok:
		return line
	case v.text == "validation failed":
		return ""
	}
	return strings.Join(pointerNames(v.instance), ".") + ": " + v.text + " (schema: #" + v.schema + ")"
}

// withoutControls returns a text from a server without control characters, and without the queries
// of URLs.
func withoutControls(text string) string {
	text = regexp.MustCompile(`(://[^\s?#"']*)[?#][^\s"']*`).ReplaceAllString(text, "$1?…")
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		}
		return '?'
	}, text)
}
