package e2e

import (
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// surfer is a person's own browser, in which a social sign-in happens.
type surfer struct {
	t      *testing.T
	kratos *url.URL
	http   *http.Client
}

func newSurfer(t *testing.T, srv *server.Server) *surfer {
	t.Helper()
	home := must1of[*url.URL](t)(url.Parse(srv.PublicURL))
	jar := must1of[*cookiejar.Jar](t)(cookiejar.New(nil))
	stop := func(r *http.Request, _ []*http.Request) error {
		if r.URL.Scheme == "http" && r.URL.Port() != "4455" {
			return nil
		}
		return http.ErrUseLastResponse // an app, or a page that nobody serves
	}
	return &surfer{t, home, &http.Client{Jar: jar, CheckRedirect: stop}}
}

// open follows a link through the provider and back, and returns where Kratos sends the browser in the end.
func (s *surfer) open(link string) *url.URL {
	s.t.Helper()
	resp, err := s.http.Get(link)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	where, err := resp.Location()
	if err != nil {
		s.t.Fatalf("the browser stays at %s with status %d", resp.Request.URL, resp.StatusCode)
	}
	return where
}

// ajax lets the single-page application in the browser do something.
func (s *surfer) ajax(client *kratos.Client, do func(*kratos.Browser)) {
	s.t.Helper()
	browser := client.Browser(visit(s.http.Jar.Cookies(s.kratos)))
	do(browser)
	w := httptest.NewRecorder()
	browser.Relay(w)
	s.http.Jar.SetCookies(s.kratos, w.Result().Cookies())
}

// login logs in through the provider, and returns where that leads the browser.
func (s *surfer) login(client *kratos.Client) *url.URL {
	s.t.Helper()
	var next string
	s.ajax(client, func(b *kratos.Browser) {
		next = must1of[*kratos.Step[kratos.LoginFlow]](s.t)(b.Login.Do(s.t.Context(), kratos.LoginOIDC{Provider: provider.ID})).RedirectTo
	})
	return s.open(next)
}

// registration registers through the provider, and returns where that leads the browser.
func (s *surfer) registration(client *kratos.Client) *url.URL {
	s.t.Helper()
	var next string
	s.ajax(client, func(b *kratos.Browser) {
		next = must1of[*kratos.Step[kratos.RegistrationFlow]](s.t)(b.Registration.Do(s.t.Context(), kratos.RegistrationOIDC{Provider: provider.ID})).RedirectTo
	})
	return s.open(next)
}

func (s *surfer) whoami(client *kratos.Client) (session *kratos.Session) {
	s.t.Helper()
	s.ajax(client, func(b *kratos.Browser) { session = must1of[*kratos.Session](s.t)(b.Whoami(s.t.Context())) })
	return session
}

// leads checks that the browser ends at this page of the site, and returns the flow that the page is to show.
func leads(t *testing.T, where *url.URL, page string) (flow string) {
	t.Helper()
	if where.Host != "127.0.0.1:4455" || where.Path != page {
		t.Fatalf("the browser ends at %s, want %s", where, page)
	}
	return where.Query().Get("flow")
}

// isErrorPage checks that the browser ends on the error page, with an error of this status.
func isErrorPage(t *testing.T, client *kratos.Client, where *url.URL, status int) {
	t.Helper()
	if where.Path != "/error" {
		t.Errorf("the browser ends at %s", where)
		return
	}
	e := must1of[*kratos.FlowError](t)(client.FlowError(t.Context(), where.Query().Get("id")))
	if int(e.Error.Code) != status {
		t.Errorf("the error page says %d, %s: want %d", e.Error.Code, e.Error.Reason, status)
	}
}
