//go:build browser

package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is a tab of Chromium with cookies of its own.
type tab struct {
	t    *testing.T
	ctx  context.Context
	site *site
	view view
	url  string // base URL

	hinted bool // whether the page had to say that it needs JavaScript

	mu       sync.Mutex
	entries  []*log.Entry // of the console
	problems []string
}

func newTab(t *testing.T, s *site, v view) *tab {
	t.Helper()
	b := &tab{t: t, site: s, view: v, url: s.url}
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext(), chromedp.WithNewWindow(true), chromedp.WithListener(b.listen))
	t.Cleanup(cancel)
	b.ctx = ctx
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as this context
		t.Fatal(err)
	}
	call(b, audits.Enable, cdp.Empty{})
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	v.apply(b)
	return b
}

// listen keeps what the console and the Content-Security-Policy report.
func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			b.entries = append(b.entries, e.Entry)
		}
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, "exception: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			b.problems = append(b.problems, "console.error")
		}
	case *audits.EventIssueAdded:
		if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			details, _ := json.Marshal(e.Issue.Details.ContentSecurityPolicyIssueDetails)
			b.problems = append(b.problems, "policy: "+string(details))
		}
	}
}

func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		b.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

func (b *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// tryEval returns the value of a JavaScript function for these arguments.
func tryEval[T any](b *tab, function string, args ...any) (T, error) {
	var list []string
	for _, arg := range args {
		text, _ := json.Marshal(arg)
		list = append(list, string(text))
	}
	ctx, cancel := context.WithTimeout(b.ctx, waitTimeout)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](fmt.Sprintf("(%s)(%s)", function, strings.Join(list, ",")), chromedp.EvalAwaitPromise))
}

func eval[T any](b *tab, function string, args ...any) T {
	b.t.Helper()
	value, err := tryEval[T](b, function, args...)
	if err != nil {
		b.t.Fatalf("%s%q: %v", function, args, err)
	}
	return value
}

// wait waits until a JavaScript function returns true. A page that is replaced meanwhile is not an
// error.
func (b *tab) wait(what, function string, args ...any) {
	b.t.Helper()
	for deadline := time.Now().Add(waitTimeout); ; time.Sleep(10 * time.Millisecond) {
		ok, err := tryEval[bool](b, function, args...)
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) || b.ctx.Err() != nil {
			b.t.Fatalf("waiting for %s: %v, %q\n%s", what, err, b.takeProblems(""), b.describe())
		}
	}
}

// open opens a path of the site, and checks the page.
func (b *tab) open(path string) {
	b.t.Helper()
	b.openUnchecked(path)
	b.check()
}

func (b *tab) openUnchecked(path string) {
	b.t.Helper()
	if !strings.Contains(path, "://") {
		path = b.url + path
	}
	b.do("opening "+path, chromedp.Navigate(path))
}

// leave waits for the page after an action, and checks it.
func (b *tab) leave(action func()) {
	b.t.Helper()
	eval[bool](b, "() => window.isOld = true")
	action()
	b.wait("the next page", "() => !window.isOld && document.readyState === 'complete'")
	b.check()
}

// expect fails the test unless the page is at a path and has an element.
func (b *tab) expect(path, selector string) {
	b.t.Helper()
	at := strings.TrimPrefix(eval[string](b, "() => location.href"), b.url)
	if !strings.HasPrefix(at, path) || selector != "" && !b.has(selector) {
		b.t.Fatalf("not at %s with %s\n%s", path, selector, b.describe())
	}
}

func (b *tab) has(selector string) bool {
	return eval[bool](b, "s => document.querySelector(s) !== null", selector)
}

// describe returns the path and the text of the page.
func (b *tab) describe() string {
	text, err := tryEval[string](b, "() => location.pathname + ': ' + document.body?.innerText + ' ' + [...document.querySelectorAll('[data-testid]')].map(e => e.dataset.testid).join(' ')")
	if err != nil {
		return err.Error()
	}
	return text
}

// message returns the selector of a message.
func message(id int) string { return fmt.Sprintf(`[data-testid="ui/message/%d"]`, id) }

// field returns the selector of a field that a person fills in, and button that of a button.
func field(name string) string { return fmt.Sprintf(`main input[name="%s"]:not([type=hidden])`, name) }
func button(name, value string) string {
	return fmt.Sprintf(`[data-testid="field/%s/%s"]`, name, value)
}

// method returns the selector of the button that submits a method.
func method(name string) string { return button("method", name) }

// fill replaces the content of the first field with this selector.
func (b *tab) fill(selector, value string) {
	b.t.Helper()
	if b.view.keyboard {
		b.tabTo(selector)
	} else {
		b.click(selector)
	}
	eval[bool](b, "s => { const e = document.activeElement; if (e !== document.querySelector(s)) throw 'no focus'; e.select(); return true }", selector)
	call(b, input.InsertText, input.InsertTextParams{Text: value})
}

// press presses a button or link that leads to another page. By keyboard, it presses Enter in the
// field that has the focus if the button is the first one of its form.
func (b *tab) press(selector string) {
	b.t.Helper()
	b.leave(func() {
		b.t.Helper()
		if !b.view.keyboard {
			b.click(selector)
			return
		}
		if !eval[bool](b, `s => { const e = document.activeElement; return e.matches("input") && e.form.querySelector("button:not([type=button])") === document.querySelector(s) }`, selector) {
			b.tabTo(selector)
		}
		b.do("Enter", chromedp.KeyEvent(kb.Enter))
	})
}

// click clicks on an element, which no other may cover.
func (b *tab) click(selector string) {
	b.t.Helper()
	at, err := tryEval[[]float64](b, `s => {
		const e = document.querySelector(s);
		if (!e || !e.getClientRects().length) throw "not on the page";
		e.scrollIntoView({block: "center", behavior: "instant"});
		const r = e.getClientRects()[0], x = r.x + r.width / 2, y = r.y + r.height / 2;
		const hit = document.elementFromPoint(x, y);
		if (!hit || !e.contains(hit)) throw "hidden or covered";
		return [x, y];
	}`, selector)
	if err != nil {
		b.t.Fatalf("click on %s: %v\n%s", selector, err, b.describe())
	}
	b.do("click", chromedp.MouseClickXY(at[0], at[1]))
}

// tabTo presses Tab until an element has the focus, which has to be visible.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 100 {
		if eval[bool](b, "s => document.activeElement === document.querySelector(s)", selector) {
			if !eval[bool](b, `() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 }`) {
				b.t.Errorf("the focus on %s is not visible", selector)
			}
			return
		}
		b.do("Tab", chromedp.KeyEvent(kb.Tab))
	}
	b.t.Fatalf("Tab never reaches %s\n%s", selector, b.describe())
}
