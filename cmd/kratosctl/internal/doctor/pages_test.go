package doctor

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// publicAPI is a public API at any https host, with the cookies and the login page of a case.
func publicAPI(domain, page string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		cookie := "csrf_token_x=a; Path=/; HttpOnly; Secure; SameSite=Lax"
		if domain != "" {
			cookie += "; Domain=" + domain
		}
		switch {
		case r.URL.Path == "/sessions/whoami":
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"error":{"code":401}}`)
		case strings.HasPrefix(r.URL.Path, "/admin/"):
			http.NotFound(w, r)
		case r.Header.Get("Accept") == "text/html":
			w.Header().Set("Location", page+"?flow=1")
			w.WriteHeader(http.StatusSeeOther)
		case strings.HasPrefix(r.URL.Path, "/self-service/"):
			w.Header().Set("Set-Cookie", cookie)
			_, _ = io.WriteString(w, `{"id":"1","ui":{"action":"https://auth.example.org/self-service/login"}}`)
		}
	}
}

// everywhere returns a transport that leads all hosts to a handler.
func everywhere(t *testing.T, handler http.Handler) http.RoundTripper {
	t.Helper()
	srv := httptest.NewTLSServer(handler)
	t.Cleanup(srv.Close)
	return &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", srv.Listener.Addr().String())
		},
	}
}

// A page has to be where browsers send the cookies of Kratos.
func TestPageHosts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		domain, page string
		want         bool
	}{
		"at the site":                                  {"example.org", "https://www.example.org/login", false},
		"at a subdomain that gets the cookies":         {"example.org", "https://login.example.org/login", false},
		"at a subdomain, and the domain has a dot":     {".Example.org", "https://login.example.org/login", false},
		"at --public":                                  {"", "https://auth.example.org/ui/login", false},
		"at another port of --public":                  {"", "https://auth.example.org:8443/login", false},
		"at a subdomain that does not get the cookies": {"", "https://login.example.org/login", true},
		"at a sibling of the domain":                   {"auth.example.org", "https://login.example.org/login", true},
		"at another site":                              {"example.org", "https://login.example.com/login", true},
		"at a subdomain without https":                 {"example.org", "http://login.example.org/login", true},
		"at a host that ends like the domain":          {"example.org", "https://badexample.org/login", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, err := newConfig(t, "selfservice: {flows: {settings: {ui_url: \""+c.page+"\"}}}\n")
			if err != nil {
				t.Fatal(err)
			}
			findings, err := Run(t.Context(), Options{
				Public: "https://auth.example.org", Site: "https://www.example.org", Config: config, Transport: everywhere(t, publicAPI(c.domain, c.page)),
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, flow := range []string{"login", "settings"} {
				found := slices.ContainsFunc(findings, func(f Finding) bool { return f.ID == "page-host" && strings.Contains(f.What, " "+flow+" flow") })
				if found != c.want {
					t.Errorf("%s: page-host is %v, want %v", flow, found, c.want)
				}
			}
		})
	}
}

// Without --public, the domain of the cookies is that of the configuration.
func TestPageHostsOfTheConfiguration(t *testing.T) {
	t.Parallel()
	for cookies, want := range map[string]bool{"cookies: {domain: example.org}\n": false, "": true} {
		config, err := newConfig(t, cookies+"selfservice: {flows: {settings: {ui_url: \"https://login.example.org/settings\"}}}\n")
		if err != nil {
			t.Fatal(err)
		}
		findings, err := Run(t.Context(), Options{Site: "https://www.example.org", Config: config})
		if found := strings.Contains(ids(findings), "page-host"); err != nil || found != want {
			t.Errorf("%q: %v, want %v (%v)", cookies, found, want, err)
		}
	}
}

// An admin API at the public host is exposed unless a gateway requires its token.
func TestAdminAtThePublicHost(t *testing.T) {
	t.Parallel()
	const token = "a-token"
	gateway := func(protected bool) http.HandlerFunc {
		public := publicAPI("example.org", "https://www.example.org/login")
		return func(w http.ResponseWriter, r *http.Request) {
			switch {
			case !strings.HasPrefix(r.URL.Path, "/kratos-admin/"):
				public(w, r)
			case protected && r.Header.Get("Authorization") != "Bearer "+token:
				http.Error(w, "no token", http.StatusUnauthorized)
			case strings.HasPrefix(r.URL.Path, "/kratos-admin/admin/identities"):
				_, _ = io.WriteString(w, `[]`)
			default:
				http.NotFound(w, r)
			}
		}
	}
	for name, c := range map[string]struct{ protected, want bool }{
		"behind a gateway that requires a token": {true, false},
		"without a gateway":                      {false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			findings, err := Run(t.Context(), Options{
				Public: "https://auth.example.org", Admin: "https://auth.example.org/kratos-admin", AdminToken: token, Transport: everywhere(t, gateway(c.protected)),
			})
			list := strings.Fields(ids(findings))
			if err != nil || slices.Contains(list, "admin-exposed") != c.want || slices.Contains(list, "not-kratos") {
				t.Errorf("%v, %v", list, err)
			}
		})
	}
}
