package e2e

import (
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
)

func TestPages(t *testing.T) { onBothServers(t, testPages) }

func testPages(t *testing.T, be backend) {
	t.Parallel()
	s := newSite(t)
	srv := be.start(t, server.Options{UI: s.url})
	client, _ := clients(t, srv)
	s.addPages(client)
	s.addHome(client)

	where, page := s.open("/settings")
	s.expect("settings without a session", where, page, "/login?flow=", "page login")

	cover(t, "registration", pages, "password", "rejected", "done")
	cover(t, "verification", pages, "code", "next step", "rejected", "done")
	cover(t, "settings", pages, "profile", "done")
	cover(t, "login", pages, "password", "rejected", "done")
	p := newPerson()
	where, page = s.open("/registration")
	s.expect("the registration", where, page, "/registration?flow=", "page registration")
	where, page = s.submit(url.Values{"method": {"password"}, "traits.email": {p.Email}, "password": {"x"}})
	s.expect("a password that is too short", where, page, "/registration?flow=", "password 4000032")
	where, page = s.submit(url.Values{"method": {"password"}, "traits.email": {p.Email}, "password": {p.password}})
	s.expect("registered", where, page, "/", "home of ")
	emailedCode(t, srv, p.Email) // of the verification flow of the registration
	where, page = s.open("/verification")
	s.expect("the verification", where, page, "/verification?flow=", "page verification")
	where, page = s.submit(url.Values{"method": {"code"}, "email": {p.Email}})
	s.expect("a code", where, page, "/verification?flow=", "message 1080003")
	where, page = s.submit(url.Values{"method": {"code"}, "code": {"000000"}})
	s.expect("a wrong code", where, page, "/verification?flow=", "message 4070006")
	where, page = s.submit(url.Values{"method": {"code"}, "code": {emailedCode(t, srv, p.Email)}})
	s.expect("verified", where, page, "/verification?flow=", "message 1080002")

	where, page = s.open("/")
	s.expect("home", where, page, "/", "home of ")
	if page == "home without session" {
		t.Error("there is no session after the registration")
	}
	where, page = s.open("/login?return_to=/settings")
	s.expect("the login with a session", where, page, "/settings?flow=", "page settings")
	where, page = s.submit(url.Values{"method": {"profile"}, "traits.email": {p.Email}, "traits.newsletter": {"true"}})
	s.expect("saved", where, page, "/settings?flow=", "message 1050001")
	where, page = s.open("/recovery")
	s.expect("the recovery with a session", where, page, "/", "home of ")

	s.clearCookies()
	where, page = s.open("/login?flow=" + unknownID)
	s.expect("an unknown flow", where, page, "/login?flow=", "page login")
	where, page = s.submit(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {"wrong"}})
	s.expect("a wrong password", where, page, "/login?flow=", "message 4000006")
	where, page = s.submit(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {p.password}})
	s.expect("logged in", where, page, "/", "home of ")
	if page == "home without session" {
		t.Error("there is no session after the login")
	}
}
