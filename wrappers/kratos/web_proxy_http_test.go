package kratos_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Malformed requests, pipelining and other parts of HTTP.
func TestUnusualHTTPThroughAProxy(t *testing.T) {
	t.Parallel()
	type asked struct {
		line, body string
		header     http.Header
		length     int64
		encoding   []string
	}
	var got *asked
	response := reply{status: 200, body: `{}`}
	client, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = &asked{r.Method + " " + r.RequestURI, string(body), r.Header, r.ContentLength, r.TransferEncoding}
		response.ServeHTTP(w, r)
	}))
	server := newServer(t, client.Proxy("/auth"))
	host := strings.TrimPrefix(server, "http://")
	const post = "POST /auth/self-service/login?flow=f HTTP/1.1\r\nHost: app\r\n"
	for name, tc := range map[string]struct {
		request string
		status  string // of the first response
		line    string // what Kratos receives; "" if nothing
		body    string
	}{
		"chunks":                           {post + "Transfer-Encoding: chunked\r\nTrailer: X-Session-Token\r\n\r\n3\r\na=b\r\n2\r\n&c\r\n0\r\nX-Session-Token: t\r\n\r\n", "200", "POST /self-service/login?flow=f", "a=b&c"},
		"chunks and a length":              {post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", "200", "POST /self-service/login?flow=f", "a"},
		"two lengths":                      {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400", "", ""},
		"a malformed length":               {post + "Content-Length: -1\r\n\r\n", "400", "", ""},
		"chunks that are broken":           {post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", "400", "", ""},
		"an encoding in disguise":          {post + "Transfer-Encoding: xchunked\r\n\r\n", "501", "", ""},
		"a body to come after a 100":       {post + "Content-Length: 3\r\nExpect: 100-continue\r\n\r\na=b", "100", "POST /self-service/login?flow=f", "a=b"},
		"a body of a GET":                  {"GET /auth/sessions/whoami HTTP/1.1\r\nHost: app\r\nContent-Length: 3\r\n\r\na=b", "200", "GET /sessions/whoami", ""},
		"two Hosts":                        {"GET /auth/sessions/whoami HTTP/1.1\r\nHost: app\r\nHost: b\r\n\r\n", "400", "", ""},
		"no Host":                          {"GET /auth/sessions/whoami HTTP/1.1\r\n\r\n", "400", "", ""},
		"HTTP/1.0":                         {"GET /auth/sessions/whoami HTTP/1.0\r\n\r\n", "200", "GET /sessions/whoami", ""},
		"a URL with a host":                {"GET http://kratos:4434/auth/sessions/whoami HTTP/1.1\r\nHost: app\r\n\r\n", "200", "GET /sessions/whoami", ""},
		"a URL with a host to the admin":   {"GET http://kratos:4434/admin/identities HTTP/1.1\r\nHost: app\r\n\r\n", "404", "", ""},
		"everything":                       {"OPTIONS * HTTP/1.1\r\nHost: app\r\n\r\n", "200", "", ""}, // by net/http itself
		"a question of another origin's":   {"OPTIONS /auth/sessions/whoami HTTP/1.1\r\nHost: app\r\nOrigin: https://b.example\r\nAccess-Control-Request-Method: GET\r\n\r\n", "200", "OPTIONS /sessions/whoami", ""},
		"a trace":                          {"TRACE /auth/sessions/whoami HTTP/1.1\r\nHost: app\r\n\r\n", "405", "", ""},
		"a tunnel":                         {"CONNECT /auth/sessions/whoami HTTP/1.1\r\nHost: app\r\n\r\n", "405", "", ""},
		"another protocol":                 {"GET /auth/sessions/whoami HTTP/1.1\r\nHost: app\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n", "200", "GET /sessions/whoami", ""},
		"HTTP/2 in clear text":             {"GET /auth/sessions/whoami HTTP/1.1\r\nHost: app\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n", "200", "GET /sessions/whoami", ""},
		"semicolons in a query":            {"GET /auth/self-service/login/browser?a=b;c=d&e HTTP/1.1\r\nHost: app\r\n\r\n", "200", "GET /self-service/login/browser?a=b;c=d&e", ""},
		"escapes in a query":               {"GET /auth/self-service/login/browser?a=%zz&b=%0a HTTP/1.1\r\nHost: app\r\n\r\n", "200", "GET /self-service/login/browser?a=%zz&b=%0a", ""},
		"a long query":                     {"GET /auth/self-service/login/browser?a=" + strings.Repeat("x", 100_000) + " HTTP/1.1\r\nHost: app\r\n\r\n", "200", "GET /self-service/login/browser?a=" + strings.Repeat("x", 100_000), ""},
		"a part":                           {"GET /auth/.well-known/ory/webauthn.js HTTP/1.1\r\nHost: app\r\nRange: bytes=0-1\r\n\r\n", "200", "GET /.well-known/ory/webauthn.js", ""},
		"a request after another":          {"GET /auth/sessions/whoami HTTP/1.1\r\nHost: app\r\n\r\nGET /auth/sessions HTTP/1.1\r\nHost: app\r\n\r\n", "200", "GET /sessions", ""},
		"a header that is continued":       {"GET /auth/sessions/whoami HTTP/1.1\r\nHost: app\r\nX-A: b\r\n c\r\n\r\n", "200", "GET /sessions/whoami", ""},
		"a space before the colon":         {"GET /auth/sessions/whoami HTTP/1.1\r\nHost: app\r\nX-Session-Token : t\r\n\r\n", "400", "", ""},
		"a body that ends early":           {post + "Content-Length: 10\r\n\r\na=b", "400", "", ""},
		"a body that is announced too big": {post + "Content-Length: 99999999\r\n\r\n", "413", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got = nil
			response = reply{status: 200, body: `{}`, header: http.Header{"X-Total-Count": {"0"}}}
			if line := rawExchange(t, host, tc.request); len(line) < 9 || !strings.HasPrefix(line[9:], tc.status) {
				t.Errorf("responded with %q, want %s", line, tc.status)
			}
			switch {
			case got == nil && tc.line != "":
				t.Errorf("Kratos is not asked")
			case got == nil:
			case got.line != tc.line || got.body != tc.body || got.length != int64(len(tc.body)) || len(got.encoding) > 0 || got.header.Get("X-Session-Token")+got.header.Get("Upgrade")+got.header.Get("Range")+got.header.Get("Expect") != "":
				t.Errorf("Kratos is asked %.200q with %q, %v", got.line, got.body, got.header)
			}
		})
	}
	// A query that net/http rejects, but that a handler of the caller may produce.
	for _, query := range []string{"a b", "a\r\nHost: evil", "a\x00", "a\x7f"} {
		t.Run(query, func(t *testing.T) {
			got = nil
			r := httptest.NewRequest("GET", "/auth/sessions/whoami", nil)
			r.URL.RawQuery = query
			if w := ask(client.Proxy("/auth"), r); w.Code != 400 || got != nil {
				t.Errorf("status %d", w.Code)
			}
		})
	}
}

func TestUnusualBodiesThroughAProxy(t *testing.T) {
	t.Parallel()
	json := http.Header{"Content-Type": {"application/json"}}
	with := func(name, value string) http.Header { h := json.Clone(); h[name] = []string{value}; return h }
	kind := func(value string) http.Header { return http.Header{"Content-Type": {value}} }
	for name, tc := range map[string]struct {
		reply
		status int
		body   string
	}{
		"JSON":                                {reply{200, json, `{"a":1}`}, 200, `{"a":1}`},
		"JSON of another kind":                {reply{400, kind("application/problem+json"), `{"url":"$/sessions"}`}, 400, `{"url":"/auth/sessions"}`},
		"plain text":                          {reply{404, kind("text/plain; charset=utf-8"), "404 page not found\n"}, 404, "404 page not found\n"},
		"compressed by brotli":                {reply{200, with("Content-Encoding", "br"), `{}`}, 502, "Bad Gateway\n"},
		"an encoding that was not requested":  {reply{200, with("Content-Encoding", "deflate"), `{}`}, 502, "Bad Gateway\n"},
		"compressed in no way":                {reply{200, with("Content-Encoding", "identity"), `{}`}, 200, `{}`},
		"compressed by gzip, and it is not":   {reply{200, with("Content-Encoding", "gzip"), `{}`}, 502, "Bad Gateway\n"},
		"a page of a gateway's":               {reply{503, kind("text/html"), `<a href="$/admin">`}, 503, "Service Unavailable\n"},
		"a page in place of JSON":             {reply{200, kind("text/html"), `<script src="$/admin">`}, 502, "Bad Gateway\n"},
		"an error of no kind":                 {reply{500, http.Header{"Content-Type": nil}, `<html>$/admin`}, 500, "Internal Server Error\n"},
		"a success of no kind":                {reply{200, http.Header{"Content-Type": nil}, `{"url":"$/admin/x"}`}, 502, "Bad Gateway\n"},
		"a success of no kind and no content": {reply{200, http.Header{"Content-Type": nil}, ``}, 200, ""},
		"a kind that cannot be read":          {reply{400, kind("application/json;;;"), `{"url":"$/admin/x"}`}, 502, "Bad Gateway\n"},
		"a picture":                           {reply{400, kind("image/svg+xml"), `<svg onload=x>`}, 400, "Bad Request\n"},
		"malformed JSON":                      {reply{200, json, `<html>`}, 502, "Bad Gateway\n"},
		"JSON twice":                          {reply{200, json, `{"a":1}{"url":"$/sessions"}`}, 200, `{"a":1}{"url":"/auth/sessions"}`},
		"JSON with a mark before it":          {reply{200, json, "\ufeff{}"}, 502, "Bad Gateway\n"},
		"nothing":                             {reply{204, json, ""}, 204, ""},
		"a redirect with a page":              {reply{303, with("Location", "/welcome"), `<a href="$/admin">`}, 303, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site, _ := proxied(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				a := tc.reply
				a.body = strings.ReplaceAll(a.body, "$", "http://"+r.Host)
				a.ServeHTTP(w, r)
			}))
			for _, method := range []string{"GET", "HEAD"} {
				t.Run(method, func(t *testing.T) {
					want := tc.body
					status := tc.status
					if method == "HEAD" && status == 502 {
						return // there is no body to check
					}
					w := ask(site, httptest.NewRequest(method, "/auth/self-service/login/browser", nil))
					if method == "HEAD" {
						want = ""
					}
					switch {
					case w.Code != status:
						t.Errorf("status %d, want %d", w.Code, status)
					case w.Body.String() != want:
						t.Errorf("body %q, want %q", w.Body.String(), want)
					case strings.Contains(w.Header().Get("Content-Type"), "html") && want != "":
						t.Errorf("Content-Type %q of %q", w.Header().Get("Content-Type"), w.Body)
					}
					switch length := w.Header().Get("Content-Length"); {
					case method == "GET" && status != 204 && length != fmt.Sprint(len(want)):
						t.Errorf("Content-Length %q, want %d", length, len(want))
					case method == "HEAD" && length != "":
						t.Errorf("Content-Length %q, want none", length)
					}
				})
			}
		})
	}
}

// rawExchange sends requests to a server, and returns the first line that comes back. Requests that
// are cut short are followed by the end of what the browser sends.
func rawExchange(t *testing.T, host, requests string) (line string) {
	t.Helper()
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(conn, requests); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(requests, "Content-Length: 10\r\n") {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	var seen strings.Builder
	reader := bufio.NewReader(io.TeeReader(conn, &seen))
	for range strings.Count(requests, " HTTP/1.") {
		method, _, _ := strings.Cut(requests, " ")
		resp, err := http.ReadResponse(reader, &http.Request{Method: method})
		for err == nil && resp.StatusCode == http.StatusContinue {
			resp, err = http.ReadResponse(reader, nil)
		}
		if err != nil {
			break
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	line, _, _ = strings.Cut(seen.String(), "\r\n")
	return line
}
