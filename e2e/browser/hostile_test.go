//go:build browser

package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/ui"
)

// hostileScripts try to run a script as HTML, and hostileURLs as the URL of a link or form.
var (
	hostileScripts = []string{
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`,
		`<iframe srcdoc="<script>parent.alert(1)</script>">`, `<body onload=alert(1)>`, `<input autofocus onfocus=alert(1)>`, `<details open ontoggle=alert(1)>`,
		`<video><source onerror=alert(1)></video>`, `<math><mtext><img src=x onerror=alert(1)></mtext></math>`, `<a href=javascript:alert(1)>a</a>`,
		`<form action=javascript:alert(1)><button>b</button></form>`, `<object data=javascript:alert(1)>`, `<embed src=javascript:alert(1)>`, `<style>*{background:url(//evil.example)}</style>`,
		`<meta http-equiv=refresh content=0;url=javascript:alert(1)>`, `<base href=//evil.example/>`, `<link rel=stylesheet href=//evil.example/a.css>`, `<template><script>alert(1)</script></template>`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<textarea autofocus onfocus=alert(1)>`, `<marquee onstart=alert(1)>`, `<select onfocus=alert(1) autofocus>`,
		`{{alert(1)}}`, `${alert(1)}`, "`-alert(1)-`", `';alert(1)//`, `\";alert(1)//`, `--><script>alert(1)</script>`, `]]><script>alert(1)</script>`,
		`&lt;script&gt;alert(1)&lt;/script&gt;`, `&#60;script&#62;alert(1)&#60;/script&#62;`, `<scr<script>ipt>alert(1)</scr</script>ipt>`, "<script\x0c>alert(1)</script>",
	}
	hostilePrefixes = []string{"", `">`, `'>`, `</title></script></textarea></style>`, `" onfocus=alert(1) autofocus x="`}
	hostileURLs     = []string{
		`javascript:alert(1)`, `JaVaScRiPt:alert(1)`, ` javascript:alert(1)`, "java\tscript:alert(1)", "java\nscript:alert(1)", "\x01javascript:alert(1)", `javascript://%0aalert(1)`,
		`javascript&colon;alert(1)`, `&#106;avascript:alert(1)`, `data:text/html,<script>alert(1)</script>`, `data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==`,
		`data:image/svg+xml,<svg onload=alert(1)>`, `vbscript:alert(1)`, `view-source:javascript:alert(1)`, `blob:null/alert(1)`, `feed:javascript:alert(1)`, `jar:javascript:alert(1)!/`,
		`//evil.example/`, `\\evil.example\`, `/\evil.example/`, `https:evil.example`, `http://user:alert(1)@evil.example/`, `https://evil.example\@good.example/`, `file:///etc/passwd`,
		`alert(1)`, `oryAlert;alert(1)`, `constructor`, `__proto__`, `oryPasskeyLogin");alert(1)//`, `eval`, `alert`, `location=1`,
	}
)

// hostile returns all texts.
func hostile() (texts []string) {
	for _, prefix := range hostilePrefixes {
		for _, script := range hostileScripts {
			texts = append(texts, prefix+script)
		}
	}
	return append(texts, hostileURLs...)
}

// A Kratos whose texts, names, values and URLs are hostile runs no script: the page escapes them,
// with and without the help of its policy.
func TestHostileFlows(t *testing.T) {
	t.Parallel()
	texts := hostile()
	if len(texts) < 200 {
		t.Fatalf("only %d texts", len(texts))
	}
	for name, options := range map[string][]ui.Option{
		"with the policy":    nil,
		"without any policy": {ui.CSP(func(string) string { return "default-src * 'unsafe-inline' 'unsafe-eval' data: blob:" })},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTab(t, &site{url: hostileSite(t, options)}, views[0])
			call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
				Source: "window.ran = []; for (const f of ['alert', 'confirm', 'prompt', 'print']) window[f] = x => { window.ran.push(f) }",
			})
			const batch = 6
			for i := range slices.Chunk(texts, batch) {
				at := slices.Index(texts, i[0])
				b.openUnchecked(fmt.Sprintf("/login?flow=%d-%d", at, at+len(i)))
				b.expectInert(i)
			}
		})
	}
}

// hostileSite serves package ui in front of a Kratos whose flows have the texts that the id names.
func hostileSite(t *testing.T, options []ui.Option) string {
	t.Helper()
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var from, to int
		if _, err := fmt.Sscanf(r.URL.Query().Get("id"), "%d-%d", &from, &to); err != nil {
			http.Error(w, "{}", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(hostileFlow(r.URL.Query().Get("id"), hostile()[from:to]))
	}))
	t.Cleanup(fake.Close)
	client, err := kratos.NewClient(fake.URL)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := ui.New(client, options...)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	pages.Mount(mux, "")
	app := httptest.NewServer(mux)
	t.Cleanup(app.Close)
	return app.URL
}

type object = map[string]any

// hostileFlow returns a login flow with each text in every place.
func hostileFlow(id string, texts []string) object {
	var nodes []object
	var messages []object
	for _, text := range texts {
		note := object{"id": 4000001, "type": "error", "text": text, "context": object{"reason": text, text: text}}
		messages = append(messages, note)
		add := func(nodeType string, attributes object) {
			attributes["node_type"] = nodeType
			nodes = append(nodes, object{"type": nodeType, "group": "password", "attributes": attributes, "messages": []object{note}, "meta": object{"label": object{"id": 1, "type": "info", "text": text}}})
		}
		for _, inputType := range []string{"text", "hidden", "checkbox", "submit", "button", text} {
			add("input", object{"name": text, "type": inputType, "value": text, "pattern": text, "autocomplete": text, "onclick": text, "onclickTrigger": text, "onload": text, "onloadTrigger": text})
		}
		add("a", object{"id": text, "href": text, "title": object{"id": 1, "type": "info", "text": text}})
		add("img", object{"id": text, "src": text, "width": 1, "height": 1})
		add("text", object{"id": text, "text": object{"id": 1, "type": "info", "text": text}})
		add("text", object{"id": text, "text": object{"id": kratos.MessageLookupCodeList, "type": "info", "text": text, "context": object{"secrets": []object{{"id": 1050009, "type": "info", "text": text}}}}})
		add("div", object{"id": text, "class": text, "data": object{"x": text, text: text}})
		add("script", object{"id": text, "src": text, "nonce": text, "integrity": text, "crossorigin": text, "referrerpolicy": text, "type": text, "async": true})
		add(text, object{"id": text, "name": text})
	}
	nodes = append(nodes, object{"type": "input", "group": "password", "attributes": object{"name": "method", "type": "submit", "value": "password", "node_type": "input"}, "messages": []object{}, "meta": object{}})
	return object{
		"id": id, "type": "browser", "state": "choose_method", "expires_at": "2126-11-24T16:00:00Z", "issued_at": "2026-11-24T16:00:00Z", "request_url": "http://localhost/", "requested_aal": "aal1",
		"ui": object{"action": texts[0], "method": texts[len(texts)-1], "nodes": nodes, "messages": messages},
	}
}

// expectInert fails the test if a text has become something other than text. It also clicks on
// everything, and stays on the page.
func (b *tab) expectInert(texts []string) {
	b.t.Helper()
	wrong := eval[[]string](b, `() => {
		const wrong = [];
		for (const e of document.querySelectorAll("*")) {
			const name = e.localName;
			if (/^(iframe|object|embed|svg|math|base|video|details|marquee|template|style|textarea|select)$/.test(name) || name === "meta" && e.httpEquiv) wrong.push(name);
			if (name === "script" && new URL(e.src).origin !== location.origin) wrong.push(e.outerHTML);
			for (const a of e.attributes) {
				if (/^on|^srcdoc$|^style$|^formaction$/i.test(a.name)) wrong.push(a.name + " of " + name);
				if (!/^(href|src|action)$/.test(a.name) || !a.value || name === "link" || name === "img" && a.value.startsWith("data:image/png")) continue;
				const url = new URL(a.value, location);
				if (!/^https?:$/.test(url.protocol) || url.host !== location.host) wrong.push(a.name + "=" + a.value);
			}
		}
		document.addEventListener("click", e => e.preventDefault());
		document.addEventListener("submit", e => e.preventDefault());
		for (const e of document.querySelectorAll("a, button, input, div, img"))
			for (const type of ["mouseover", "focus", "click"]) e.dispatchEvent(new MouseEvent(type, {bubbles: true, cancelable: true}));
		return wrong;
	}`)
	if ran := eval[[]string](b, "() => window.ran.filter(f => f !== 'print')"); len(ran) > 0 {
		wrong = append(wrong, "a script ran")
	}
	for _, problem := range b.takeProblems("") {
		if !strings.HasPrefix(problem, "network: ") { // an image whose text is a relative URL
			wrong = append(wrong, problem)
		}
	}
	slices.Sort(wrong)
	if wrong = slices.Compact(wrong); len(wrong) > 0 {
		b.t.Errorf("%q: %.500q", texts, wrong)
	}
	if n := eval[int](b, "() => document.querySelectorAll('.summary li').length"); n == 0 {
		b.t.Errorf("%q is not shown\n%s", texts, b.describe())
	}
}

// No other site can show a page in a frame.
func TestFraming(t *testing.T) {
	t.Parallel()
	paths := []string{"/", "/login", "/registration", "/recovery", "/verification", "/settings", "/sessions", "/account", "/error", "/nowhere"}
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,"><title>Evil</title>`)
		for _, path := range paths {
			fmt.Fprintf(w, `<iframe src="%s%s"></iframe>`, shared.url, path)
		}
	}))
	t.Cleanup(evil.Close)
	b := newTab(t, &site{url: evil.URL}, views[0])
	b.openUnchecked("/")
	var refused []string
	for _, problem := range b.takeProblems("") {
		if strings.Contains(problem, "frame-ancestors") && !strings.HasPrefix(problem, "policy: ") {
			refused = append(refused, problem)
		}
	}
	if len(refused) != len(paths) {
		t.Errorf("%d of %d pages are refused: %q", len(refused), len(paths), refused)
	}
}
