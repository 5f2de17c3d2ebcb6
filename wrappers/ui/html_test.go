package ui_test

import (
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// element is a start tag of a page.
type element struct {
	tag   string
	attrs map[string]string
	text  string // up to the next tag
}

var (
	// startTag is a tag as the templates write it; anything else that begins with < is a mistake.
	startTag  = regexp.MustCompile(`^<([a-z][a-z0-9]*)((?:\s+[a-z][a-z0-9-]*(?:="[^"<>]*")?)*)>`)
	attribute = regexp.MustCompile(`\s+([a-z][a-z0-9-]*)(?:="([^"<>]*)")?`)
	endTag    = regexp.MustCompile(`^</[a-z][a-z0-9]*>`)
)

// allowedAttributes are those of elements that pages have.
var allowedAttributes = map[string]string{
	"html": "lang", "head": "", "meta": "charset name content", "title": "", "link": "rel href", "body": "class", "header": "", "main": "", "h1": "", "h2": "id",
	"nav": "aria-label", "a": "href class data-testid aria-current", "section": "class data-testid", "form": "action method novalidate", "ul": "class id data-testid",
	"li": "data-testid", "div": "class id role tabindex autofocus aria-labelledby data-testid data-sitekey", "p": "class id role data-testid tabindex autofocus", "span": "class data-testid",
	"label": "", "input": "id data-testid type name value autocomplete inputmode pattern maxlength required disabled autofocus aria-invalid aria-describedby data-init checked autocapitalize spellcheck",
	"button": "id type name value class data-testid data-trigger data-init disabled aria-describedby data-copy data-copied data-print", "noscript": "", "code": "data-testid", "s": "", "figure": "class",
	"img": "data-testid src width height alt", "strong": "id title", "time": "datetime", "br": "", "script": "src integrity crossorigin referrerpolicy nonce",
}

var (
	relativeOrHTTP = regexp.MustCompile(`^(https?://[^/\\\s]+|/[^/\\\s]|#|/$)`)
	pngData        = regexp.MustCompile(`^data:image/png;base64,[A-Za-z0-9+/=]+$`)
	functionName   = regexp.MustCompile(`^ory[A-Za-z]+$`)
)

// parse returns the elements of a page, and fails for HTML that is not strictly what the templates
// are to write: it has only known elements and attributes, and URLs that execute nothing.
func parse(t *testing.T, what, page string) (elements []element) {
	t.Helper()
	rest := strings.TrimPrefix(page, "<!doctype html>")
	for rest != "" {
		if !strings.HasPrefix(rest, "<") {
			text, _, _ := strings.Cut(rest, "<")
			rest = rest[len(text):]
			if len(elements) > 0 {
				elements[len(elements)-1].text += strings.TrimSpace(html.UnescapeString(text))
			}
			continue
		}
		if end := endTag.FindString(rest); end != "" {
			rest = rest[len(end):]
			continue
		}
		tag := startTag.FindStringSubmatch(rest)
		if tag == nil {
			t.Fatalf("%s: not a tag: %.200q", what, rest)
		}
		rest = rest[len(tag[0]):]
		e := element{tag: tag[1], attrs: map[string]string{}}
		for _, a := range attribute.FindAllStringSubmatch(tag[2], -1) {
			e.attrs[a[1]] = html.UnescapeString(a[2])
		}
		checkElement(t, what, e)
		elements = append(elements, e)
	}
	return elements
}

func checkElement(t *testing.T, what string, e element) {
	t.Helper()
	allowed, known := allowedAttributes[e.tag]
	if !known {
		t.Errorf("%s: element %s", what, e.tag)
	}
	for name, value := range e.attrs {
		safe := slices.Contains(strings.Fields(allowed), name)
		switch name {
		case "href", "action":
			safe = safe && (relativeOrHTTP.MatchString(value) || e.tag == "link" && value == "data:,")
		case "src":
			safe = safe && (relativeOrHTTP.MatchString(value) || e.tag == "img" && (value == "" || pngData.MatchString(value)))
		case "data-trigger", "data-init":
			safe = safe && functionName.MatchString(value)
		case "type":
			safe = safe && slices.Contains(strings.Fields("submit button hidden text password email tel url number date datetime-local checkbox"), value)
		case "method":
			safe = safe && (value == "post" || value == "get")
		}
		if !safe {
			t.Errorf("%s: %s has %s=%q", what, e.tag, name, value)
		}
	}
}

// find returns the elements with this attribute.
func find(elements []element, name, value string) (found []element) {
	for _, e := range elements {
		if v, ok := e.attrs[name]; ok && v == value {
			found = append(found, e)
		}
	}
	return found
}

// description returns the text of the element that describes another, or "".
func description(elements []element, e element) string {
	id, ok := e.attrs["aria-describedby"]
	if !ok {
		return ""
	}
	for _, described := range find(elements, "id", id) {
		return described.text
	}
	return ""
}

// checkReferences checks that ids are unique, and that what refers to them finds them.
func checkReferences(t *testing.T, what string, elements []element) {
	t.Helper()
	ids := map[string]int{}
	for i, e := range elements {
		label := max(i-2, 0) // the input is in a label with a span
		if i > 2 && elements[i-1].tag == "code" {
			label = i - 3 // with what to enter in the span
		}
		labelled := i > 1 && elements[label].tag == "label" && elements[label+1].tag == "span" && elements[label+1].text != "" ||
			i+1 < len(elements) && elements[max(i-1, 0)].tag == "label" && elements[i+1].tag == "span" && elements[i+1].text != ""
		if e.tag == "input" && e.attrs["type"] != "hidden" && !labelled {
			t.Errorf("%s: the input %s has no label", what, e.attrs["name"])
		}
		if id, ok := e.attrs["id"]; ok {
			ids[id]++
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		if ids[id] > 1 {
			t.Errorf("%s: %d elements have the id %s", what, ids[id], id)
		}
	}
	for _, e := range elements {
		refs := strings.Fields(e.attrs["aria-describedby"] + " " + e.attrs["aria-labelledby"] + " " + e.attrs["data-copy"])
		if href, ok := strings.CutPrefix(e.attrs["href"], "#"); ok && e.tag == "a" {
			refs = append(refs, href)
		}
		for _, id := range refs {
			if id != "" && ids[id] == 0 {
				t.Errorf("%s: a %s refers to %s, which is missing", what, e.tag, id)
			}
		}
	}
}
