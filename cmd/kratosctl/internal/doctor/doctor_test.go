package doctor

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func ids(findings []Finding) string {
	var list []string
	for _, f := range findings {
		list = append(list, f.ID)
	}
	return strings.Join(list, " ")
}

// Without a server, the checks of the configuration run, and the others are reported as not
// possible.
func TestRunWithAConfigurationOnly(t *testing.T) {
	t.Parallel()
	config, err := newConfig(t, "dsn: memory\nserve: {admin: {host: 127.0.0.1}}\nselfservice: {methods: {password: {enabled: false}}}\nsecrets: {default: [\"${SECRET}\"]}\n")
	if err != nil {
		t.Fatal(err)
	}
	findings, err := Run(t.Context(), Options{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := ids(findings), "dsn-memory not-checked not-checked not-checked"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for i, flag := range []string{"--public", "--admin", "--site"} {
		if f := findings[i+1]; f.Fix != "add "+flag || !strings.Contains(f.What, "without "+flag) {
			t.Errorf("%s: %+v", flag, f)
		}
	}
	if findings[0].Evidence != `0.yml:1: dsn: "memory"` {
		t.Errorf("%+v", findings[0])
	}
}

func TestRunRefusesOptions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts Options
		want string
	}{
		"no option":                {Options{}, "doctor needs --public, --admin or --config"},
		"a site alone":             {Options{Site: "https://example.org"}, "doctor needs"},
		"a URL without a scheme":   {Options{Public: "localhost:4433"}, "--public is not a URL"},
		"a URL without a host":     {Options{Admin: "http://"}, "--admin is not a URL"},
		"a URL with a password":    {Options{Public: "https://a:hunter2@example.org"}, "--public must not have a user"},
		"a URL with a query":       {Options{Public: "https://example.org?token=hunter2"}, "--public must not have a user, a query"},
		"an unknown kind":          {Options{Public: "https://example.org", Ignore: []string{"x"}}, `--ignore: there is not a finding "x"`},
		"a server that is not up":  {Options{Public: "http://127.0.0.1:1", Ignore: []string{"unreachable"}}, "nothing can be examined: --public cannot be reached"},
		"a server that is another": {Options{Admin: otherServer(t)}, "nothing can be examined: --admin is not a Kratos"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Run(t.Context(), c.opts)
			if err == nil || !strings.HasPrefix(err.Error(), "kratos: ") || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func otherServer(t *testing.T) string {
	t.Helper()
	srv := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	t.Cleanup(srv.Close)
	if _, err := Run(ctx, Options{Public: srv.URL}); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("%v", err)
	}
}

// Whatever a server sends, nothing of its bodies, cookies and queries is reported, and nothing
// hangs or panics.
func TestRunWithHostileServers(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	flow := `{"id":"` + secret + `","issued_at":"2020-01-01T00:00:00Z","ui":{"action":"https://x.example/a?flow=` + secret + `","nodes":[
		{"group":"password","attributes":{"name":"csrf_token","value":"` + secret + `"}},
		{"group":"passkey","attributes":{"name":"passkey_challenge","value":"{\"publicKey\":{\"challenge\":\"` + secret + `\",\"rpId\":\"x.example\"}}"}},
		{"group":"passkey","attributes":{"name":"n","value":5}}]}}`
	for name, handler := range map[string]http.HandlerFunc{
		"a form full of secrets": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Set-Cookie", "csrf_token_x="+secret+"; Domain=com; Path=/x; SameSite=None")
			w.Header().Set("Location", "https://x.example/login?flow="+secret)
			switch {
			case r.URL.Path == "/sessions/whoami":
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, `{"error":{"code":401,"id":"`+secret+`","reason":"`+secret+`"}}`)
			case r.Header.Get("Accept") == "text/html":
				w.WriteHeader(http.StatusSeeOther)
			case r.Method == http.MethodPost:
				w.WriteHeader(http.StatusTeapot)
				_, _ = io.WriteString(w, `{"error":{"code":500,"id":"`+secret+`"}}`)
			default:
				_, _ = io.WriteString(w, flow)
			}
		},
		"nulls and wrong types": func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/sessions/whoami" {
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, `{"error":{"code":401}}`)
				return
			}
			_, _ = io.WriteString(w, `{"id":"a","ui":{"action":"::`+secret+`","nodes":[null,{"attributes":null}]}}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(handler)
			t.Cleanup(srv.Close)
			findings, err := Run(t.Context(), Options{Public: srv.URL, Site: "http://localhost:1"})
			if err != nil || len(findings) == 0 {
				t.Fatalf("%d findings, %v", len(findings), err)
			}
			for _, f := range findings {
				if strings.Contains(f.What+f.Why+f.Fix+f.Evidence, secret) {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// The token of the admin API goes to the admin API only.
func TestRunSendsTheAdminTokenToAdminOnly(t *testing.T) {
	t.Parallel()
	var leaked, sent []string
	public := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		leaked = append(leaked, r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":{"code":401}}`)
	}))
	admin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Get("Authorization"))
		_, _ = io.WriteString(w, `[]`)
	}))
	t.Cleanup(public.Close)
	t.Cleanup(admin.Close)
	if _, err := Run(t.Context(), Options{Public: public.URL, Admin: admin.URL, AdminToken: "a-token"}); err != nil {
		t.Fatal(err)
	}
	if len(leaked) == 0 || slices.ContainsFunc(leaked, func(s string) bool { return s != "" }) {
		t.Errorf("--public got %q", leaked)
	}
	if len(sent) == 0 || slices.ContainsFunc(sent, func(s string) bool { return s != "Bearer a-token" }) {
		t.Errorf("--admin got %q", sent)
	}
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	for want, severities := range [][]Severity{{Info, Info}, {Info, Warning, Info}, {Warning, Error, Info}} {
		var findings []Finding
		for _, s := range severities {
			findings = append(findings, Finding{Severity: s})
		}
		if got := ExitStatus(findings); got != want {
			t.Errorf("%v: %d, want %d", severities, got, want)
		}
	}
	if ExitStatus(nil) != 0 {
		t.Error("no finding is not 0")
	}
}
