package ui

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A Catalogue has the texts of a language.
type Catalogue interface {
	// Tag is the language, such as "de" or "pt-BR" (BCP 47, https://www.rfc-editor.org/info/bcp47).
	Tag() string
	// Text returns a text by its key: the number of a message, or a name such as "login.title". It
	// is "" if there is none. {NAME} in it stands for a member of the message's context.
	Text(key string) string
}

var (
	//go:embed locales/en.json
	english []byte
	//go:embed locales/de.json
	german []byte
)

// English is the catalogue of the pages in English. Messages are those from Kratos.
func English() Catalogue { return mustParse("en", english) }

// German is the catalogue of the pages and all messages in German.
func German() Catalogue { return mustParse("de", german) }

func mustParse(tag string, data []byte) Catalogue {
	c, err := ParseCatalogue(tag, data)
	if err != nil {
		panic(err)
	}
	return c
}

// ParseCatalogue returns the catalogue in a JSON object of texts by their keys.
func ParseCatalogue(tag string, data []byte) (Catalogue, error) {
	if !tagSyntax.MatchString(tag) {
		return nil, errors.New("kratos: ui: the tag of a language is malformed")
	}
	c := catalogue{tag: tag}
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&c.texts); err != nil {
		return nil, fmt.Errorf("kratos: ui: the catalogue %s is not a JSON object of strings: %w", tag, err)
	}
	return c, nil
}

var tagSyntax = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)

type catalogue struct {
	tag   string
	texts map[string]string
}

func (c catalogue) Tag() string            { return c.tag }
func (c catalogue) Text(key string) string { return c.texts[key] }

// languages are the catalogues, the first of which is the fallback.
type languages []Catalogue

func newLanguages(catalogues []Catalogue) (languages, error) {
	if len(catalogues) == 0 {
		return languages{English(), German()}, nil
	}
	for _, c := range catalogues {
		if c == nil || !tagSyntax.MatchString(c.Tag()) {
			return nil, errors.New("the tag of a language is malformed")
		}
	}
	return catalogues, nil
}

// find returns the catalogue of a language, or nil: the same tag, else the same primary language.
func (l languages) find(tag string) Catalogue {
	primary, _, _ := strings.Cut(tag, "-")
	var similar Catalogue
	for _, c := range l {
		if strings.EqualFold(c.Tag(), tag) {
			return c
		}
		if own, _, _ := strings.Cut(c.Tag(), "-"); similar == nil && strings.EqualFold(own, primary) {
			similar = c
		}
	}
	return similar
}

// accepted returns the catalogue for a header Accept-Language (RFC 9110, 12.5.4), or the first one.
func (l languages) accepted(header string) Catalogue {
	best, weight := l[0], 0.0
	for entry := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(entry, ";")
		q := 1.0
		if name, value, ok := strings.Cut(strings.TrimSpace(params), "="); ok && strings.EqualFold(name, "q") {
			q, _ = strconv.ParseFloat(value, 64)
		}
		if c := l.find(strings.TrimSpace(tag)); c != nil && q > weight {
			best, weight = c, q
		}
	}
	return best
}

// translator returns the texts in the language of a request.
func (p *Pages) translator(r *http.Request) translator {
	if p.choose != nil {
		if c := p.languages.find(p.choose(r)); c != nil {
			return translator{c, p.languages[0]}
		}
	}
	return translator{p.languages.accepted(r.Header.Get("Accept-Language")), p.languages[0]}
}

type translator struct{ chosen, fallback Catalogue }

// text returns a text of the pages, or key if no catalogue has it.
func (t translator) text(key string) string {
	if text := t.optional(key); text != "" {
		return text
	}
	return key
}

// optional is text without a default.
func (t translator) optional(key string) string {
	if text := t.chosen.Text(key); text != "" {
		return text
	}
	return t.fallback.Text(key)
}

// message returns a message in the language, or as Kratos sent it if the catalogue lacks it, or the
// message lacks what belongs in the text.
func (t translator) message(m kratos.Message) string {
	text := ""
	if m.ID != 0 {
		text = t.chosen.Text(strconv.Itoa(m.ID))
	}
	if text == "" {
		return m.Text
	}
	if !strings.Contains(text, "{") {
		return text
	}
	if text, ok := t.fill(text, m); ok {
		return text
	}
	return m.Text
}

// fill replaces each {NAME} in a text. It is false if the context lacks one.
func (t translator) fill(text string, m kratos.Message) (string, bool) {
	var context map[string]json.RawMessage
	if json.Unmarshal(m.Context, &context) != nil {
		return "", false
	}
	var filled strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		filled.WriteString(before)
		if !found {
			return filled.String(), true
		}
		var name string
		name, text, _ = strings.Cut(rest, "}")
		value := t.value(name, context[name])
		if value == "" {
			return "", false
		}
		filled.WriteString(value)
	}
}

// value returns a member of a context as text.
func (t translator) value(name string, data json.RawMessage) string {
	if len(data) == 0 {
		return ""
	}
	switch data[0] {
	case '[':
		return t.list(data)
	case '"':
		text := string(data[1 : len(data)-1])
		if strings.Contains(text, `\`) || !utf8.ValidString(text) {
			_ = json.Unmarshal(data, &text) // it was valid in the context
		}
		if !strings.HasSuffix(name, "_at") {
			return text
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return ""
		}
		return t.time(at)
	case '{', 't', 'f', 'n':
		return ""
	}
	if seconds, err := strconv.Atoi(string(data)); err == nil && name == "retry_after" {
		return t.wait(seconds)
	}
	return string(data) // a number
}

// list returns a list of strings as text, with the names of methods in the language.
func (t translator) list(data json.RawMessage) string {
	var list []string
	if json.Unmarshal(data, &list) != nil {
		return ""
	}
	for i, item := range list {
		if method := t.optional("method." + item); method != "" {
			list[i] = method
		}
	}
	return strings.Join(list, ", ")
}

// wait returns how long to wait, in minutes if it is long.
func (t translator) wait(seconds int) string {
	switch {
	case seconds == 1:
		return t.text("wait.second")
	case seconds <= 90:
		return strings.ReplaceAll(t.text("wait.seconds"), "{n}", strconv.Itoa(seconds))
	}
	return strings.ReplaceAll(t.text("wait.minutes"), "{n}", strconv.Itoa((seconds+59)/60))
}

// time returns a time in the format of the language.
func (t translator) time(at time.Time) string { return at.UTC().Format(t.text("time.format")) }
