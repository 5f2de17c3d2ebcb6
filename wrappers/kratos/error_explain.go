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

// Explain says for a person's eyes what Kratos said: the text of [Error.Error], then line by line
// the reason, the messages of a form by field, the members that do not fit an identity schema with
// the place in the schema, and the items of a batch that failed.
//
// It quotes what the person entered. Show it at a terminal or to an administrator, and keep it out
// of logs, where [Error.Error] belongs. It has no body, header, token or URL query in it, and at
// most 8 KiB.
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

// explain writes a line for each thing that is known beyond the text of the error.
func (e *Error) explain(b *strings.Builder, indent string) {
	seen := map[string]bool{"": true}
	line := func(parts ...string) {
		text := withoutControls(strings.Join(parts, ""))
		if !seen[text] {
			seen[text] = true
			b.WriteString("\n" + indent + "  " + text)
		}
	}
	if e.ID != "browser_location_change_required" { // or the line would be a URL
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

// explainReason writes a line about an identity schema as "traits.email: what is wrong (schema:
// #/…/email/format)", and others as they are. Lines that only announce others are left out.
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

// readable cuts what a server sent to what a terminal shows: no control characters, and no queries
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
