package main

import (
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

var httpTests = []struct {
	name   string
	path   string
	header http.Header
	fail   []kratostest.Failure // of the check of the session
	status int
	want   http.Header
	body   string // a part of it
}{
	{name: "a session token passes", path: "/account", header: http.Header{"X-Session-Token": {"one-factor"}}, status: 200, body: "hello ANN\n"},
	{name: "a bearer token passes", path: "/account", header: http.Header{"Authorization": {"Bearer one-factor"}}, status: 200, body: "hello ANN\n"},
	{
		name: "a cookie passes, and the browser gets the renewed one", path: "/account", header: http.Header{"Cookie": {"ory_kratos_session=one-factor"}},
		status: 200, body: "hello ANN\n", want: http.Header{"Set-Cookie": {"ory_kratos_session=renewed"}, "Cache-Control": {"no-store"}},
	},
	{name: "a second factor passes where it is needed", path: "/payments", header: http.Header{"X-Session-Token": {"two-factors"}}, status: 200, body: "hello ANN\n"},
	{
		name: "a browser without a session is redirected to the login", path: "/account?tab=2", header: http.Header{"Accept": {"text/html"}},
		status: 303, want: http.Header{"Location": {"/login?return_to=%2Faccount%3Ftab%3D2"}},
	},
	{
		name: "a program without a session gets a problem", path: "/account", header: http.Header{"Accept": {"application/json"}},
		status: 401, body: `"code":"no_session"`, want: http.Header{"Content-Type": {"application/problem+json"}, "Www-Authenticate": {"Bearer"}},
	},
	{
		name: "an unknown token gets a problem", path: "/account", header: http.Header{"X-Session-Token": {"forged"}},
		status: 401, body: `"code":"no_session"`, want: http.Header{"Content-Type": {"application/problem+json"}},
	},
	{
		name: "a program without a second factor learns where to add it", path: "/payments", header: http.Header{"X-Session-Token": {"one-factor"}},
		status: 403, body: `"redirect_to":"/login?aal=aal2"`, want: http.Header{"Content-Type": {"application/problem+json"}},
	},
	{
		name: "a browser without a second factor is redirected", path: "/payments", header: http.Header{"Cookie": {"ory_kratos_session=one-factor"}, "Accept": {"text/html"}},
		status: 303, want: http.Header{"Location": {"/login?aal=aal2&return_to=%2Fpayments"}, "Set-Cookie": {"ory_kratos_session=renewed"}},
	},
	{
		name: "the limit of Kratos is passed on", path: "/account", header: http.Header{"X-Session-Token": {"one-factor"}},
		fail: []kratostest.Failure{kratostest.RateLimited(7 * time.Second)}, status: 429, body: `"code":"rate_limited"`, want: http.Header{"Retry-After": {"7"}},
	},
	{
		name: "nothing passes while Kratos is down", path: "/account", header: http.Header{"X-Session-Token": {"one-factor"}},
		fail: []kratostest.Failure{kratostest.Drop()}, status: 503, body: `"code":"session_not_checked"`, want: http.Header{"Retry-After": {"1"}},
	},
}

func TestFrameworksProtectTheirRoutes(t *testing.T) {
	t.Parallel()
	for name, serve := range frameworks {
		if name == "grpc" {
			continue
		}
		k, guard := newKratos(t)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		start(t, l, guard, serve)
		for _, tt := range httpTests {
			t.Run(name+": "+tt.name, func(t *testing.T) {
				req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+l.Addr().String()+tt.path, nil)
				if err != nil {
					t.Fatal(err)
				}
				names := k.names(t)
				for _, failure := range tt.fail {
					k.Fail("toSession", 1, failure)
				}
				req.Header = replaced(tt.header, names)
				req.Close = true // so that the sites end with the test
				resp, err := http.DefaultTransport.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				body, err := io.ReadAll(resp.Body)
				if err != nil {
					t.Fatal(err)
				}
				if resp.StatusCode != tt.status || !strings.Contains(string(body), names.Replace(tt.body)) {
					t.Errorf("status %d, body %q; want %d, %q", resp.StatusCode, body, tt.status, tt.body)
				}
				setCookies(resp, req)
				for header, want := range replaced(tt.want, names) {
					if got := resp.Header.Values(header); !slices.Equal(got, want) {
						t.Errorf("%s: %q, want %q", header, got, want)
					}
				}
			})
		}
	}
}

// setCookies puts "renewed" for the values of the cookies that a response sets, if they are new.
func setCookies(resp *http.Response, req *http.Request) {
	cookies := resp.Cookies()
	resp.Header.Del("Set-Cookie")
	for _, c := range cookies {
		if sent, err := req.Cookie(c.Name); err == nil && c.Value != "" && c.Value != sent.Value {
			c.Value = "renewed"
		}
		resp.Header.Add("Set-Cookie", c.Name+"="+c.Value)
	}
}

func TestRunRejectsUnknownFrameworks(t *testing.T) {
	t.Parallel()
	if err := run("rails", "http://127.0.0.1:4433", "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "rails") {
		t.Errorf("error %v", err)
	}
}
