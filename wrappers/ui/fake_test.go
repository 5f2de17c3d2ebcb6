package ui_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/gen"
	"github.com/kratoskit/kratos-go/internal/recorded"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/ui"
)

var recordings = flag.String(recorded.Flag, recorded.Kept("../.."), recorded.Usage)

// recordedForm is the form of a recorded flow: its page, the form, and the flow as JSON.
type recordedForm struct {
	page, body string
	exchange   *recorded.Exchange
	form       kratos.Form
}

// Form makes it a ui.Flow.
func (f recordedForm) Form() kratos.Form { return f.form }

// flow returns it as a flow whose type is that of the page.
func (f recordedForm) flow() ui.Flow {
	if f.page == "settings" {
		return &kratos.SettingsFlow{SettingsFlow: gen.SettingsFlow{UI: f.form.UIContainer}}
	}
	return f
}

// recordedForms returns the recorded forms with nodes.
func recordedForms(t testing.TB) (forms []recordedForm) {
	t.Helper()
	all, err := recorded.Read(*recordings)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		var flow struct {
			UI *gen.UIContainer `json:"ui"`
		}
		target, err := url.Parse(e.Request.URL)
		if err != nil || json.Unmarshal([]byte(e.Response.Body), &flow) != nil || flow.UI == nil || len(flow.UI.Nodes) == 0 {
			continue
		}
		page, _, _ := strings.Cut(strings.TrimPrefix(target.Path, "/self-service/"), "/")
		if slices.Contains([]string{"login", "registration", "recovery", "verification", "settings"}, page) {
			forms = append(forms, recordedForm{page, e.Response.Body, e, kratos.Form{UIContainer: *flow.UI}})
		}
	}
	if len(forms) < 50 {
		t.Fatalf("only %d forms were recorded", len(forms))
	}
	return forms
}

// fake is a Kratos with one person, whose cookie is ory_kratos_session=full.
type fake struct {
	mu      sync.Mutex
	calls   []string
	flow    string // what a flow is
	failing string // the call that fails
	since   time.Duration
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := r.Method + " " + r.URL.Path
	f.mu.Lock()
	f.calls = append(f.calls, call)
	f.mu.Unlock()
	status, body := 404, `{"error":{"code":404,"message":"m"}}`
	_, err := r.Cookie("ory_kratos_session")
	known := err == nil
	switch {
	case f.failing == call:
		status, body = 500, `{"error":{"code":500,"message":"m"}}`
	case strings.HasPrefix(r.URL.Path, "/self-service/") && strings.HasSuffix(r.URL.Path, "/flows"):
		status, body = 200, f.flow
	case call == "GET /self-service/errors":
		status, body = 200, `{"id":"5a2b","error":{"code":400,"message":"<b>message</b>","reason":"a reason"}}`
	case !known && call != "DELETE /admin/identities/77aa" && call != "GET /health/ready":
		status, body = 401, `{"error":{"id":"session_inactive","code":401,"message":"m"}}`
	case call == "GET /sessions/whoami":
		status, body = 200, f.session("1f", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
	case call == "GET /sessions":
		w.Header().Set("X-Total-Count", "1")
		status, body = 200, "["+f.session("2f", "<script>alert(1)</script>")+"]"
		if page := r.URL.Query().Get("page"); page != "" && page != "1" {
			body = "[]"
		}
	case call == "DELETE /sessions":
		status, body = 200, `{"count":1}`
	case call == "DELETE /sessions/2f", call == "DELETE /admin/identities/77aa":
		status, body = 204, ""
	case call == "GET /self-service/logout/browser":
		status, body = 200, `{"logout_token":"token","logout_url":"http://`+r.Host+`/self-service/logout?token=token"}`
	case call == "GET /self-service/logout":
		status, body = 204, ""
		http.SetCookie(w, &http.Cookie{Name: "ory_kratos_session", Path: "/", MaxAge: -1})
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (f *fake) session(id, agent string) string {
	agentJSON, _ := json.Marshal(agent)
	return fmt.Sprintf(`{"id":%q,"active":true,"authenticated_at":%q,"expires_at":"2126-11-24T16:00:00Z","authenticator_assurance_level":"aal1","identity":{"id":"77aa","schema_id":"person","schema_url":"","state":"active","traits":{"email":"ada@example.org"}},"devices":[{"id":"d","ip_address":"192.0.2.1","user_agent":%s,"location":"Berlin, DE"}]}`,
		id, time.Now().Add(-f.since).UTC().Format(time.RFC3339), agentJSON)
}

// newSite returns a site with all pages.
func newSite(t testing.TB, f *fake, opts ...ui.Option) http.Handler {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	pages, err := ui.New(kratos.Must(kratos.NewClient(server.URL)), append([]ui.Option{ui.DeleteAccount(kratos.Must(kratos.NewAdmin(server.URL)))}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	pages.Mount(mux, "")
	return mux
}

// newPages returns pages without a Kratos.
func newPages(t testing.TB, opts ...ui.Option) *ui.Pages {
	t.Helper()
	pages, err := ui.New(kratos.Must(kratos.NewClient("http://127.0.0.1:1")), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// ask sends a request of the person's browser; form is the body of a POST.
func ask(site http.Handler, method, target, form string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form))
	r.Header.Set("Cookie", "ory_kratos_session=full")
	r.Header.Set("Accept", "text/html")
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			r.Header.Del(header[i])
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	return w
}
