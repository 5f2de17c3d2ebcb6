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

// browser is the browser of a person who signs in with a provider. In contrast to a user's, it
// opens the provider's pages too.
type browser struct {
	t      *testing.T
	kratos *url.URL
	http   *http.Client
}

func newBrowser(t *testing.T, srv *server.Server) *browser {
	t.Helper()
	home := must(url.Parse(srv.PublicURL))(t)
	jar := must(cookiejar.New(nil))(t)
	stop := func(r *http.Request, _ []*http.Request) error {
		if r.URL.Scheme == "http" && r.URL.Port() != "4455" {
			return nil
		}
		return http.ErrUseLastResponse // an app, or a page that nobody serves
	}
	return &browser{t, home, &http.Client{Jar: jar, CheckRedirect: stop}}
}

// open follows a link through the provider and back, and returns where Kratos sends the browser in
// the end.
func (br *browser) open(link string) *url.URL {
	br.t.Helper()
	resp, err := br.http.Get(link)
	if err != nil {
		br.t.Fatal(err)
	}
	defer resp.Body.Close()
	where, err := resp.Location()
	if err != nil {
		br.t.Fatalf("the browser stays at %s with status %d", resp.Request.URL, resp.StatusCode)
	}
	return where
}

// ajax lets the single-page application in the browser do something.
func (br *browser) ajax(client *kratos.Client, do func(*kratos.Browser)) {
	br.t.Helper()
	browser := client.Browser(visit(br.http.Jar.Cookies(br.kratos)))
	do(browser)
	w := httptest.NewRecorder()
	browser.SetCookies(w)
	br.http.Jar.SetCookies(br.kratos, w.Result().Cookies())
}

// login logs in through the provider, and returns where that leads the browser.
func (br *browser) login(client *kratos.Client) *url.URL {
	br.t.Helper()
	var next string
	br.ajax(client, func(b *kratos.Browser) {
		next = must(b.Login.Do(br.t.Context(), kratos.LoginOIDC{Provider: provider.ID}))(br.t).RedirectTo
	})
	return br.open(next)
}

// registration registers through the provider, and returns where that leads the browser.
func (br *browser) registration(client *kratos.Client) *url.URL {
	br.t.Helper()
	var next string
	br.ajax(client, func(b *kratos.Browser) {
		next = must(b.Registration.Do(br.t.Context(), kratos.RegistrationOIDC{Provider: provider.ID}))(br.t).RedirectTo
	})
	return br.open(next)
}

func (br *browser) whoami(client *kratos.Client) (session *kratos.Session) {
	br.t.Helper()
	br.ajax(client, func(b *kratos.Browser) { session = must(b.Whoami(br.t.Context()))(br.t) })
	return session
}

// leads checks that the browser ends at this page of the site, and returns the flow that the page
// is to show.
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
	e := must(client.FlowError(t.Context(), where.Query().Get("id")))(t)
	if int(e.Error.Code) != status {
		t.Errorf("the error page says %d, %s: want %d", e.Error.Code, e.Error.Reason, status)
	}
}

// visit is a request of a browser with these cookies.
func visit(cookies []*http.Cookie) *http.Request {
	r := httptest.NewRequest("GET", "https://app.example.org/", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return r
}
