package ui_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/throttle"
	"github.com/kratoskit/kratos-go/wrappers/ui"
)

// A refusal is shown in the form, without messages of an earlier submission, and is JSON for others.
func TestRefusal(t *testing.T) {
	t.Parallel()
	password := input("password", "password", "password", "")
	password = strings.Replace(password, `"messages":[]`, `"messages":[{"id":4000002,"text":"Property is missing","type":"error"}]`, 1)
	body := newForm(t, password).body
	if !strings.Contains(body, "4000002") {
		t.Fatal("the form has no message of an earlier submission")
	}
	for name, tc := range map[string]struct {
		flow, lang, failing string
		wait                time.Duration
		wantType            string
		want                []string
	}{
		"a login":            {flow: "login", wait: time.Second, want: []string{"<h1>Sign in</h1>", `data-testid="ui/message/9000429"`, "Too many attempts. Try again in a second.", `name="password"`, `href="/id/recovery"`}},
		"a recovery":         {flow: "recovery", wait: 12 * time.Second, want: []string{"<h1>Recover your account</h1>", "Try again in 12 seconds."}},
		"a verification":     {flow: "verification", wait: 15 * time.Minute, want: []string{"<h1>Verify your address</h1>", "Try again in 15 minutes."}},
		"a second in German": {flow: "login", lang: "de", wait: time.Second, want: []string{"<h1>Anmelden</h1>", "versuchen Sie es in einer Sekunde noch einmal."}},
		"seconds in German":  {flow: "login", lang: "de", wait: 90 * time.Second, want: []string{"in 90 Sekunden noch einmal."}},
		"minutes in German":  {flow: "login", lang: "de", wait: 91 * time.Second, want: []string{"in 2 Minuten noch einmal."}},
		"the flow is gone":   {flow: "login", failing: "GET /self-service/login/flows", wait: time.Second, want: []string{"<h1>Too many attempts</h1>", "Try again in a second.", `href="/id/login"`}},
		"a script":           {flow: "login", wait: time.Second, wantType: "application/json", want: []string{`"id":9000429`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(&fake{flow: body, failing: tc.failing})
			defer server.Close()
			pages, err := ui.New(kratos.Must(kratos.NewClient(server.URL)))
			if err != nil {
				t.Fatal(err)
			}
			pages.Mount(http.NewServeMux(), "/id")
			r := httptest.NewRequest("POST", "/auth/self-service/"+tc.flow+"?flow=f", strings.NewReader("password=SECRET"))
			r.Header.Set("Accept-Language", tc.lang)
			w := httptest.NewRecorder()
			pages.ShowRefusal(w, r, throttle.Refusal{Flow: tc.flow, RetryAfter: tc.wait, Page: tc.wantType == ""})
			page, policy := w.Body.String(), w.Header().Get("Content-Security-Policy")
			if tc.wantType == "" {
				tc.wantType = "text/html; charset=utf-8"
				if !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(page, "4000002") {
					t.Errorf("policy %q\n%s", policy, page)
				}
			}
			if w.Code != http.StatusTooManyRequests || w.Header().Get("Content-Type") != tc.wantType || strings.Contains(page, "SECRET") {
				t.Errorf("status %d, header %v\n%s", w.Code, w.Header(), page)
			}
			for _, want := range tc.want {
				if !strings.Contains(page, want) {
					t.Errorf("the page lacks %s:\n%s", want, page)
				}
			}
		})
	}
}

// Guesses at the pages are refused by the throttle with the form.
func TestRefusalOfThrottle(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(&fake{flow: newForm(t, input("password", "password", "password", "")).body})
	defer server.Close()
	pages, err := ui.New(kratos.Must(kratos.NewClient(server.URL)))
	if err != nil {
		t.Fatal(err)
	}
	limit := throttle.New(throttle.Refused(pages.ShowRefusal), throttle.PerIdentifier(1, time.Hour))
	site := limit.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/login?flow=f", http.StatusSeeOther)
	}))
	var w *httptest.ResponseRecorder
	for range 3 {
		w = ask(site, "POST", "/auth/self-service/login?flow=f", "method=password&identifier=ada&password=x")
	}
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1" || !strings.Contains(w.Body.String(), `data-testid="ui/message/9000429"`) {
		t.Errorf("status %d, header %v\n%s", w.Code, w.Header(), w.Body)
	}
}
