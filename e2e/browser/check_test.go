//go:build browser

package browser

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
)

// content is what check reads from a page.
type content struct {
	URL, Path, Lang string
	Headings        int      // h1 elements
	Overflow        int      // pixels by which the page is wider than the window
	Texts           []string // headings, labels, buttons, and links
	Marks           []string // data-testid attributes
}

const readPage = `() => {
	const all = s => [...document.querySelectorAll(s)];
	return {
		URL: location.href, Path: location.pathname, Lang: document.documentElement.lang,
		Headings: all("h1").length,
		Overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
		Texts: all("h1, h2, label, button, main a, nav a, .hint, .lead").map(e => e.innerText.trim()),
		Marks: all("[data-testid]").map(e => e.dataset.testid.replace(/[0-9a-f-]{36}/, "id")),
	};
}`

// check reports what is wrong with the page, whatever the test is about.
func (b *tab) check() {
	b.t.Helper()
	p := eval[content](b, readPage)
	if !strings.HasPrefix(p.URL, b.url+"/") {
		b.t.Errorf("the browser is at %s", p.URL)
		return
	}
	if p.Headings != 1 {
		b.t.Errorf("%s has %d h1 elements", p.Path, p.Headings)
	}
	if p.Overflow > 0 {
		b.t.Errorf("%s is %d pixels too wide", p.Path, p.Overflow)
	}
	if b.view.german && p.Path != "/" { // the home page of the example is in English
		b.checkGerman(p)
	}
	b.checkAccessibility(p)
	for _, problem := range b.takeProblems(p.URL) {
		b.t.Errorf("%s: %s", p.Path, problem)
	}
}

// takeProblems returns what the console and the policy have reported. That the page itself has an
// error's status is not a problem.
func (b *tab) takeProblems(url string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	problems := b.problems
	for _, entry := range b.entries {
		if entry.Source != log.EntrySourceNetwork || entry.URL != url {
			problems = append(problems, fmt.Sprintf("%s: %s %s", entry.Source, entry.Text, entry.URL))
		}
	}
	b.problems, b.entries = nil, nil
	return problems
}

// english returns the texts of the pages that differ in German.
var english = sync.OnceValues(func() (map[string]bool, error) {
	texts := map[string]map[string]string{}
	for _, lang := range []string{"en", "de"} {
		content, err := os.ReadFile("../../wrappers/ui/locales/" + lang + ".json")
		if err != nil {
			return nil, err
		}
		catalogue := map[string]string{}
		if err := json.Unmarshal(content, &catalogue); err != nil {
			return nil, err
		}
		texts[lang] = catalogue
	}
	different := map[string]bool{}
	for key, text := range texts["en"] {
		if texts["de"][key] != text {
			different[text] = true
		}
	}
	return different, nil
})

func (b *tab) checkGerman(p content) {
	b.t.Helper()
	different, err := english()
	if err != nil {
		b.t.Fatal(err)
	}
	if p.Lang != "de" {
		b.t.Errorf("%s has the language %q", p.Path, p.Lang)
	}
	for _, text := range p.Texts {
		if different[text] {
			b.t.Errorf("%s has the English text %q", p.Path, text)
		}
	}
}

// audited are the pages that axe-core has seen, so that each is examined once.
var audited sync.Map

// checkAccessibility runs axe-core in both color schemes. Without JavaScript, it cannot run.
func (b *tab) checkAccessibility(p content) {
	b.t.Helper()
	if b.view.noScript {
		return
	}
	slices.Sort(p.Marks)
	key := fmt.Sprint(p.Path, b.view.width, slices.Compact(p.Marks))
	if _, seen := audited.LoadOrStore(key, true); seen {
		return
	}
	report.countAudit(p.Path)
	for _, dark := range []bool{!b.view.dark, b.view.dark} {
		b.setScheme(dark)
		b.audit(p.Path, dark)
	}
}

type violation struct {
	Rule, Impact, Help string
	Nodes              []string
}

// audit reports serious and critical violations. Preload would fetch the style sheets again, which
// the policy forbids.
func (b *tab) audit(path string, dark bool) {
	b.t.Helper()
	violations := eval[[]violation](b, "async () => {"+axe+`;
		const result = await axe.run(document, {resultTypes: ["violations"], preload: false});
		return result.violations.filter(v => v.impact === "serious" || v.impact === "critical")
			.map(v => ({Rule: v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.map(n => n.html + " " + n.failureSummary)}));
	}`)
	for _, v := range violations {
		b.t.Errorf("%s, dark: %v: %s violation of %s: %s\n%s", path, dark, v.Impact, v.Rule, v.Help, strings.Join(v.Nodes, "\n"))
	}
}
