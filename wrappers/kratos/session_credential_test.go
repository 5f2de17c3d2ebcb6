package kratos_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/access"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// cookieHeaders are lines of the header Cookie, and the session that they have.
var cookieHeaders = map[string]string{
	"ory_kratos_session=a":                                  "a",
	"x=y; ory_kratos_session=a; z=1":                        "a",
	"x=y;ory_kratos_session=a;z=1":                          "a",
	" \tory_kratos_session = a ":                            " a",
	`ory_kratos_session="a"`:                                "a",
	`ory_kratos_session="a`:                                 "",
	`ory_kratos_session="`:                                  "",
	"ory_kratos_session=a=b==":                              "a=b==",
	"ory_kratos_session=a; ory_kratos_session=b":            "a",
	"ory_kratos_session=; ory_kratos_session=b":             "",
	"ory_kratos_session; ory_kratos_session=b":              "",
	"ory_kratos_session=\x01; ory_kratos_session=b":         "b", // net/http ignores the first
	`ory_kratos_session=a\b; ory_kratos_session=c`:          "c",
	"ory_kratos_session=é":                                  "",
	"ory_kratos_sessions=a":                                 "",
	"aory_kratos_session=a":                                 "",
	"ORY_KRATOS_SESSION=a":                                  "",
	"x=ory_kratos_session=a":                                "",
	"=ory_kratos_session":                                   "",
	";;ory_kratos_session=a;;":                              "a",
	"a, b=c; ory_kratos_session=a, b":                       "a, b",
	strings.Repeat("x=y; ", 200) + "ory_kratos_session=a":   "a",
	strings.Repeat("x=y; ", 20000) + "ory_kratos_session=a": "", // more than net/http reads
	strings.Repeat(";", 99) + "ory_kratos_session=a":        "a",
	strings.Repeat(";", 100) + "ory_kratos_session=a":       "a",
}

// The credential of a request is what its Browser sends.
func TestTheCredentialIsWhatIsSent(t *testing.T) {
	t.Parallel()
	for line, want := range cookieHeaders {
		if got := checkCredential(t, line); got != want {
			t.Errorf("%.60q: %q, want %q", line, got, want)
		}
	}
}

func FuzzTheCredentialIsWhatIsSent(f *testing.F) {
	for line := range cookieHeaders {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) { checkCredential(t, line) })
}

// checkCredential returns the session cookie of a request, and fails if the Browser of the request
// sends another.
func checkCredential(t *testing.T, line string) string {
	t.Helper()
	var sent []*http.Cookie
	client := kratos.Must(kratos.NewClient("http://kratos", kratos.WithRetries(0), kratos.WithHTTPClient(&http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		sent = r.Cookies()
		return &http.Response{StatusCode: 500, Body: http.NoBody, Request: r}, nil
	})})))
	var first string
	for n, lines := range [][]string{{line}, {"a=b", line}, {line, "ory_kratos_session=other"}} {
		sent = nil
		r := &http.Request{Header: http.Header{"Cookie": lines}}
		c := access.CredentialOf(client, r)
		_, _ = client.Browser(r).ActiveSession(t.Context())
		switch {
		case c.Kind == access.Cookie:
			same := func(s *http.Cookie) bool { return s.Name == c.Name && s.Value == c.Value }
			if !slices.ContainsFunc(sent, same) {
				t.Errorf("%.60q: %q, which is not sent: %v", lines, c.Value, sent)
			}
		case c.Kind == access.None && sent != nil:
			t.Errorf("%.60q: nothing, but %v is sent", lines, sent)
		}
		if n == 0 && c.Kind == access.Cookie {
			first = c.Value
		}
	}
	return first
}
