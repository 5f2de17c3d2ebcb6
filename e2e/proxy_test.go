package e2e

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/e2e/provider"
	"github.com/kratoskit/kratos-go/e2e/server"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A browser goes through all flows on the pages and through the proxy of one site, without a
// request to Kratos itself.
func TestPagesThroughAProxy(t *testing.T) { onBothServers(t, testPagesThroughAProxy) }

func testPagesThroughAProxy(t *testing.T, be backend) {
	t.Parallel()
	s := newSite(t)
	srv := be.start(t, server.Options{UI: s.url})
	client, _ := clients(t, srv)
	s.mux.Handle("/auth/", client.Proxy("/auth"))
	s.addPages(client)
	s.mux.Handle("GET /error", client.ErrorHandler(func(w http.ResponseWriter, _ *http.Request, e *kratos.FlowError) {
		fmt.Fprintf(w, "page error %d %s", e.Error.Code, e.Error.ID)
	}))
	s.mux.HandleFunc("GET /logout", func(w http.ResponseWriter, r *http.Request) {
		browser := client.Browser(r)
		flow, err := browser.CreateLogoutFlow(r.Context(), "")
		browser.SetCookies(w)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, flow.LogoutURL, http.StatusSeeOther)
	})
	s.addHome(client)
	s.failOnOtherHosts()

	p := newPerson()
	where, page := s.open("/registration")
	s.expect("the registration", where, page, "/registration?flow=", "page registration")
	if !strings.HasPrefix(s.action, "/auth/self-service/registration?flow=") {
		t.Fatalf("the form goes to %s", s.action)
	}
	where, page = s.submit(url.Values{"method": {"password"}, "traits.email": {p.Email}, "password": {"x"}})
	s.expect("a password that is too short", where, page, "/registration?flow=", "password 4000032")
	where, page = s.submit(url.Values{"method": {"password"}, "traits.email": {p.Email}, "password": {p.password}})
	s.expect("registered", where, page, "/", "home of ")
	emailedCode(t, srv, p.Email)
	where, page = s.open("/verification")
	s.expect("the verification", where, page, "/verification?flow=", "page verification")
	where, page = s.submit(url.Values{"method": {"code"}, "email": {p.Email}})
	s.expect("a code", where, page, "/verification?flow=", "message 1080003")
	where, page = s.submit(url.Values{"method": {"code"}, "code": {emailedCode(t, srv, p.Email)}})
	s.expect("verified", where, page, "/verification?flow=", "message 1080002")
	where, page = s.open("/settings")
	s.expect("settings", where, page, "/settings?flow=", "page settings")
	where, page = s.submit(url.Values{"method": {"password"}, "password": {"another correct horse"}})
	s.expect("a new password", where, page, "/settings?flow=", "message 1050001")
	where, page = s.open("/auth/sessions/whoami")
	s.expect("whoami", where, page, "/auth/sessions/whoami", p.Email)
	where, page = s.open("/logout")
	s.expect("logged out", where, page, "/login?flow=", "page login")
	where, page = s.open("/settings")
	s.expect("settings without a session", where, page, "/login?flow=", "page login")
	where, page = s.submit(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {"another correct horse"}})
	s.expect("back from the login", where, page, "/settings?flow=", "page settings")
	s.clearCookies()
	s.failOnOtherHosts()

	where, page = s.open("/login?return_to=" + url.QueryEscape(s.url+"/settings"))
	s.expect("the login", where, page, "/login?flow=", "page login")
	csrf := s.csrf
	s.csrf = "wrong"
	where, page = s.submit(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {"another correct horse"}})
	s.expect("a wrong CSRF token", where, page, "/error?id=", "page error 403 security_csrf_violation")
	s.csrf = csrf
	where, page = s.submit(url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {"another correct horse"}})
	s.expect("logged in", where, page, "/settings?flow=", "page settings")

	s.browser.Jar, _ = cookiejar.New(nil)
	where, page = s.open("/recovery")
	s.expect("the recovery", where, page, "/recovery?flow=", "page recovery")
	where, page = s.submit(url.Values{"method": {"code"}, "email": {p.Email}})
	s.expect("a code", where, page, "/recovery?flow=", "message 1060003")
	where, page = s.submit(url.Values{"method": {"code"}, "code": {emailedCode(t, srv, p.Email)}})
	s.expect("recovered", where, page, "/settings?flow=", "page settings")

	for _, path := range []string{"/auth/admin/identities", "/auth/health/ready", "/auth/self-service/%2e%2e/admin/identities", "/auth/schemas"} {
		t.Run(path, func(t *testing.T) {
			if resp, err := s.browser.Get(s.url + path); err != nil || resp.StatusCode != http.StatusNotFound {
				t.Errorf("%v, %v", resp, err)
			}
		})
	}
}

// behindProxy starts a Kratos whose base URL is that of the site's proxy, and returns it with the
// site.
func behindProxy(t *testing.T, config map[string]any, opts ...kratos.Option) (*site, *server.Server, *kratos.Client) {
	t.Helper()
	s := newSite(t)
	all := maps.Clone(config)
	if all == nil {
		all = map[string]any{}
	}
	all["serve"] = map[string]any{"public": map[string]any{"base_url": s.url + "/auth/"}}
	srv := server.ForTest(t, server.Options{UI: s.url, Config: all})
	srv.LogOnFailure(t)
	client, err := kratos.NewClient(srv.PublicURL, append(opts, kratos.WithPublicURL(s.url+"/auth"))...)
	if err != nil {
		t.Fatal(err)
	}
	s.mux.Handle("/auth/", client.Proxy("/auth"))
	s.addPages(client)
	s.addHome(client)
	return s, srv, client
}

// Kratos accepts nearly every string as the id of a provider, and has it in the callback URL.
func TestProvidersOfAnyNameThroughAProxy(t *testing.T) {
	t.Parallel()
	ids := []string{"acme:prod", "a@b.example", "my idp", "café", "a+b", "100%", "a%2Fb", "a;b,c", "(a)!*'", "a&b=c$d", "corp\\idp", "api", "日本語", "a?b#c"}
	idp := provider.ForTest(t)
	config := idp.Config(provider.FromIDToken)
	methods := config["selfservice"].(map[string]any)["methods"].(map[string]any)["oidc"].(map[string]any)["config"].(map[string]any)
	template := methods["providers"].([]map[string]any)[0]
	var providers []map[string]any
	for _, id := range ids {
		p := maps.Clone(template)
		p["id"] = id
		providers = append(providers, p)
	}
	methods["providers"] = providers
	s, _, _ := behindProxy(t, config)
	for _, id := range ids {
		for _, page := range []string{"/registration", "/login"} {
			t.Run(id+" at "+page, func(t *testing.T) {
				s.clearCookies()
				idp.SignIn(newProviderPerson())
				s.open(page)
				where, got := s.submit(url.Values{"provider": {id}})
				s.expect(id+" at "+page, where, got, "/", "home of ")
				if where != "/" || got == "home without session" {
					t.Errorf("%q at %s does not log in", id, page)
				}
			})
		}
	}
}

// A script that submits a native flow to the site gets no session token, and no session is created.
func TestNativeFlowThroughAProxy(t *testing.T) {
	t.Parallel()
	s, srv, client := behindProxy(t, nil)
	_, admin := clients(t, srv)
	p := newPerson()
	id := register(t, client, p).Identity.ID
	sessions := func() (n int) {
		for _, err := range admin.IdentitySessions(t.Context(), id, kratos.ListIdentitySessions{}) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		return n
	}
	before := sessions()
	flow := must(client.Login.Start(t.Context()))(t)
	fields := url.Values{"method": {"password"}, "identifier": {p.Email}, "password": {p.password}}
	for name, browser := range map[string]*http.Client{"without cookies": {}, "with cookies": s.browser} {
		t.Run(name, func(t *testing.T) {
			resp, err := browser.PostForm(s.url+"/auth/self-service/login?flow="+flow.ID, fields)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if strings.Contains(string(body), "ory_st_") || strings.Contains(string(body), "session_token") {
				t.Errorf("status %d with a session token", resp.StatusCode)
			}
		})
	}
	if after := sessions(); after != before {
		t.Errorf("there are %d sessions, and were %d", after, before)
	}
	for _, path := range []string{"/self-service/login/api", "/self-service/logout/api", "/sessions/token-exchange?init_code=a&return_to_code=b"} {
		t.Run(path, func(t *testing.T) {
			if resp, err := http.Get(s.url + "/auth" + path); err != nil || resp.StatusCode != http.StatusNotFound {
				t.Errorf("%v, %v", resp, err)
			}
		})
	}
	// The same submission of a browser flow logs in.
	s.open("/login")
	where, page := s.submit(fields)
	s.expect("a browser's login", where, page, "/", "home of "+id)
}

func TestKratosFilesThroughAProxy(t *testing.T) {
	t.Parallel()
	s, _, _ := behindProxy(t, nil)
	for path, want := range map[string]struct {
		status int
		cached bool
	}{
		"/.well-known/ory/webauthn.js": {200, true},
		"/.well-known/ory/x.js":        {404, false},
		"/sessions/whoami":             {401, false},
		"/self-service/x":              {404, false},
		"/admin/identities":            {404, false},
	} {
		t.Run(path, func(t *testing.T) {
			resp, err := s.browser.Get(s.url + "/auth" + path)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			h := resp.Header
			switch {
			case resp.StatusCode != want.status:
				t.Errorf("status %d, want %d", resp.StatusCode, want.status)
			case (h.Get("Cache-Control") == "no-store") == want.cached:
				t.Errorf("Cache-Control %q, cached: %v", h.Get("Cache-Control"), want.cached)
			case want.cached && (h.Get("Set-Cookie") != "" || h.Get("Vary") != "" || !strings.HasPrefix(h.Get("Content-Type"), "text/javascript")):
				t.Errorf("a header that keeps it out of caches: %v", h)
			}
		})
	}
}

// A form that is sent byte by byte times out.
func TestSlowFormThroughAProxy(t *testing.T) {
	t.Parallel()
	s, _, _ := behindProxy(t, nil, kratos.WithHTTPClient(&http.Client{Timeout: time.Second}))
	for path, want := range map[string]string{"/self-service/login": "HTTP/1.1 504", "/admin/identities": "HTTP/1.1 404"} {
		t.Run(path, func(t *testing.T) {
			conn := must(net.Dial("tcp", strings.TrimPrefix(s.url, "http://")))(t)
			t.Cleanup(func() { _ = conn.Close() })
			_ = conn.SetDeadline(time.Now().Add(time.Minute))
			fmt.Fprintf(conn, "POST /auth%s HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n", path)
			go func() {
				for err := error(nil); err == nil; time.Sleep(100 * time.Millisecond) {
					_, err = conn.Write([]byte("x"))
				}
			}()
			line, err := bufio.NewReader(conn).ReadString('\n')
			if !strings.HasPrefix(line, want) {
				t.Errorf("%q, %v", line, err)
			}
		})
	}
}
