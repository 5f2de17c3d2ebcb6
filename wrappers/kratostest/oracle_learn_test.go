package kratostest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// opaque matches a text that a server makes up.
var opaque = regexp.MustCompile(`^[A-Za-z0-9_+/|=-]{20,}$`)

// learnBodies learns the values of two JSON documents at the same places.
func (w *rewriter) learnBodies(recorded, actual any) {
	switch r := recorded.(type) {
	case map[string]any:
		a, ok := actual.(map[string]any)
		if !ok {
			return
		}
		w.learnSecrets(r, a)
		for name, value := range r {
			w.learnBodies(value, a[name])
		}
	case []any:
		a, ok := actual.([]any)
		if !ok {
			return
		}
		for _, pair := range w.align(r, a) {
			w.learnBodies(pair[0], pair[1])
		}
	case string:
		if a, ok := actual.(string); ok {
			w.learnText(r, a)
		}
	}
}

// learnSecrets learns short secrets, which are recognized by the object that has them.
func (w *rewriter) learnSecrets(recorded, actual map[string]any) {
	for _, name := range []string{"recovery_code", "totp_secret_key"} {
		if r, ok := recorded[name].(string); ok {
			a, _ := actual[name].(string)
			w.learn(r, a)
		}
	}
	switch recorded["id"] {
	case float64(1050017), float64(1050009), float64(1050006): // a TOTP secret, a backup code
		r, _ := recorded["text"].(string)
		a, _ := actual["text"].(string)
		if r != "" {
			w.learn(r, a)
		}
	case float64(1050015): // all backup codes
		r, a := secretTexts(recorded), secretTexts(actual)
		for i := range min(len(r), len(a)) {
			w.learn(r[i], a[i])
		}
	}
}

// secretTexts returns the texts in the context of a message.
func secretTexts(message map[string]any) []string {
	context, _ := message["context"].(map[string]any)
	secrets, _ := context["secrets"].([]any)
	var texts []string
	for _, s := range secrets {
		object, _ := s.(map[string]any)
		text, _ := object["text"].(string)
		texts = append(texts, text)
	}
	return texts
}

// learnText learns two texts: ids, tokens, and the parts of URLs.
func (w *rewriter) learnText(recorded, actual string) {
	if strings.Contains(recorded, "://") || strings.HasPrefix(recorded, "/") && !strings.HasSuffix(recorded, "=") { // base64 can begin with /
		w.learnURLs(recorded, actual)
		return
	}
	switch {
	case recorded == actual:
	case uuidPattern.FindString(recorded) == recorded, tokenPattern.FindString(recorded) == recorded:
		if _, known := w.values[recorded]; !known {
			w.learn(recorded, actual)
		}
	case opaque.MatchString(recorded):
		w.learn(recorded, actual)
	}
}

// learnURLs learns the parts of two URLs.
func (w *rewriter) learnURLs(recorded, actual string) {
	r, err1 := url.Parse(recorded)
	a, err2 := url.Parse(actual)
	if err1 != nil || err2 != nil {
		return
	}
	ours := a.Query()
	for name, values := range r.Query() {
		if name == "page_token" {
			w.tokens[values[0]] = ours.Get(name)
			continue
		}
		w.learnText(values[0], ours.Get(name))
	}
	theirs, parts := strings.Split(r.Path, "/"), strings.Split(a.Path, "/")
	if len(theirs) != len(parts) {
		return
	}
	for i := range parts {
		if uuidPattern.MatchString(theirs[i]) {
			w.learnText(theirs[i], parts[i])
		}
	}
}

// pageToken replaces the page token in a URL: those of identities are ids, which may be known as
// those of identities that are on another page.
func (w *rewriter) pageToken(target string) string {
	u, err := url.Parse(target)
	if err != nil || w.tokens[u.Query().Get("page_token")] == "" {
		return target
	}
	q := u.Query()
	q.Set("page_token", w.tokens[q.Get("page_token")])
	u.RawQuery = q.Encode()
	return u.String()
}

// learnHeaders learns cookies, and the URLs of Location and Link.
func (w *rewriter) learnHeaders(recorded, actual http.Header) {
	cookies := map[string]string{}
	for _, line := range actual["Set-Cookie"] {
		if c, err := http.ParseSetCookie(line); err == nil {
			cookies[c.Name] = c.Value
		}
	}
	for _, line := range recorded["Set-Cookie"] {
		if c, err := http.ParseSetCookie(line); err == nil {
			w.learn(c.Value, cookies[csrfPattern.ReplaceAllString(c.Name, w.csrf)])
		}
	}
	w.learnURLs(recorded.Get("Location"), actual.Get("Location"))
	links, ours := linksOf(recorded), linksOf(actual)
	for rel, target := range links {
		w.learnURLs(target, ours[rel])
	}
}

var relPattern = regexp.MustCompile(`<([^>]*)>;\s*rel="([^"]*)"`)

// linksOf returns the URLs in the Link header, by rel.
func linksOf(h http.Header) map[string]string {
	links := map[string]string{}
	for _, line := range h["Link"] {
		for _, m := range relPattern.FindAllStringSubmatch(line, -1) {
			links[m[2]] = m[1]
		}
	}
	return links
}

// align returns pairs of elements of two lists that are of the same thing: of the same id, a form
// node of the same name, an identity with the same traits; others by their place, if they have no id
// or the lists are equally long.
func (w *rewriter) align(recorded, actual []any) [][2]any {
	left := slices.Clone(actual)
	take := func(matches func(any) bool) any {
		i := slices.IndexFunc(left, func(a any) bool { return a != nil && matches(a) })
		if i < 0 {
			return nil
		}
		found := left[i]
		left[i] = nil
		return found
	}
	partners := make([]any, len(recorded))
	for i, r := range recorded {
		if id := elementID(r); id != "" {
			partners[i] = take(func(a any) bool { return elementID(a) == w.value(id) })
		}
	}
	for i, r := range recorded {
		if key := elementKey(r); key != "" && partners[i] == nil {
			partners[i] = take(func(a any) bool { return elementKey(a) == key })
		}
	}
	var pairs [][2]any
	for i, r := range recorded {
		switch {
		case partners[i] != nil:
			pairs = append(pairs, [2]any{r, partners[i]})
		case elementKey(r)+elementID(r) == "" && i < len(actual), elementKey(r) == "" && len(recorded) == len(actual) && left[i] != nil:
			pairs = append(pairs, [2]any{r, actual[i]})
		}
	}
	return pairs
}

// elementID returns the id of an element of a list, or "".
func elementID(element any) string {
	object, _ := element.(map[string]any)
	id, _ := object["id"].(string)
	return id
}

// elementKey returns what an element of a list is of, or "".
func elementKey(element any) string {
	object, ok := element.(map[string]any)
	if !ok {
		return ""
	}
	if attributes, ok := object["attributes"].(map[string]any); ok {
		name, _ := attributes["name"].(string)
		id, _ := attributes["id"].(string)
		group, _ := object["group"].(string)
		return group + " " + name + " " + id
	}
	if identity, ok := object["identity"].(map[string]any); ok {
		object = identity
	}
	if traits, ok := object["traits"]; ok {
		text, err := json.Marshal(traits)
		if err == nil {
			return string(text)
		}
	}
	if to, ok := object["recipient"].(string); ok { // a message
		return fmt.Sprint(to, object["template_type"])
	}
	if value, ok := object["value"].(string); ok { // an address
		return value
	}
	return ""
}
