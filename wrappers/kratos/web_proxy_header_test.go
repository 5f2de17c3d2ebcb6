package kratos_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

func TestRequestHeadersThroughAProxy(t *testing.T) {
	t.Parallel()
	var got http.Header
	site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		reply{status: 200, body: `{}`}.ServeHTTP(w, r)
	}), kratos.WithProxyHeaders("cf-ipcountry", "X-Tenant"))
	for _, name := range []string{
		"Accept", "Accept-Language", "Content-Type", "Origin", "Referer", "User-Agent", "X-Csrf-Token", "X-Session-Token", "X-Request-Id", "Traceparent", "Tracestate", "Sec-Fetch-Site",
		"Sec-Ch-Ua", "Sec-Gpc", "If-None-Match", "If-Modified-Since", "Access-Control-Request-Method", "Access-Control-Request-Headers",
		"Cf-Ipcountry", "X-Tenant", // by the option
	} {
		t.Run(name, func(t *testing.T) {
			got = nil
			r := httptest.NewRequest("GET", "/auth/sessions/whoami", nil)
			r.Header[name] = []string{"sent", "again"}
			ask(site, r)
			if first, _, _ := strings.Cut(got.Get(name), ","); first != "sent" {
				t.Errorf("%s does not pass: %v", name, got)
			}
			if !slices.Contains([]string{"X-Tenant", "Cf-Ipcountry"}, name) && len(got.Values(name)) != 1 {
				t.Errorf("%s passes twice: %q", name, got.Values(name))
			}
		})
	}
	for _, name := range []string{
		"Authorization", "Proxy-Authorization", "X-Session-Cookie", "X_session_token", "X_Session_Token", "x-session-token", "X-Session-Token ", "Session-Token", "X-Api-Key", "Cookie2", "X-User-Id",
		"Keep-Alive", "Te", "Trailer", "Upgrade", "Http2-Settings", "Sec-Websocket-Key", "Sec-Websocket-Version", "Sec_fetch_site", "Sec-Fetch_Site", "Via", "Max-Forwards", "Expect", "Range", "If-Range", "If-Unknown",
		"Content-Encoding", "Content-Range", "Content-Location", "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Forwarded-Port", "X-Forwarded-User", "X-Forwarded-Ssl", "X-Forwarded-Uri", "X_forwarded_for",
		"Forwarded", "X-Real-Ip", "Client-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "Cf-Ipcity", "Cf-Iplatitude", "Fastly-Client-Ip", "X-Original-Url", "X-Rewrite-Url",
		"X-Original-Host", "X-Host", "X-Http-Method-Override", "X-Http-Method", "X-Method-Override", "Idempotency-Key", "X-Idempotency-Key", "Ory-Base-Url-Rewrite", "Ory-Base-Url-Rewrite-Token",
		"Ory-No-Custom-Domain-Redirect", "X-Kratos-Authenticated-Identity-Id", "X-Requested-With", "Dnt", "Pragma", "Cache-Control", "Baggage", "Uber-Trace-Id", "Surrogate-Capability", "X-Anything", "Cf-Ipcountry2",
	} {
		t.Run(name, func(t *testing.T) {
			got = nil
			r := httptest.NewRequest("GET", "/auth/sessions/whoami", nil)
			r.Header[name] = []string{"s3cret"}
			if w := ask(site, r); w.Code != 200 {
				t.Errorf("status %d", w.Code)
			}
			for have, values := range got {
				if strings.Contains(strings.Join(values, ""), "s3cret") {
					t.Errorf("%s passes as %s", name, have)
				}
			}
		})
	}

	// What a header Connection names is of that connection, but it takes nothing away that the
	// proxy itself says.
	r := httptest.NewRequest("GET", "/auth/sessions/whoami", nil)
	r.Header = http.Header{"Connection": {"x-session-token , X-Tenant", "Cookie, X-Forwarded-For"}, "X-Session-Token": {"t"}, "X-Tenant": {"t"}, "Cookie": {"ory_kratos_session=s"}}
	ask(site, r)
	if got.Get("X-Session-Token")+got.Get("X-Tenant")+got.Get("Cookie") != "" || got.Get("X-Forwarded-For") != "192.0.2.1" {
		t.Errorf("headers of the connection pass: %v", got)
	}
}

func TestWhereARequestComesFromThroughAProxy(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ public, host, wantProto, wantHost string }{
		"the browser's Host":                   {"", "app.example.org:8443", "http", "app.example.org:8443"},
		"a malformed Host":                     {"", `evil"><script>`, "http", ""},
		"no Host":                              {"", "", "http", ""},
		"another public URL":                   {"https://id.example.org/kratos", "app.example.org", "http", "app.example.org"},
		"a public URL that is the site's":      {"https://app.example.org/auth", "evil.example", "https", "app.example.org"},
		"the same with a slash at its end":     {"https://app.example.org/auth/", "evil.example", "https", "app.example.org"},
		"an address of the sixth version":      {"", "[2001:db8::1]:80", "http", "[2001:db8::1]:80"},
		"a Host with characters of a sentence": {"", "a, b", "http", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got http.Header
			var opts []kratos.Option
			if tc.public != "" {
				opts = append(opts, kratos.WithPublicURL(tc.public))
			}
			site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				got = r.Header
				reply{status: 200, body: `{}`}.ServeHTTP(w, r)
			}), opts...)
			r := httptest.NewRequest("GET", "/auth/sessions/whoami", nil)
			r.Host = tc.host
			r.Header = http.Header{"X-Forwarded-Host": {"evil.example"}, "X-Forwarded-Proto": {"gopher"}, "X-Forwarded-For": {"192.0.2.77"}}
			ask(site, r)
			switch {
			case got.Get("X-Forwarded-Host") != tc.wantHost:
				t.Errorf("X-Forwarded-Host %q, want %q", got.Get("X-Forwarded-Host"), tc.wantHost)
			case got.Get("X-Forwarded-Proto") != tc.wantProto:
				t.Errorf("X-Forwarded-Proto %q, want %q", got.Get("X-Forwarded-Proto"), tc.wantProto)
			case strings.Join(got.Values("X-Forwarded-For"), ";") != "192.0.2.1":
				t.Errorf(`X-Forwarded-For %q, want "192.0.2.1"`, got.Values("X-Forwarded-For"))
			}
		})
	}
}

func TestHeadersThatNoOptionLetsThroughAProxy(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", " ", "X Tenant", "X-Tenant:", "X-Ténant", "X-Tenant\r\n", "X_Tenant", "x_session_token", "Cookie", "cookie", "COOKIE", "Set-Cookie", "Authorization", "authorization", "Proxy-Authorization", "Proxy-Authenticate", "Connection",
		"Proxy-Connection", "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Host", "Content-Length", "Content-Encoding", "Accept-Encoding", "Expect", "Range", "If-Range",
		"Via", "Forwarded", "X-Forwarded-For", "x-forwarded-for", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Anything", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "Client-IP", "X-Original-URL",
		"X-Rewrite-URL", "X-HTTP-Method-Override", "Idempotency-Key", "X-Idempotency-Key", "Ory-Base-URL-Rewrite", "X-Session-Cookie", "Sec-WebSocket-Key", "X-Kratos-Authenticated-Identity-Id",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := kratos.NewClient("http://kratos", kratos.WithProxyHeaders("X-Tenant", name))
			if !errors.Is(err, kratos.ErrInvalidArgument) {
				t.Error(err)
			}
		})
	}
	for _, name := range []string{"X-Tenant", "baggage", "B3", "x-requested-with", "Cf-Ipcity", "Accept", "X-Session-Token", "DPoP"} {
		t.Run(name, func(t *testing.T) {
			if _, err := kratos.NewClient("http://kratos", kratos.WithProxyHeaders(name)); err != nil {
				t.Error(err)
			}
		})
	}
}

// Headers that a browser must not set are refused.
func TestResponseHeadersThroughAProxy(t *testing.T) {
	t.Parallel()
	passed := []string{"Content-Type", "Retry-After", "X-Request-Id", "X-Total-Count", "Ory-Session-Cache-For", "Vary", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "X-Ratelimit-Reset", "Content-Language"}
	refused := []string{
		"Content-Location", "Refresh", "Link", "Alt-Svc", "Uri", "X-Accel-Redirect", "X-Sendfile", "X-Redirect", "Sourcemap", "Server", "Via", "X-Powered-By", "X-Served-By", "X-Kratos-Authenticated-Identity-Id",
		"X-Session-Token", "Www-Authenticate", "Proxy-Authenticate", "Authentication-Info", "Clear-Site-Data", "Content-Security-Policy", "Strict-Transport-Security", "Set-Cookie2", "Nel", "Report-To", "Service-Worker-Allowed",
		"Trailer", "Upgrade", "Keep-Alive", "Accept-Ranges", "X-Frame-Options", "P3p", "X-Anything", "Date-Of-Kratos",
	}
	site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range append(slices.Clone(passed), refused...) {
			w.Header().Set(name, "sent")
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{}`)
	}))
	w := ask(site, httptest.NewRequest("GET", "/auth/sessions/whoami", nil))
	for _, name := range passed {
		if w.Header().Get(name) == "" {
			t.Errorf("%s does not pass", name)
		}
	}
	for _, name := range refused {
		if w.Header().Get(name) != "" {
			t.Errorf("%s passes", name)
		}
	}
	if w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("browsers may guess what the body is: %v", w.Header())
	}
}

func TestInformationalResponsesDoNotPassAProxy(t *testing.T) {
	t.Parallel()
	early := http.Header{"Set-Cookie": {"ory_kratos_session=early; Domain=k.internal; Path=/base"}, "Location": {"http://k.internal:4434/admin"}, "Link": {"</x>; rel=preload"}, "X-Early": {"1"}}
	for name, codes := range map[string][]int{"100": {100}, "102": {102}, "103": {103}, "an unknown one": {199}, "several": {102, 103, 103}, "none": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for _, code := range codes {
					for name, values := range early {
						w.Header()[name] = values
					}
					w.WriteHeader(code)
					clear(w.Header())
				}
				reply{status: 200, body: `{}`}.ServeHTTP(w, r)
			}))
			proxy := client.Proxy("/auth")
			url := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Frame-Options", "DENY")
				proxy.ServeHTTP(w, r)
			}))
			for _, method := range []string{"GET", "POST"} {
				t.Run(method, func(t *testing.T) {
					var seen []int
					ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got1xxResponse: func(code int, _ textproto.MIMEHeader) error {
						seen = append(seen, code)
						return nil
					}})
					path := map[string]string{"GET": "/auth/sessions/whoami", "POST": "/auth/self-service/login"}[method]
					resp := send(ctx, t, method, url+path)
					switch {
					case len(seen) > 0:
						t.Errorf("len(seen) = %d, want none", len(seen))
					case resp.StatusCode != 200:
						t.Errorf("status %d, want 200", resp.StatusCode)
					case resp.Header.Get("Set-Cookie")+resp.Header.Get("Location")+resp.Header.Get("Link")+resp.Header.Get("X-Early") != "":
						t.Errorf("header %v", resp.Header)
					}
					if resp.Header.Get("X-Frame-Options") != "DENY" {
						t.Errorf("the site's own header is lost: %v", resp.Header)
					}
				})
			}
		})
	}

	// A change of protocol, and statuses that are none.
	for _, line := range []string{"101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade", "099 Odd\r\nContent-Length: 0", "999 Odd\r\nContent-Length: 0", "600 Odd\r\nContent-Length: 0"} {
		t.Run(line, func(t *testing.T) {
			backend := roundTrip(func(r *http.Request) (*http.Response, error) {
				return http.ReadResponse(bufio.NewReader(strings.NewReader("HTTP/1.1 "+line+"\r\n\r\n")), r)
			})
			client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: backend}))
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest("GET", "/auth/sessions/whoami", nil)
			r.Header = http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}}
			if w := ask(client.Proxy("/auth"), r); w.Code != 502 {
				t.Errorf("status %d", w.Code)
			}
		})
	}
}

// send sends a request without a body, and returns the response with its body read.
func send(ctx context.Context, t *testing.T, method, url string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Error(err)
	}
	return resp
}
