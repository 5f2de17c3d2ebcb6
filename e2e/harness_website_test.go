package e2e

import (
	"fmt"
	"html"
	"net"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
)

// website is the program examples/selfservice-ui with its own Kratos, and a browser.
type website struct {
	*site
	srv *server.Server
}

// newWebsite starts the website with a configuration of Kratos, and these flags.
func newWebsite(t *testing.T, be backend, config map[string]any, flags ...string) *website {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "selfservice-ui")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./examples/selfservice-ui")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	address := freeAddress(t)
	srv := be.start(t, server.Options{UI: "http://" + address, Config: nestConfig(config)})
	flags = append(flags, "-public", srv.PublicURL, "-admin", srv.AdminURL, "-listen", address)
	web := exec.CommandContext(t.Context(), binary, flags...)
	if err := web.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = web.Process.Kill(); _ = web.Wait() })

	s := newSite(t)
	s.url = "http://" + address
	s.failOnOtherHosts()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the website does not start")
		}
	}
	return &website{s, srv}
}

// submitForm submits the form of a method on a page, and returns the URL after redirects and the
// page.
func (s *website) submitForm(page, method string, fields url.Values) (where, next string) {
	s.t.Helper()
	s.action, s.csrf = formOnPage(s.t, page, method, fields)
	fields.Set("method", method)
	return s.submit(fields)
}

// register registers a person on the pages.
func (s *website) register() person {
	s.t.Helper()
	p := newPerson()
	_, page := s.open("/registration")
	_, page = s.submitForm(page, "profile", url.Values{"traits.email": {p.Email}})
	where, page := s.submitForm(page, "password", url.Values{"password": {p.password}})
	s.expect("registered", where, page, "/", "You are ")
	return p
}

// logOut submits the logout form of the front page.
func (s *website) logOut() (where, page string) {
	s.t.Helper()
	resp, err := s.browser.PostForm(s.url+"/logout", nil)
	return s.read(resp, err)
}

var (
	formTag   = regexp.MustCompile(`(?s)<form action="([^"]*)".*?</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// formOnPage returns target and CSRF token of the form of a method on a page, and adds its hidden
// inputs to fields.
func formOnPage(t *testing.T, page, method string, fields url.Values) (action, csrf string) {
	t.Helper()
	for _, form := range formTag.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(form[0], fmt.Sprintf(`name="method" value="%s"`, method)) {
			continue
		}
		for _, hidden := range hiddenTag.FindAllStringSubmatch(form[0], -1) {
			name, value := html.UnescapeString(hidden[1]), html.UnescapeString(hidden[2])
			if name == "csrf_token" {
				csrf = value
			} else if !fields.Has(name) {
				fields.Set(name, value)
			}
		}
		return html.UnescapeString(form[1]), csrf
	}
	t.Fatalf("no form for %s on the page\n%s", method, page)
	return "", ""
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// post submits a form of the pages of the account.
func (s *website) post(path string, fields url.Values) (where, page string) {
	s.t.Helper()
	resp, err := s.browser.PostForm(s.url+path, fields)
	return s.read(resp, err)
}
