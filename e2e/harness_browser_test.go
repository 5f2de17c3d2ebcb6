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

// browser is the browser of a person who logs in with a provider. Unlike that of a user, it opens
// the provider's pages as well.
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
		return http.ErrUseLastResponse // an app, or a page that is not served
	}
	return &browser{t, home, &http.Client{Jar: jar, CheckRedirect: stop}}
}

// open opens a URL, follows the redirects to the provider and back, and returns the URL of the last
// redirect.
func (br *browser) open(link string) *url.URL {
	br.t.Helper()
	resp, err := br.http.Get(link)
	if err != nil {
		br.t.Fatal(err)
	}
	defer resp.Body.Close()
	where, err := resp.Location()
	if err != nil {
		br.t.Fatalf("the browser is at %s with status %d", resp.Request.URL, resp.StatusCode)
	}
	return where
}

// withBrowser calls do with a client that has the cookies of the browser.
func (br *browser) withBrowser(client *kratos.Client, do func(*kratos.Browser)) {
	br.t.Helper()
	browser := client.Browser(requestWithCookies(br.http.Jar.Cookies(br.kratos)))
	do(browser)
	w := httptest.NewRecorder()
	browser.SetCookies(w)
	br.http.Jar.SetCookies(br.kratos, w.Result().Cookies())
}

// login logs in with the provider, and returns the URL of the last redirect.
func (br *browser) login(client *kratos.Client) *url.URL {
	br.t.Helper()
	var next string
	br.withBrowser(client, func(b *kratos.Browser) {
		next = must(b.Login.Do(br.t.Context(), kratos.LoginOIDC{Provider: provider.ID}))(br.t).RedirectTo
	})
	return br.open(next)
}

// registration registers with the provider, and returns the URL of the last redirect.
func (br *browser) registration(client *kratos.Client) *url.URL {
	br.t.Helper()
	var next string
	br.withBrowser(client, func(b *kratos.Browser) {
		next = must(b.Registration.Do(br.t.Context(), kratos.RegistrationOIDC{Provider: provider.ID}))(br.t).RedirectTo
	})
	return br.open(next)
}

func (br *browser) whoami(client *kratos.Client) (session *kratos.Session) {
	br.t.Helper()
	br.withBrowser(client, func(b *kratos.Browser) { session = must(b.Whoami(br.t.Context()))(br.t) })
	return session
}

// expectPage checks that the browser is redirected to this page of the site, and returns the id of
// the page's flow.
func expectPage(t *testing.T, where *url.URL, page string) (flow string) {
	t.Helper()
	if where.Host != "127.0.0.1:4455" || where.Path != page {
		t.Fatalf("the browser is redirected to %s, want %s", where, page)
	}
	return where.Query().Get("flow")
}

// expectErrorPage checks that the browser is redirected to the error page, with an error of this
// status.
func expectErrorPage(t *testing.T, client *kratos.Client, where *url.URL, status int) {
	t.Helper()
	if where.Path != "/error" {
		t.Errorf("the browser is redirected to %s", where)
		return
	}
	e := must(client.FlowError(t.Context(), where.Query().Get("id")))(t)
	if int(e.Error.Code) != status {
		t.Errorf("the error page has status %d, %s: want %d", e.Error.Code, e.Error.Reason, status)
	}
}

// requestWithCookies returns a request of a browser with these cookies.
func requestWithCookies(cookies []*http.Cookie) *http.Request {
	r := httptest.NewRequest("GET", "https://app.example.org/", nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	return r
}
