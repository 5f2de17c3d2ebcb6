package kratos_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestResponseHeader(t *testing.T) {
	t.Parallel()
	respond := func(status int, name, body string) func(*http.Request) (*http.Response, error) {
		return func(r *http.Request) (*http.Response, error) {
			header := http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {name}, "Set-Cookie": {"a=s3cret"}}
			if name == "first" {
				header.Set("Link", `</?page_token=x>; rel="next"`)
			}
			return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		}
	}
	fail := func(*http.Request) (*http.Response, error) { return nil, errors.New("x") }
	whoami := func(c *kratos.Client, _ *kratos.Admin, opt kratos.RequestOption) error {
		return second(c.Whoami(t.Context(), kratos.SessionToken("t"), opt))
	}
	for name, tc := range map[string]struct {
		responses []func(*http.Request) (*http.Response, error)
		call      func(*kratos.Client, *kratos.Admin, kratos.RequestOption) error
		want      string // "" if there is no header
		fails     bool
	}{
		"of a success":        {seq(respond(200, "a", sessionBody)), whoami, "a", false},
		"of a failure":        {seq(respond(401, "a", noSession)), whoami, "a", true},
		"of the last attempt": {seq(respond(503, "a", ""), respond(200, "b", sessionBody)), whoami, "b", false},
		"without a response":  {seq(fail), whoami, "", true},
		"of the last attempt, to which there was no response": {seq(respond(503, "a", ""), fail), whoami, "", true},
		"of a call without a body": {seq(respond(204, "a", "")), func(c *kratos.Client, _ *kratos.Admin, opt kratos.RequestOption) error {
			return c.Logout(t.Context(), "t", opt)
		}, "a", false},
		"of the second of two calls": {seq(respond(200, "a", flowBody("f", "choose_method", "[]", "[]")), respond(200, "b", `{"session":`+sessionBody+`,"session_token":"t"}`)), func(c *kratos.Client, _ *kratos.Admin, opt kratos.RequestOption) error {
			return second(c.Login.Do(t.Context(), kratos.LoginPassword{}, opt))
		}, "b", false},
		"of the last page of a list": {seq(respond(200, "first", `[{"id":"a"}]`), respond(200, "b", `[{"id":"b"}]`)), func(_ *kratos.Client, a *kratos.Admin, opt kratos.RequestOption) error {
			return first(a.Identities(t.Context(), kratos.ListIdentities{}, opt))
		}, "b", false},
		"of the page at which a list was left": {seq(respond(200, "first", `[{"id":"a"}]`)), func(_ *kratos.Client, a *kratos.Admin, opt kratos.RequestOption) error {
			for _, err := range a.Identities(t.Context(), kratos.ListIdentities{}, opt) {
				return err
			}
			return nil
		}, "first", false},
		"of a call for a browser": {seq(respond(200, "a", sessionBody)), func(c *kratos.Client, _ *kratos.Admin, opt kratos.RequestOption) error {
			c.Proxy("/auth")
			return second(c.Browser(browserRequest("ory_kratos_session=a")).Whoami(t.Context(), opt))
		}, "a", false},
		"of a call whose arguments are refused": {seq(respond(200, "a", sessionBody)), func(c *kratos.Client, _ *kratos.Admin, opt kratos.RequestOption) error {
			return second(c.Whoami(t.Context(), kratos.Header("X", "\n"), opt))
		}, "", true},
		"of two options": {seq(respond(200, "a", sessionBody)), func(c *kratos.Client, _ *kratos.Admin, opt kratos.RequestOption) error {
			var other http.Header
			err := second(c.Whoami(t.Context(), kratos.SessionToken("t"), kratos.ResponseHeader(&other), opt))
			if other.Get("X-Request-Id") != "a" {
				t.Errorf("the first of two headers is %v", other)
			}
			return err
		}, "a", false},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			hc := kratos.WithHTTPClient(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				n++
				return tc.responses[min(n, len(tc.responses))-1](r)
			})})
			header := http.Header{"X-Request-Id": {"of an earlier call"}}
			err := tc.call(kratos.Must(kratos.NewClient("http://kratos.invalid", hc)), kratos.Must(kratos.NewAdmin("http://kratos.invalid", hc)), kratos.ResponseHeader(&header))
			if (err != nil) != tc.fails {
				t.Errorf("the call returned %v", err)
			}
			if got := header.Get("X-Request-Id"); got != tc.want || (header == nil) != (tc.want == "") {
				t.Errorf("the header is %v, want that of the response %q", header, tc.want)
			}
			if header.Get("Set-Cookie") != "" {
				t.Error("the header has cookies")
			}
		})
	}
}

// The header of a response to a Browser is rewritten for the site, as that of an error is.
func TestResponseHeaderOfBrowser(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, reply{status: 303, header: http.Header{"Location": {"/self-service/login/browser"}}})
	client.Proxy("/auth")
	var header http.Header
	_, err := client.Browser(browserRequest("ory_kratos_session=a")).Whoami(t.Context(), kratos.ResponseHeader(&header))
	var e *kratos.Error
	if !errors.As(err, &e) || header.Get("Location") != "/auth/self-service/login/browser" || e.Header.Get("Location") != header.Get("Location") {
		t.Errorf("%v: the header is %v", err, header)
	}
}

func TestNilResponseHeader(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, reply{status: 200, body: sessionBody})
	if _, err := client.Whoami(t.Context(), kratos.SessionToken("t"), kratos.ResponseHeader(nil)); !errors.Is(err, kratos.ErrInvalidArgument) {
		t.Errorf("got %v, want ErrInvalidArgument", err)
	}
}
