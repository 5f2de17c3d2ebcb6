package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// site is a server with the pages of flows, and a browser that opens them.
type site struct {
	t       *testing.T
	mux     *http.ServeMux
	url     string
	browser *http.Client
	form    kratos.Form // of the last page
	action  string      // of that form
	csrf    string
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, mux: http.NewServeMux()}
	s.clearCookies()
	app := httptest.NewServer(s.mux)
	t.Cleanup(app.Close)
	s.url = app.URL
	return s
}

// addPages adds a page for each flow.
func (s *site) addPages(client *kratos.Client) {
	s.mux.Handle("GET /login", client.Login.Handler(func(w http.ResponseWriter, _ *http.Request, f *kratos.LoginFlow) { s.render(w, "login", f.Form()) }))
	s.mux.Handle("GET /registration", client.Registration.Handler(func(w http.ResponseWriter, _ *http.Request, f *kratos.RegistrationFlow) {
		s.render(w, "registration", f.Form())
	}))
	s.mux.Handle("GET /settings", client.Settings.Handler(func(w http.ResponseWriter, _ *http.Request, f *kratos.SettingsFlow) {
		s.render(w, "settings", f.Form())
	}))
	s.mux.Handle("GET /recovery", client.Recovery.Handler(func(w http.ResponseWriter, _ *http.Request, f *kratos.RecoveryFlow) {
		s.render(w, "recovery", f.Form())
	}))
	s.mux.Handle("GET /verification", client.Verification.Handler(func(w http.ResponseWriter, _ *http.Request, f *kratos.VerificationFlow) {
		s.render(w, "verification", f.Form())
	}))
}

// render writes a page with the form, and stores the form's target.
func (s *site) render(w http.ResponseWriter, name string, form kratos.Form) {
	s.form, s.action, s.csrf = form, form.Action, form.Value("csrf_token")
	fmt.Fprintf(w, "page %s", name)
	for _, m := range form.Messages {
		fmt.Fprintf(w, " message %d", m.ID)
	}
	for field, messages := range form.FieldErrors() {
		fmt.Fprintf(w, " %s %d", field, messages[0].ID)
	}
}

// addHome adds a page that shows who is logged in.
func (s *site) addHome(client *kratos.Client) {
	s.mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		b := client.Browser(r)
		session, err := b.Whoami(r.Context())
		b.SetCookies(w)
		if err != nil {
			fmt.Fprint(w, "home without session")
			return
		}
		fmt.Fprint(w, "home of "+session.Identity.ID)
	})
}

// open opens a path or URL, and returns the URL after redirects and the page.
func (s *site) open(path string) (where, page string) {
	s.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = s.url + path
	}
	resp, err := s.browser.Get(path)
	return s.read(resp, err)
}

// submit submits the form of the last page.
func (s *site) submit(fields url.Values) (where, page string) {
	s.t.Helper()
	fields.Set("csrf_token", s.csrf)
	action := s.action
	if strings.HasPrefix(action, "/") {
		action = s.url + action
	}
	resp, err := s.browser.PostForm(action, fields)
	return s.read(resp, err)
}

func (s *site) read(resp *http.Response, err error) (where, page string) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimPrefix(resp.Request.URL.String(), s.url), string(body)
}

func (s *site) expect(what, where, page, wantWhere, wantPage string) {
	s.t.Helper()
	if !strings.HasPrefix(where, wantWhere) || !strings.Contains(page, wantPage) {
		s.t.Errorf("%s: at %s with %q, want %s with %q", what, where, page, wantWhere, wantPage)
	}
}

// clearCookies replaces the browser by one without cookies.
func (s *site) clearCookies() {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.browser = &http.Client{Jar: jar, Transport: roundTrip(openPage)}
}

// openPage sends a request as a browser does that shows the response.
func openPage(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	return http.DefaultTransport.RoundTrip(r)
}

// failOnOtherHosts fails the test if the browser sends a request to another server than the site.
func (s *site) failOnOtherHosts() {
	s.browser.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if "http://"+r.URL.Host != s.url {
			s.t.Errorf("the browser requests %s%s", r.URL.Host, r.URL.Path)
		}
		return openPage(r)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
