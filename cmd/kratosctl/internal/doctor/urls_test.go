package doctor

import (
	"net/http"
	"testing"
)

func TestOrigin(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://Example.org/a?b=c":  "https://example.org",
		"https://example.org:443/":   "https://example.org",
		"http://example.org:80":      "http://example.org",
		"http://example.org:443":     "http://example.org:443",
		"https://u:p@example.org:8/": "https://example.org:8",
		"http://[::1]:4433/x":        "http://[::1]:4433",
	} {
		if got := origin(raw); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
}

func TestSameSite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"https://auth.example.org", "https://www.example.org", true},
		{"https://example.org", "https://www.example.org:8443", true},
		{"https://auth.example.org", "http://www.example.org", false},
		{"https://a.example.co.uk", "https://b.example.co.uk", true},
		{"https://a.co.uk", "https://b.co.uk", false},
		{"https://a.github.io", "https://b.github.io", false},
		{"http://127.0.0.1:4433", "http://127.0.0.1:3000", true},
		{"http://127.0.0.1", "http://127.0.0.2", false},
		{"http://127.0.0.1", "http://localhost", false},
	} {
		if got := sameSite(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}

func TestIsBelow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		url, base string
		want      bool
	}{
		{"https://a.example/self-service/login?flow=1", "https://a.example", true},
		{"https://a.example:443/x", "https://a.example", true},
		{"https://a.example/auth/x", "https://a.example/auth", true},
		{"https://a.example/authors", "https://a.example/auth", false},
		{"http://a.example/x", "https://a.example", false},
		{"https://b.example/x", "https://a.example", false},
		{"::", "https://a.example", false},
	} {
		if got := isBelow(c.url, c.base); got != c.want {
			t.Errorf("%s below %s: %v", c.url, c.base, got)
		}
	}
}

// The domains of cookies that browsers accept.
func TestCheckDomain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		public, domain string
		accepted       bool
	}{
		{"https://auth.example.org", "", true},
		{"https://auth.example.org", "example.org", true},
		{"https://auth.example.org", ".Example.org", true},
		{"https://auth.example.org", "auth.example.org", true},
		{"https://auth.example.org", "www.example.org", false},
		{"https://auth.example.org", "ample.org", false},
		{"https://auth.example.org", "org", false},
		{"https://a.github.io", "github.io", false},
		{"http://127.0.0.1:4433", "127.0.0.1", true},
		{"http://127.0.0.1:4433", "0.0.1", false},
		{"http://localhost:4433", "localhost", true},
	} {
		e := &exam{public: c.public}
		e.checkDomain(asCookie(&http.Cookie{Name: "c", Domain: c.domain}))
		if accepted := len(e.findings) == 0; accepted != c.accepted {
			t.Errorf("%s of %s: %v", c.domain, c.public, accepted)
		}
	}
}

func TestRelyingParty(t *testing.T) {
	t.Parallel()
	for options, want := range map[string]string{
		`{"publicKey":{"rpId":"Example.org"}}`:                              "example.org",
		`{"publicKey":{"rp":{"id":"example.org"}}}`:                         "example.org",
		`{"credentialOptions":{"publicKey":{"rp":{"id":"a.example.org"}}}}`: "a.example.org",
		`{"other":1}`:       "",
		`{"publicKey":"x"}`: "",
		`{`:                 "",
		"text":              "",
		"":                  "",
	} {
		if got := relyingParty(options); got != want {
			t.Errorf("%s: %q, want %q", options, got, want)
		}
	}
}

func TestIsKnownSecret(t *testing.T) {
	t.Parallel()
	for secret, want := range map[string]bool{
		"PLEASE-CHANGE-ME-I-AM-VERY-INSECURE":     true,
		"32-LONG-SECRET-NOT-SECURE-AT-ALL":        true,
		"aaaaaaaaaaaaaaaaaaaaaaaa":                true,
		"12345678901234567890":                    true,
		"my-company-password-2026":                true,
		"9f86d081884c7d659a2feaa0c55ad015":        false,
		"J7sRkq0zqv0Xn3wYbHf2gT6mLdPe8uVa":        false,
		"correct horse battery staple, and so on": false,
	} {
		if got := isKnownSecret(secret); got != want {
			t.Errorf("%s: %v", secret, got)
		}
	}
}
