package kratostest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"
)

// rewriter replaces values of the recorded server in requests by those of a Kratos.
type rewriter struct {
	values map[string]string // recorded value to value of the Kratos
	tokens map[string]string // page tokens, by the recorded ones
	hosts  *strings.Replacer
	csrf   string // name of the CSRF cookie of the Kratos
}

var (
	uuidPattern   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	tokenPattern  = regexp.MustCompile(`ory_[a-z]{2}_[A-Za-z0-9]+`)
	base64Pattern = regexp.MustCompile(`(?:[A-Za-z0-9_+/-]|%2[BbFf]){20,}(?:=|%3[Dd]){0,2}`)
	csrfPattern   = regexp.MustCompile(`csrf_token_[0-9a-f]{64}`)
)

// newRewriter returns a rewriter for the URLs of a recorded server.
func newRewriter(k *Kratos, publicHost, adminHost string) *rewriter {
	var pairs []string
	for recorded, actual := range map[string]string{publicHost: hostOf(k.PublicURL()), adminHost: hostOf(k.AdminURL())} {
		pairs = append(pairs, recorded, actual, url.QueryEscape(recorded), url.QueryEscape(actual))
	}
	return &rewriter{values: map[string]string{}, tokens: map[string]string{}, hosts: strings.NewReplacer(pairs...), csrf: csrfCookie(k.PublicURL())}
}

// csrfCookie returns the name of the CSRF cookie of a server.
func csrfCookie(publicURL string) string {
	sum := sha256.Sum256([]byte(publicURL + "/"))
	return "csrf_token_" + hex.EncodeToString(sum[:])
}

// hostOf returns the host and port of a URL.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return u.Host
}

// learn remembers that the Kratos has a value where the recorded server had another one.
func (w *rewriter) learn(recorded, actual string) {
	if len(recorded) < 4 || actual == "" {
		return
	}
	w.values[recorded] = actual
}

// rewrite returns a text of a request for the Kratos.
func (w *rewriter) rewrite(text string) string {
	text = uuidPattern.ReplaceAllStringFunc(text, w.value)
	text = tokenPattern.ReplaceAllStringFunc(text, w.value)
	text = csrfPattern.ReplaceAllString(text, w.csrf)
	text = base64Pattern.ReplaceAllStringFunc(text, w.word)
	return w.hosts.Replace(text)
}

// value returns the value of the Kratos for one that was recorded.
func (w *rewriter) value(recorded string) string {
	if actual, ok := w.values[recorded]; ok {
		return actual
	}
	return recorded
}

// word is value for a word that may have percent-encoded characters.
func (w *rewriter) word(recorded string) string {
	plain, err := url.QueryUnescape(strings.ReplaceAll(recorded, "+", "%2B"))
	if err != nil {
		return recorded
	}
	actual, ok := w.values[plain]
	switch {
	case !ok:
		return recorded
	case plain != recorded:
		return url.QueryEscape(actual)
	}
	return actual
}
