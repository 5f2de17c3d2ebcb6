package e2e

import (
	"fmt"
	"html"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/server"
)

// The program of examples/web, as it is, and a browser that fills in the forms that it finds on its pages.
func TestTheExampleWebsite(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "web")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./examples/web")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	address := freeAddress(t)
	srv := server.ForTest(t, server.Options{UI: "http://" + address})
	web := exec.CommandContext(t.Context(), binary, "-public", srv.PublicURL, "-listen", address)
	if err := web.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = web.Process.Kill(); _ = web.Wait() })

	s := newSite(t)
	s.url = "http://" + address
	s.onlyHere()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the website does not start")
		}
	}
	fill := func(page, method string, fields url.Values) (where, next string) {
		t.Helper()
		s.action, s.csrf = formOnPage(t, page, method, fields)
		fields.Set("method", method)
		return s.send(fields)
	}

	p := newPerson()
	where, page := s.visit("/registration")
	s.wants("the registration", where, page, "/registration?flow=", "<h1>Register</h1>")
	where, page = fill(page, "profile", url.Values{"traits.email": {p.Email}})
	s.wants("the profile", where, page, "/registration?flow=", `name="password"`)
	where, page = fill(page, "password", url.Values{"password": {"x"}})
	s.wants("a password that is too short", where, page, "/registration?flow=", `data-message="4000032"`)
	where, page = fill(page, "password", url.Values{"password": {p.password}})
	s.wants("registered", where, page, "/", "You are ")
	code(t, srv, p.Email)
	_, page = s.visit("/verification")
	where, page = fill(page, "code", url.Values{"email": {p.Email}})
	s.wants("a code", where, page, "/verification?flow=", `data-message="1080003"`)
	where, page = fill(page, "code", url.Values{"code": {code(t, srv, p.Email)}})
	s.wants("verified", where, page, "/verification?flow=", `data-message="1080002"`)
	where, page = s.visit("/settings")
	s.wants("settings", where, page, "/settings?flow=", `data-trigger="oryPasskeySettingsRegistration"`)
	where, page = s.visit("/logout")
	s.wants("logged out", where, page, "/login?flow=", "<h1>Log in</h1>")
	where, page = s.visit("/")
	s.wants("nobody", where, page, "/login?flow=", "<h1>Log in</h1>")
	where, page = fill(page, "password", url.Values{"identifier": {p.Email}, "password": {p.password}})
	s.wants("logged in", where, page, "/", "You are ")
	where, page = s.visit("/error?id=" + nobody)
	s.wants("an error that there is none of", where, page, "/error", http.StatusText(http.StatusNotFound))
}

var (
	formTag   = regexp.MustCompile(`(?s)<form action="([^"]*)".*?</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// formOnPage finds the form of a method on a page, and adds what is hidden in it to fields.
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
