package kratos_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// led is where a site sends a browser for a reference from Kratos: in a Location with each status,
// and in JSON.
type led struct {
	status   int
	location string
	body     string
}

// leadBy returns how a reference is rewritten. The client's base URL is base.
func leadBy(t *testing.T, base, prefix, host, ref string, opts ...kratos.Option) (locations []led, member led) {
	t.Helper()
	var status int
	backend := roundTrip(func(r *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r}
		text, err := json.Marshal(map[string]any{"a": 1, "flow": map[string]string{"url": ref}})
		if status != 400 {
			resp.Header.Set("Location", ref)
			text = []byte(`{}`)
		}
		resp.Body = io.NopCloser(strings.NewReader(string(text)))
		return resp, err
	})
	client, err := kratos.NewClient(base, append(opts, kratos.WithHTTPClient(&http.Client{Transport: backend}))...)
	if err != nil {
		t.Fatal(err)
	}
	site := client.Proxy(prefix)
	for _, status = range []int{200, 201, 301, 302, 303, 307, 308, 400} {
		r := httptest.NewRequest("GET", prefix+"/self-service/login/browser", nil)
		r.Host = host
		w := ask(site, r)
		result := led{w.Code, w.Header().Get("Location"), w.Body.String()}
		if status == 400 {
			return locations, result
		}
		locations = append(locations, result)
	}
	return nil, led{}
}

func TestNoWayToTheAdminAPIThroughAProxy(t *testing.T) {
	t.Parallel()
	const base = "http://kratos.internal:4433/base"
	public := kratos.WithPublicURL("https://id.example.org/base")
	for _, ref := range []string{
		// paths
		"/admin/x", "/admin", "/admin/", "/admin?a=b", "/admin#x", "/base/admin/x", "/Admin/x", "/ADMIN/identities", "/%61dmin/x", "/%2561dmin/x", "/./admin/x", "/x/../admin/x", "/x/%2e%2e/admin/x", "/%2e/admin",
		"/.%2e/admin/x", "/self-service/../admin/x", "/self-service/..%2fadmin/x", "/self-service/..%5cadmin", "/self-service/..;/admin", `/self-service\..\..\admin`, "/admin;a=b/x", "/admin%2fx", "/admin%00", "/admin%20/x", "/admin%09",
		`\admin\x`, "\t/admin/x", " /admin/x ", "/ad\nmin/x", "/\tadmin", "\x00/admin", "\x1f/admin", "../../admin/x", "../../../../../admin/x", "..\\..\\admin", "./../../admin", "%2e%2e/%2e%2e/admin",
		"/identities", "/identities/5a2b", "/schemas/person", "/health/ready", "/version", "/metrics/prometheus", "/courier/messages", "/sessions/5a2b/x", "/sessions/token-exchange", "/self-service/login/api", "/self-service", "/self-service//login",
		"/.well-known/ory", "/.well-known/ory/a/b",
		// the host, in many ways
		"http://kratos.internal:4433/admin/x", "http://kratos.internal:4433/base/admin/x", "http://kratos.internal:4433/base/%61dmin/x", "http://kratos.internal:4433//admin/x", "http://kratos.internal:4433/./admin/x",
		"http://kratos.internal:4433/base/self-service/../admin/x", "http://kratos.internal:4433/base/self-service/%2E%2e/admin/x", "http://kratos.internal:4433", "http://kratos.internal:4433/", "http://kratos.internal:4433?x", "http://kratos.internal:4433#x",
		"http://kratos.internal:4433/ui/login", "http://kratos.internal:4433/self-service/login", "http://kratos.internal:4433/basement/self-service/login", "http://kratos.internal:4433/base/self-service/login/api", "http://kratos.internal:4433/base/version",
		"http://kratos.internal:4433/base/sessions/token-exchange", "HTTP://KRATOS.INTERNAL:4433/admin", "hTTp://Kratos.Internal:4433/admin", "http://kratos.internal.:4433/admin", "http://kratos.internal:04433/admin", "http://kratos.internal:4433/%",
		"http://%6bratos.internal:4433/admin", "http://kratos%2einternal:4433/admin", "http://ada@kratos.internal:4433/admin", "http://ada:pw@kratos.internal:4433/admin", "http://app.example.org@kratos.internal:4433/admin", "http://a@b@kratos.internal:4433/",
		"http://app.example.org:443@kratos.internal:4433/", "https://kratos.internal:4433/admin", "ws://kratos.internal:4433/admin", "wss://kratos.internal:4433/admin", "//kratos.internal:4433/admin/x", "///kratos.internal:4433/admin/x",
		`\\kratos.internal:4433\admin`, `/\kratos.internal:4433/admin`, `\/kratos.internal:4433/admin`, `http:\\kratos.internal:4433\admin`, `http:/\kratos.internal:4433/admin`, "http:////kratos.internal:4433/admin", "http:kratos.internal:4433/admin",
		"http:/kratos.internal:4433/admin", "http:/admin", "http:admin", "https:/admin", "\thttp://kratos.internal:4433/admin", "ht\ntp://kratos.internal:4433/admin", "http:/\t/kratos.internal:4433/admin", "http://kra\ttos.internal:4433/admin", " http://kratos.internal:4433/admin",
		"\x01http://kratos.internal:4433/admin", "http://kratos.internal:4433\\admin", "http://kratos.internal:4433?/../admin", "http://\uff4bratos.internal:4433/admin", "http://kratos\u3002internal:4433/admin", "http://kra\u00adtos.internal:4433/admin",
		"http://\u212aratos.internal:4433/admin", "http://krato\u017f.internal:4433/admin", "http://%EF%BD%8Bratos.internal:4433/", "http://kratos.internal:4433/admin\x00", "http://kratos.internal:4433/\xff",
		// the host by its public name
		"https://id.example.org/admin/x", "https://id.example.org:443/x", "http://id.example.org/base/admin", "https://id.example.org/base", "https://id.example.org/base/", "//id.example.org/base/welcome", "https://ID.example.org./",
		// the admin port of the same host
		"http://kratos.internal:4434/admin/identities", "http://kratos.internal/admin", "http://kratos.internal:4434//admin/x", "http://kratos.internal:4434/%61dmin", "https://id.example.org:4434/admin/x", "//kratos.internal:4434/admin",
	} {
		t.Run(ref, func(t *testing.T) {
			locations, member := leadBy(t, base, "/auth", "app.example.org", ref, public)
			for _, l := range locations {
				if l.status != 502 || l.location != "" {
					t.Errorf("a redirect leads on: status %d to %q", l.status, l.location)
					break
				}
				if strings.Contains(strings.ToLower(l.body), "admin") {
					t.Errorf("the error page names the place: %s", l.body)
					break
				}
			}
			dropped := member.status == 400 && member.body == `{"a":1,"flow":{"url":""}}`
			if member.status != 502 && !dropped {
				t.Errorf("a URL %q leads on: status %d, %s", ref, member.status, member.body)
			}
		})
	}
}

// The host of Kratos may be written as an address in several ways.
func TestNoWayToTheAddressOfKratosThroughAProxy(t *testing.T) {
	t.Parallel()
	for base, refs := range map[string][]string{
		"http://127.0.0.1:4433": {
			"http://127.0.0.1:4433/ui", "http://localhost:4433/ui", "http://LOCALHOST.:4433/", "http://a.localhost:4433/", "http://127.1:4433/", "http://127.0.1:4433/", "http://2130706433:4433/", "http://0x7f000001:4433/", "http://0x7f.0.0.1:4433/",
			"http://0177.0.0.1:4433/", "http://127.0.0.01:4433/", "http://[::1]:4433/", "http://[0:0:0:0:0:0:0:1]:4433/", "http://[::ffff:127.0.0.1]:4433/", "http://[::ffff:7f00:1]:4433/", "http://127.0.0.2:4433/", "http://0.0.0.0:4433/", "http://[::]:4433/",
			"http://127.0.0.1.:4433/", "http://%31%32%37.0.0.1:4433/", "http://\uff11\uff12\uff17.0.0.1:4433/", "http://127\u30020.0.1:4433/", "//127.0.0.1:4433", "http://0x:4433/", "http://127.0.0.0x1:4433/",
		},
		"https://192.0.2.7":              {"https://192.0.2.7/x", "https://192.0.2.7:443/x", "http://192.0.2.7/x", "https://3221225991/x", "https://192.0.519/x", "https://[::ffff:192.0.2.7]/x", "//192.0.2.7/x"},
		"http://[2001:db8::1]:4433":      {"http://[2001:db8::1]:4433/x", "http://[2001:DB8:0:0::1]:4433/x", "http://[2001:0db8:0000:0000:0000:0000:0000:0001]:4433/x"},
		"https://kratos.example.org:443": {"https://kratos.example.org/x", "https://kratos.example.org:/x", "https://kratos.example.org:0443/x", "http://kratos.example.org:80/x"},
	} {
		t.Run(base, func(t *testing.T) {
			for _, ref := range refs {
				locations, member := leadBy(t, base, "/auth", "app.example.org", ref)
				if locations[4].status != 502 || member.body != `{"a":1,"flow":{"url":""}}` {
					t.Errorf("%s for %s: status %d to %q; %s", ref, base, locations[4].status, locations[4].location, member.body)
				}
			}
		})
	}
}

func TestWhereAProxyLetsBrowsersGo(t *testing.T) {
	t.Parallel()
	type where struct{ base, public, prefix, host string }
	other := where{"http://kratos.internal:4433/base", "https://id.example.org/base", "/auth", "app.example.org"}
	below := where{"http://kratos.internal:4433", "https://app.example.org/auth", "/auth", "10.0.0.1:8080"} // behind a load balancer
	atRoot := where{"http://kratos.internal:4433", "https://app.example.org", "", "app.example.org"}
	local := where{"http://127.0.0.1:4433", "", "/auth", "127.0.0.1:4455"}
	shared := where{"https://app.example.org/kratos", "", "/auth", "app.example.org"}                             // Kratos has a path of the site's host
	twoPaths := where{"https://app.example.org/kratos", "https://app.example.org/auth", "/auth", "10.0.0.1:8080"} // and the proxy another
	for _, tc := range []struct {
		where
		ref, want string
	}{
		{other, "https://app.example.org/login?flow=f", ""},
		{other, "https://app.example.org/admin/x", ""},
		{other, "http://app.example.org:8080/ui/../login", ""},
		{other, "/login?flow=f", ""},
		{other, "/recovery?flow=f", ""},
		{other, "/", ""},
		{other, "/administration", ""},
		{other, "/auth/self-service/login/browser", ""},
		{other, "https://idp.example.org/oauth2/auth?redirect_uri=https%3A%2F%2Fid.example.org%2Fbase%2Fadmin&x=http://kratos.internal:4433/admin#http://kratos.internal:4433/admin", ""},
		{other, "https://kratos.internal.example.org:4433/admin", ""},
		{other, "https://notkratos.internal:4433/admin", ""},
		{other, "https://m%C3%BCnchen.example/auth", ""},
		{other, "https://\u4f8b\u3048.example/auth", ""},
		{other, "https://192.0.2.1/auth", ""},
		{other, "https://1x.example/auth", ""},
		{other, "myapp://kratos.internal:4433/admin?code=c", ""},
		{other, "com.example.app:/callback?code=c", ""},
		{other, "mailto:a@kratos.internal", ""},
		{other, "data:image/png;base64,AAAA", ""},
		{other, "http://kratos.internal:4433/base/self-service/login?flow=f#x", "/auth/self-service/login?flow=f#x"},
		{other, "//id.example.org/base/sessions/whoami", "/auth/sessions/whoami"},
		{other, "http://kratos.internal:4433/base/x/../sessions/whoami", "/auth/sessions/whoami"},
		{other, `http:\\kratos.internal:4433\base\sessions\whoami`, "/auth/sessions/whoami"},
		{other, "http://kratos.internal:4433/base/self-service/login?a= b", "/auth/self-service/login?a=%20b"},
		{below, "https://app.example.org/auth/self-service/login?flow=f", "/auth/self-service/login?flow=f"},
		{below, "https://app.example.org/login?flow=f", ""},
		{below, "https://app.example.org/admin/dashboard", ""},
		{below, "https://app.example.org/", ""},
		{atRoot, "https://app.example.org/self-service/login?flow=f", "/self-service/login?flow=f"},
		{atRoot, "https://app.example.org/login?flow=f", ""},
		{atRoot, "https://app.example.org/", ""},
		{local, "http://127.0.0.1:4455/login?flow=f", ""},
		{local, "http://127.0.0.1:4455/admin/x", ""},
		{local, "http://localhost:4433/self-service/login?flow=f", "/auth/self-service/login?flow=f"},
		{local, "http://127.0.0.1:4456/oidc/auth", ""},
		{shared, "https://app.example.org/login", ""},
		{shared, "https://app.example.org/admin/x", ""},
		{shared, "https://app.example.org/kratos/sessions/whoami", "/auth/sessions/whoami"},
		{twoPaths, "https://app.example.org/auth/sessions/whoami", "/auth/sessions/whoami"},
		{twoPaths, "https://app.example.org/kratos/sessions/whoami", "/auth/sessions/whoami"},
	} {
		t.Run(tc.host+tc.prefix+", "+tc.ref, func(t *testing.T) {
			var opts []kratos.Option
			if tc.public != "" {
				opts = append(opts, kratos.WithPublicURL(tc.public))
			}
			want := tc.want
			if want == "" {
				want = tc.ref
			}
			locations, member := leadBy(t, tc.base, tc.prefix, tc.host, tc.ref, opts...)
			for _, l := range locations {
				if l.location != want {
					t.Errorf("with a status, it leads to %q (%d), want %q", l.location, l.status, want)
					break
				}
			}
			var body struct{ Flow struct{ URL string } }
			if err := json.Unmarshal([]byte(member.body), &body); err != nil || body.Flow.URL != want {
				t.Errorf("in JSON it leads to %q, want %q", body.Flow.URL, want)
			}
		})
	}
	for _, tc := range []where{atRoot, below} {
		for _, ref := range []string{"/admin/x", tc.public + "/admin/x", tc.public + "/identities", "https://app.example.org:4434/admin/x"} {
			t.Run(tc.host+", "+ref, func(t *testing.T) {
				if locations, _ := leadBy(t, tc.base, tc.prefix, tc.host, ref, kratos.WithPublicURL(tc.public)); locations[0].status != 502 {
					t.Errorf("%s leads to %q", ref, locations[0].location)
				}
			})
		}
	}
}
