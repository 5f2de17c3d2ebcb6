package ui_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/ui"
)

// hostileTexts returns texts that would execute a script if a page did not escape them: each way to
// leave the place where a text is, followed by each way to execute something.
func hostileTexts() (texts []string) {
	for _, leave := range []string{"", `"`, `'`, `">`, `'>`, "`", `" `, `' `, "</title>", "</p>", "</script>", "</style>", "-->", "]]>", "&quot;>", "&#34;>", "%22%3e", "\\\">", "\x00\">", "{{", "${", "\u2028\">", "\ufeff<", "\xc0\xbc"} {
		for _, execute := range []string{
			"<script>alert(1)</script>", "<script src=https://evil.example/x.js>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "onfocus=alert(1) autofocus x=",
			"<iframe srcdoc='<script>alert(1)</script>'>", "<base href=https://evil.example/>", "<meta http-equiv=refresh content=0;url=javascript:alert(1)>", "<style>@import'//evil.example'</style>",
			"javascript:alert(1)", "<form action=https://evil.example><button>", "<a href=javascript:alert(1)>x</a>", "<math><mtext><script>alert(1)</script>", "<!--<script>", "formaction=javascript:alert(1) x=",
		} {
			texts = append(texts, leave+execute)
		}
	}
	return texts
}

// hostileURLs are not those of http and https, or relative.
func hostileURLs() (urls []string) {
	for _, scheme := range []string{"javascript", "JaVaScRiPt", "vbscript", "data", "file", "blob", "about", "ftp", "filesystem", "view-source", "livescript", "mocha", "jar", "ms-its", "intent"} {
		for _, rest := range []string{":alert(1)", "://example.org/%0aalert(1)", ":text/html,<script>alert(1)</script>", ":text/html;base64,PHNjcmlwdD4=", ":image/svg+xml,<svg onload=alert(1)>"} {
			for _, before := range []string{"", " ", "\t", "\n", "\x01"} {
				urls = append(urls, before+scheme+rest)
			}
		}
	}
	return append(urls, "java\nscript:alert(1)", "java\tscript:alert(1)", "//evil.example/", `/\evil.example/`, `\\evil.example/`, "/\t/evil.example/", "https://user:password@example.org/", "http:alert(1)", "https:///\\evil.example", "data:image/png;base64,AAAA\" onerror=\"alert(1)", "data:image/png,AAAA", "data:image/svg+xml;base64,AAAA", "https:\\\\evil.example")
}

// hostileForm has a text in all texts and attributes, and a URL in all URLs.
func hostileForm(text, url string) recordedForm {
	m := kratos.Message{ID: 4000001, Type: "error", Text: text, Context: must(json.Marshal(map[string]any{"reason": text, "title": text, "provider": text, "secret": text, "property": text}))}
	label := m
	label.ID = 1070002
	code := m
	code.ID = 1050009
	codes := kratos.Message{ID: 1050015, Type: "info", Text: text, Context: must(json.Marshal(map[string]any{"secrets": []kratos.Message{code}}))}
	node := func(nodeType kratos.UINodeType, group string) kratos.UINode {
		n := kratos.UINode{Type: nodeType, Group: kratos.UINodeGroup(group), Messages: []kratos.Message{m}}
		n.Meta.Label = &label
		a := &n.Attributes
		a.NodeType, a.ID, a.Name, a.Value, a.Text = nodeType, text, text, must(json.Marshal(text)), &m
		a.Href, a.Src, a.Nonce, a.Integrity, a.Crossorigin, a.Referrerpolicy, a.Class = url, url, text, text, text, text, text
		a.Pattern, a.Autocomplete, a.OnclickTrigger, a.OnloadTrigger, a.Onclick, a.Onload = text, kratos.UIAutocomplete(text), kratos.UITrigger(text), kratos.UITrigger(text), text, text
		a.Type, a.Data = kratos.UIInputType(text), map[string]string{text: text, "sitekey": text}
		return n
	}
	var f recordedForm
	f.form.UIContainer.Action, f.form.UIContainer.Method = url, text
	f.form.UIContainer.Messages = []kratos.Message{m}
	for _, inputType := range []string{"", "hidden", "text", "checkbox", "submit", "button"} {
		n := node(kratos.UINodeTypeInput, "password")
		if inputType != "" {
			n.Attributes.Type = kratos.UIInputType(inputType)
		}
		f.form.UIContainer.Nodes = append(f.form.UIContainer.Nodes, n)
	}
	withCodes := node(kratos.UINodeTypeText, "lookup_secret")
	withCodes.Attributes.Text = &codes
	f.form.UIContainer.Nodes = append(f.form.UIContainer.Nodes, withCodes, node(kratos.UINodeTypeText, text), node(kratos.UINodeTypeImage, "totp"),
		node(kratos.UINodeTypeAnchor, "code"), node(kratos.UINodeTypeDivision, "captcha"), node(kratos.UINodeTypeScript, "webauthn"), node(kratos.UINodeType(text), "totp"))
	return f
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// shape returns the elements with the names of their attributes, without their values.
func shape(elements []element) string {
	var b strings.Builder
	for _, e := range elements {
		var names []string
		for name := range e.attrs {
			names = append(names, name)
		}
		slices.Sort(names)
		fmt.Fprintln(&b, e.tag, names)
	}
	return b.String()
}

// Whatever texts and URLs are, a page has the same elements, and nothing that executes: parse
// checks attributes and URLs.
func TestHostileFormsAreInert(t *testing.T) {
	t.Parallel()
	pages := newPages(t)
	render := func(text, url, lang string) []element {
		form, err := pages.Form(hostileForm(text, url), lang)
		if err != nil {
			t.Fatalf("%q %q: %v", text, url, err)
		}
		return parse(t, fmt.Sprintf("%q %q", text, url), string(form))
	}
	texts, urls := hostileTexts(), hostileURLs()
	if len(texts)+len(urls) < 200 {
		t.Errorf("only %d texts and %d URLs", len(texts), len(urls))
	}
	for lang, every := range map[string]int{"en": 1, "de": 10} {
		want := shape(render("#%", "/path", lang)) // not the syntax of a class, a function or other names
		for i, text := range texts {
			if i%every != 0 {
				continue
			}
			if got := shape(render(text, "/path", lang)); got != want {
				t.Fatalf("%q in %s changes the page:\n%s\nwant\n%s", text, lang, got, want)
			}
		}
		for i, url := range urls {
			if i%every != 0 {
				continue
			}
			elements := render("#%", url, lang)
			if got := shape(elements); got != want {
				t.Fatalf("%q in %s changes the page:\n%s\nwant\n%s", url, lang, got, want)
			}
			for _, e := range elements {
				if strings.Contains(e.attrs["src"]+e.attrs["href"]+e.attrs["action"], "alert") || strings.Contains(e.attrs["src"]+e.attrs["href"]+e.attrs["action"], "evil") {
					t.Errorf("%q: %s %v", url, e.tag, e.attrs)
				}
			}
		}
	}
}

// A page has only the scripts of the origin that its form is sent to.
func TestScriptsAreThoseOfKratos(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		action, src string
		shown       bool
	}{
		"the same origin":       {"https://example.org/self-service/login", "https://example.org/.well-known/ory/webauthn.js", true},
		"behind a proxy":        {"/auth/self-service/login", "/auth/.well-known/ory/webauthn.js", true},
		"another origin":        {"https://example.org/self-service/login", "https://evil.example/webauthn.js", false},
		"another port":          {"https://example.org/self-service/login", "https://example.org:444/webauthn.js", false},
		"another scheme":        {"https://example.org/self-service/login", "http://example.org/webauthn.js", false},
		"data":                  {"https://example.org/self-service/login", "data:text/javascript,alert(1)", false},
		"data and data":         {"data:,", "data:text/javascript,alert(1)", false},
		"another origin in one": {"/auth/self-service/login", "//evil.example/webauthn.js", false},
	} {
		f := newForm(t, input("password", "password", "password", "")+fmt.Sprintf(`,{"type":"script","group":"webauthn","attributes":{"src":%q,"integrity":"sha512-AA==","node_type":"script"},"messages":[],"meta":{}}`, tc.src))
		body := strings.ReplaceAll(f.body, "https://example.org/self-service/login?flow=f", tc.action)
		page := ask(newSite(t, &fake{flow: body}), "GET", "/login?flow=f", "").Body.String()
		if shown := strings.Contains(page, `<script src="`+tc.src+`"`); shown != tc.shown || strings.Contains(page, "evil") {
			t.Errorf("%s: shown %v:\n%s", name, shown, page)
		}
	}
}

// Texts that are not those of a form are escaped as well.
func TestHostilePagesAreInert(t *testing.T) {
	t.Parallel()
	const hostile = `"><script>alert(1)</script>`
	site := newSite(t, new(fake), ui.Name(hostile), ui.Logo("/logo.svg?\"onerror=\"alert(1)"))
	for _, page := range []string{"/sessions", "/account", "/account?step=delete", "/account?step=unconfirmed", "/error?id=e", "/sessions?done=" + "%22%3e%3cscript%3e"} {
		w := ask(site, "GET", page, "")
		if w.Code != 200 {
			t.Errorf("%s: status %d", page, w.Code)
		}
		for _, e := range parse(t, page, w.Body.String()) {
			if e.tag == "script" {
				t.Errorf("%s has a script: %v", page, e)
			}
		}
	}
	f := newForm(t, input("password", "password", "password", ""))
	login := newSite(t, &fake{flow: f.body}, ui.Name(hostile))
	parse(t, "login", ask(login, "GET", "/login?flow=f&return_to=%22%3e%3cscript%3e&login_challenge=%22%3e", "").Body.String())
}
