package e2e

import (
	"net/url"
	"testing"

	"github.com/kratoskit/kratos-go/e2e/server"
)

func TestPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	srv := server.ForTest(t, server.Options{UI: s.url})
	client, _ := clients(t, srv)
	s.pages(client)
	s.home(client)

	where, page := s.visit("/settings")
	s.wants("settings of nobody", where, page, "/login?flow=", "page login")

	cover(t, "registration", pages, "password", "refused", "done")
	cover(t, "verification", pages, "code", "goes on", "refused", "done")
	cover(t, "settings", pages, "profile", "done")
	cover(t, "login", pages, "password", "refused", "done")
	p := newPerson()
	where, page = s.visit("/registration")
	s.wants("the registration", where, page, "/registration?flow=", "page registration")
	where, page = s.send(url.Values{"method": {"password"}, "traits.email": {p.Email}, "password": {"x"}})
	s.wants("a password that is too short", where, page, "/registration?flow=", "password 4000032")
	where, page = s.send(url.Values{"method": {"password"}, "traits.email": {p.Email}, "password": {p.password}})
	s.wants("registered", where, page, "/", "home of ")
	code(t, srv, p.Email) // of the verification flow that the registration began
	where, page = s.visit("/verification")
	s.wants("the verification", where, page, "/verification?flow=", "page verification")
	where, page = s.send(url.Values{"method": {"code"}, "email": {p.Email}})
	s.wants("a code", where, page, "/verification?flow=", "message 1080003")
	where, page = s.send(url.Values{"method": {"code"}, "code": {"000000"}})
	s.wants("a wrong code", where, page, "/verification?flow=", "message 4070006")
	where, page = s.send(url.Values{"method": {"code"}, "code": {code(t, srv, p.Email)}})
	s.wants("verified", where, page, "/verification?flow=", "message 1080002")

	where, page = s.visit("/")
	s.wants("home", where, page, "/", "home of ")
	if page == "home of nobody" {
		t.Error("nobody is signed in after the registration")
	}
	where, page = s.visit("/login?return_to=/settings")
	s.wants("the login of somebody signed in", where, page, "/settings?flow=", "page settings")
	where, page = s.send(url.Values{"method": {"profile"}, "traits.email": {p.Email}, "traits.newsletter": {"true"}})
	s.wants("saved", where, page, "/settings?flow=", "message 1050001")
	where, page = s.visit("/recovery")
	s.wants("the recovery of somebody signed in", where, page, "/", "home of ")

	s.forget()
	where, page = s.visit("/login?flow=" + nobody)
	s.wants("a flow that is gone", where, page, "/login?flow=", "page login")
	where, page = s.send(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {"wrong"}})
	s.wants("a wrong password", where, page, "/login?flow=", "message 4000006")
	where, page = s.send(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {p.password}})
	s.wants("logged in", where, page, "/", "home of ")
	if page == "home of nobody" {
		t.Error("nobody is signed in after the login")
	}
}
