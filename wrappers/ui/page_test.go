package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/ui"
)

const (
	maxPage       = 40 << 10 // bytes
	maxStyleSheet = 10 << 10
	maxScript     = 20 // lines
)

// All recorded flows have a small page, with a script only if it has something to do.
func TestPagesOfRecordedFlows(t *testing.T) {
	t.Parallel()
	f := new(fake)
	site := newSite(t, f, ui.Name("Example"), ui.Logo("/logo.svg"))
	nonces := map[string]bool{}
	for _, form := range recordedForms(t) {
		f.flow = form.body
		for _, lang := range []string{"en", "de"} {
			what := form.exchange.String() + " " + lang
			w := ask(site, "GET", "/"+form.page+"?flow=f", "", "Accept-Language", lang)
			page := w.Body.String()
			if w.Code != 200 || len(page) > maxPage {
				t.Fatalf("%s: status %d, %d bytes", what, w.Code, len(page))
			}
			elements := parse(t, what, page)
			checkReferences(t, what, elements)
			checkScripts(t, what, page, elements, w.Header().Get("Content-Security-Policy"), nonces)
			if strings.Count(page, "<h1>") != 1 || strings.Count(page, " autofocus") > 1 {
				t.Errorf("%s: headings or focus:\n%s", what, page)
			}
		}
	}
}

// checkScripts checks that scripts are files with the nonce of the policy, and that there are none
// without a reason.
func checkScripts(t *testing.T, what, page string, elements []element, policy string, nonces map[string]bool) {
	t.Helper()
	_, rest, _ := strings.Cut(policy, "script-src 'nonce-")
	nonce, _, _ := strings.Cut(rest, "'")
	if nonce == "" || nonces[nonce] {
		t.Errorf("%s: the nonce %q is missing or not new", what, nonce)
	}
	nonces[nonce] = true
	own := 0
	for _, e := range elements {
		if e.tag != "script" {
			continue
		}
		if e.attrs["nonce"] != nonce || e.attrs["src"] == "" || e.text != "" {
			t.Errorf("%s: the script %v", what, e)
		}
		if strings.HasPrefix(e.attrs["src"], "/assets/ui.") {
			own++
		}
	}
	needed := strings.Contains(page, "data-trigger=") || strings.Contains(page, "data-init=") || strings.Contains(page, "data-copy=")
	if needed != (own == 1) || own > 1 {
		t.Errorf("%s: %d scripts of the pages, needed: %v", what, own, needed)
	}
}

func TestSizesOfAssets(t *testing.T) {
	t.Parallel()
	style, err := os.ReadFile("assets/ui.css")
	if err != nil || len(style) > maxStyleSheet {
		t.Errorf("%v, the style sheet has %d bytes", err, len(style))
	}
	script, err := os.ReadFile("assets/ui.js")
	if lines := strings.Count(string(script), "\n"); err != nil || lines > maxScript {
		t.Errorf("%v, the script has %d lines", err, lines)
	}
}

func TestAssets(t *testing.T) {
	t.Parallel()
	site := newSite(t, new(fake), ui.Theme(":root{--accent:#123456}"))
	page := ask(site, "GET", "/error", "").Body.String()
	_, rest, _ := strings.Cut(page, `<link rel="stylesheet" href="`)
	style, _, _ := strings.Cut(rest, `"`)
	for name, tc := range map[string]struct {
		path, mediaType, cache string
		status                 int
	}{
		"the style sheet of a page": {style, "text/css; charset=utf-8", "public, max-age=31536000, immutable", 200},
		"the style sheet":           {"/assets/ui.css", "text/css; charset=utf-8", "no-cache", 200},
		"the script":                {"/assets/ui.js", "text/javascript; charset=utf-8", "no-cache", 200},
		"an old name":               {"/assets/ui.000000000000.css", "text/plain; charset=utf-8", "", 404},
		"the folder":                {"/assets/", "text/plain; charset=utf-8", "", 404},
		"another file":              {"/assets/page.html", "text/plain; charset=utf-8", "", 404},
	} {
		w := ask(site, "GET", tc.path, "")
		if w.Code != tc.status || w.Header().Get("Content-Type") != tc.mediaType || w.Header().Get("Cache-Control") != tc.cache || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		if strings.HasSuffix(tc.path, ".css") && tc.status == 200 && !strings.Contains(w.Body.String(), "--accent:#123456") {
			t.Errorf("%s: without the theme", name)
		}
	}
	if other := ask(newSite(t, new(fake)), "GET", "/error", "").Body.String(); strings.Contains(other, style) {
		t.Error("the name of the style sheet does not depend on the theme")
	}
}

func TestHeadersOfPages(t *testing.T) {
	t.Parallel()
	f := newForm(t, input("password", "password", "password", ""))
	for name, tc := range map[string]struct {
		opts []ui.Option
		want string // in the policy, with NONCE for the nonce
	}{
		"the default":                {nil, "default-src 'none'; script-src 'nonce-NONCE'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"},
		"a logo of the site":         {[]ui.Option{ui.Logo("/logo.svg")}, "img-src 'self' data:;"},
		"a logo of another site":     {[]ui.Option{ui.Logo("https://cdn.example.org/logo.svg")}, "img-src 'self' https://cdn.example.org data:;"},
		"a policy of the site's own": {[]ui.Option{ui.CSP(func(nonce string) string { return "script-src 'nonce-" + nonce + "'; form-action 'self'" })}, "script-src 'nonce-NONCE'; form-action 'self'"},
	} {
		site := newSite(t, &fake{flow: f.body}, tc.opts...)
		for _, page := range []string{"/login?flow=f", "/settings?flow=f", "/sessions", "/account", "/error", "/error?id=e"} {
			h := ask(site, "GET", page, "").Header()
			_, rest, _ := strings.Cut(h.Get("Content-Security-Policy"), "'nonce-")
			nonce, _, _ := strings.Cut(rest, "'")
			if policy := strings.ReplaceAll(h.Get("Content-Security-Policy"), nonce, "NONCE"); !strings.Contains(policy, tc.want) {
				t.Errorf("%s: %s: policy %q", name, page, policy)
			}
			for key, want := range map[string]string{"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"} {
				if h.Get(key) != want {
					t.Errorf("%s: %s: %s is %q", name, page, key, h.Get(key))
				}
			}
		}
	}
}

func TestLinksBetweenPages(t *testing.T) {
	t.Parallel()
	f := newForm(t, input("password", "password", "password", ""))
	server := httptest.NewServer(&fake{flow: f.body})
	t.Cleanup(server.Close)
	pages, err := ui.New(kratos.Must(kratos.NewClient(server.URL)), ui.WithPaths(ui.Paths{Login: "/my/login", Registration: "/my/registration", Home: "/start"}), ui.Name("Example"))
	if err != nil {
		t.Fatal(err)
	}
	mounted := http.NewServeMux()
	pages.Mount(mounted, "/id")
	refresh := strings.Replace(f.body, `{"id"`, `{"refresh":true,"id"`, 1)
	aal2 := strings.Replace(f.body, `{"id"`, `{"requested_aal":"aal2","id"`, 1)
	for name, tc := range map[string]struct {
		site http.Handler
		page string
		want []string
	}{
		"a login":                 {pages.Login(), "/my/login?flow=f", []string{`href="/my/registration" data-testid="signup-link"`, `href="/recovery" data-testid="forgot-password-link"`, `<a class="site" href="/start">Example</a>`}},
		"a login that returns":    {pages.Login(), "/my/login?flow=f&return_to=%2Fa%3Fb", []string{`href="/my/registration?return_to=%2Fa%3Fb"`}},
		"a registration":          {pages.Registration(), "/my/registration?flow=f&login_challenge=c", []string{`href="/my/login?login_challenge=c" data-testid="login-link"`}},
		"a recovery":              {pages.Recovery(), "/recovery?flow=f", []string{`href="/my/login" data-testid="login-link"`}},
		"below a prefix":          {mounted, "/id/login?flow=f", []string{`href="/id/registration"`, `href="/id/recovery"`, `href="/id/assets/ui.`, `href="/start"`}},
		"settings":                {mounted, "/id/settings?flow=f", []string{`href="/id/settings" aria-current="page"`, `href="/id/sessions"`, `href="/id/account"`, `<form action="/id/logout" method="post"><button class="link" data-testid="logout">`}},
		"sessions below a prefix": {mounted, "/id/sessions", []string{`<form action="/id/sessions" method="post">`, `href="/id/sessions" aria-current="page"`}},
		"a login again":           {newSite(t, &fake{flow: refresh}), "/login?flow=f", []string{"<h1>Confirm that it is you</h1>", `data-testid="logout"`}},
		"the second factor":       {newSite(t, &fake{flow: aal2}), "/login?flow=f", []string{"<h1>Second factor</h1>", `data-testid="logout"`}},
	} {
		w := ask(tc.site, "GET", tc.page, "")
		for _, want := range tc.want {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: status %d, without %s:\n%s", name, w.Code, want, w.Body)
			}
		}
	}
	for _, prefix := range []string{"/", "x", "/a/", "//a", "/a?b", "/{a}"} {
		t.Run("prefix "+prefix, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("Mount does not panic")
				}
			}()
			pages.Mount(http.NewServeMux(), prefix)
		})
	}
}

// The URL of a page has only the flow after a submission that failed, or was refused.
func TestLinksContinueWhereTheFlowDoes(t *testing.T) {
	t.Parallel()
	f := newForm(t, input("password", "password", "password", ""))
	const both = `"return_to":"https://example.org/a?b","oauth2_login_challenge":"c",`
	const suffix = "?login_challenge=c&return_to=https%3A%2F%2Fexample.org%2Fa%3Fb"
	for name, tc := range map[string]struct{ members, page, mark, href string }{
		"a login":                    {both, "/login?flow=f", "signup-link", "/registration" + suffix},
		"a registration":             {both, "/registration?flow=f", "login-link", "/login" + suffix},
		"a recovery":                 {`"return_to":"https://example.org/a",`, "/recovery?flow=f", "login-link", "/login?return_to=https%3A%2F%2Fexample.org%2Fa"},
		"the flow before the query":  {both, "/login?flow=f&return_to=%2Fx&login_challenge=x", "signup-link", "/registration" + suffix},
		"the query without the flow": {"", "/login?flow=f&return_to=%2Fx&login_challenge=x", "signup-link", "/registration?login_challenge=x&return_to=%2Fx"},
		"neither":                    {"", "/login?flow=f", "signup-link", "/registration"},
	} {
		body := strings.Replace(f.body, `{"id"`, `{`+tc.members+`"id"`, 1)
		elements := parse(t, name, ask(newSite(t, &fake{flow: body}), "GET", tc.page, "").Body.String())
		if links := find(elements, "data-testid", tc.mark); len(links) != 1 || links[0].attrs["href"] != tc.href {
			t.Errorf("%s: %v, want %s", name, links, tc.href)
		}
	}
}

// Kratos refuses recovery and registration with a session, so that links to them lead nowhere.
func TestLoginsWithASessionHaveNoLinks(t *testing.T) {
	t.Parallel()
	f := newForm(t, input("password", "password", "password", ""))
	for name, member := range map[string]string{"a login again": `"refresh":true`, "the second factor": `"requested_aal":"aal2"`} {
		body := strings.Replace(f.body, `{"id"`, `{`+member+`,"id"`, 1)
		elements := parse(t, name, ask(newSite(t, &fake{flow: body}), "GET", "/login?flow=f", "").Body.String())
		if len(find(elements, "data-testid", "logout")) != 1 {
			t.Errorf("%s: people cannot log out", name)
		}
		for _, e := range elements {
			if href := e.attrs["href"]; strings.HasPrefix(href, "/recovery") || strings.HasPrefix(href, "/registration") {
				t.Errorf("%s: a link to %s", name, href)
			}
		}
	}
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		page, failing string
		status        int
		want          string
	}{
		"an error from Kratos":   {"/error?id=e", "", 200, "&lt;b&gt;message&lt;/b&gt;<br>a reason"},
		"no id":                  {"/error", "", 404, "There is nothing at this address"},
		"Kratos fails":           {"/error?id=e", "GET /self-service/errors", 503, "not available at the moment"},
		"Kratos fails in a flow": {"/login?flow=f", "GET /self-service/login/flows", 503, "not available at the moment"},
		"the sessions fail":      {"/sessions", "GET /sessions", 503, "not available at the moment"},
		"the session fails":      {"/account", "GET /sessions/whoami", 503, "not available at the moment"},
	} {
		w := ask(newSite(t, &fake{failing: tc.failing}), "GET", tc.page, "")
		if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.want) || !strings.Contains(w.Body.String(), "<h1>Something went wrong</h1>") {
			t.Errorf("%s: status %d\n%s", name, w.Code, w.Body)
		}
	}
}

// BenchmarkForm measures the largest recorded form of each page, without what is around it.
func BenchmarkForm(b *testing.B) {
	largest := map[string]recordedForm{}
	for _, f := range recordedForms(b) {
		if len(f.form.UIContainer.Nodes) > len(largest[f.page].form.UIContainer.Nodes) {
			largest[f.page] = f
		}
	}
	pages := newPages(b)
	for _, page := range []string{"login", "registration", "recovery", "verification", "settings"} {
		for _, lang := range []string{"en", "de"} {
			flow := largest[page].flow()
			b.Run(fmt.Sprintf("%s-%s", page, lang), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := pages.Form(flow, lang); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkDocument measures what is around the form.
func BenchmarkDocument(b *testing.B) {
	page := newPages(b, ui.Name("Example")).Error()
	r := httptest.NewRequest("GET", "/error", nil)
	b.ReportAllocs()
	for b.Loop() {
		page.ServeHTTP(httptest.NewRecorder(), r)
	}
}
