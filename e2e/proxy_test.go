package e2e

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A browser that never sees Kratos itself does everything that a person can do, on pages and through the proxy of one site.
func TestPagesThroughAProxy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	srv := server.ForTest(t, server.Options{UI: s.url})
	client, _ := clients(t, srv)
	s.mux.Handle("/auth/", client.Proxy("/auth"))
	s.pages(client)
	s.mux.Handle("GET /error", client.ErrorPage(func(w http.ResponseWriter, _ *http.Request, e *kratos.FlowError) {
		fmt.Fprintf(w, "page error %d %s", e.Error.Code, e.Error.ID)
	}))
	s.mux.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		browser := client.Browser(r)
		flow, err := browser.CreateLogoutFlow(r.Context())
		browser.Relay(w)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, flow.LogoutURL, http.StatusSeeOther)
	})
	s.home(client)
	s.onlyHere()

	p := newPerson()
	where, page := s.visit("/registration")
	s.wants("the registration", where, page, "/registration?flow=", "page registration")
	if !strings.HasPrefix(s.action, "/auth/self-service/registration?flow=") {
		t.Fatalf("the form goes to %s", s.action)
	}
	where, page = s.send(url.Values{"method": {"password"}, "traits.email": {p.Email}, "password": {"x"}})
	s.wants("a password that is too short", where, page, "/registration?flow=", "password 4000032")
	where, page = s.send(url.Values{"method": {"password"}, "traits.email": {p.Email}, "password": {p.password}})
	s.wants("registered", where, page, "/", "home of ")
	code(t, srv, p.Email)
	where, page = s.visit("/verification")
	s.wants("the verification", where, page, "/verification?flow=", "page verification")
	where, page = s.send(url.Values{"method": {"code"}, "email": {p.Email}})
	s.wants("a code", where, page, "/verification?flow=", "message 1080003")
	where, page = s.send(url.Values{"method": {"code"}, "code": {code(t, srv, p.Email)}})
	s.wants("verified", where, page, "/verification?flow=", "message 1080002")
	where, page = s.visit("/settings")
	s.wants("settings", where, page, "/settings?flow=", "page settings")
	where, page = s.send(url.Values{"method": {"password"}, "password": {"another correct horse"}})
	s.wants("a new password", where, page, "/settings?flow=", "message 1050001")
	where, page = s.visit("/auth/sessions/whoami")
	s.wants("who is it", where, page, "/auth/sessions/whoami", p.Email)
	where, page = s.visit("/logout")
	s.wants("logged out", where, page, "/login?flow=", "page login")
	where, page = s.visit("/settings")
	s.wants("settings of nobody", where, page, "/login?flow=", "page login")
	where, page = s.send(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {"another correct horse"}})
	s.wants("back from the login", where, page, "/settings?flow=", "page settings")
	s.forget()
	s.onlyHere()

	where, page = s.visit("/login?return_to=" + url.QueryEscape(s.url+"/settings"))
	s.wants("the login", where, page, "/login?flow=", "page login")
	csrf := s.csrf
	s.csrf = "wrong"
	where, page = s.send(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {"another correct horse"}})
	s.wants("a wrong CSRF token", where, page, "/error?id=", "page error 403 security_csrf_violation")
	s.csrf = csrf
	where, page = s.send(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {"another correct horse"}})
	s.wants("logged in", where, page, "/settings?flow=", "page settings")

	s.browser.Jar, _ = cookiejar.New(nil)
	where, page = s.visit("/recovery")
	s.wants("the recovery", where, page, "/recovery?flow=", "page recovery")
	where, page = s.send(url.Values{"method": {"code"}, "email": {p.Email}})
	s.wants("a code", where, page, "/recovery?flow=", "message 1060003")
	where, page = s.send(url.Values{"method": {"code"}, "code": {code(t, srv, p.Email)}})
	s.wants("recovered", where, page, "/settings?flow=", "page settings")

	for _, path := range []string{"/auth/admin/identities", "/auth/health/ready", "/auth/self-service/%2e%2e/admin/identities", "/auth/schemas"} {
		if resp, err := s.browser.Get(s.url + path); err != nil || resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v, %v", path, resp, err)
		}
	}
}

// onlyHere fails the test if the browser asks any other server than the site.
func (s *site) onlyHere() {
	s.browser.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if "http://"+r.URL.Host != s.url {
			s.t.Errorf("the browser asks %s for %s", r.URL.Host, r.URL.Path)
		}
		return http.DefaultTransport.RoundTrip(r)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
