package kratos_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// patience is much longer than every time-out in these tests.
const patience = time.Minute

// slowSite is a site with the handler h that reports when a connection is closed.
func slowSite(t *testing.T, h http.Handler) (host string, closed chan struct{}) {
	t.Helper()
	closed = make(chan struct{}, 100)
	server := httptest.NewUnstartedServer(h)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			closed <- struct{}{}
		}
	}
	server.Start()
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	return server.Listener.Addr().String(), closed
}

func wait(t *testing.T, closed chan struct{}, what string) {
	t.Helper()
	select {
	case <-closed:
	case <-time.After(patience):
		t.Errorf("%s: the connection is still open", what)
	}
}

func TestSlowBrowsersThroughAProxy(t *testing.T) {
	t.Parallel()
	var rows sync.WaitGroup // not subtests, of which few run at a time
	for name, tc := range map[string]struct {
		head, body string // body is sent a byte at a time, over and over
		status     string // "" for a connection that may be closed without a response
	}{
		"a body":                              {"POST /auth/self-service/login HTTP/1.1\r\nContent-Length: 100000\r\n", "x", "504"},
		"a large body":                        {"POST /auth/self-service/login HTTP/1.1\r\nContent-Length: 900000\r\n", "x", "504"},
		"a body in chunks":                    {"POST /auth/self-service/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "1\r\nx\r\n", "504"},
		"one chunk without an end":            {"POST /auth/self-service/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n", "x", "504"},
		"the size of a chunk":                 {"POST /auth/self-service/login HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "0", "50"}, // a size without an end is broken at some time
		"a body of which nothing comes":       {"POST /auth/self-service/login HTTP/1.1\r\nContent-Length: 10\r\n", "", "504"},
		"a body after a 100":                  {"POST /auth/self-service/login HTTP/1.1\r\nContent-Length: 10\r\nExpect: 100-continue\r\n", "", "100"},
		"HTTP/1.0":                            {"POST /auth/self-service/login HTTP/1.0\r\nContent-Length: 100000\r\n", "x", "504"},
		"a body to no path":                   {"POST /auth/admin/identities HTTP/1.1\r\nContent-Length: 100000\r\n", "x", "404"},
		"a body in chunks to no path":         {"POST /auth/admin/identities HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "1\r\nx\r\n", "404"},
		"a body by no method":                 {"PUT /auth/self-service/login HTTP/1.1\r\nContent-Length: 100000\r\n", "x", "405"},
		"a body to another method":            {"POST /auth/sessions/whoami HTTP/1.1\r\nContent-Length: 100000\r\n", "x", "405"},
		"a body that is too large":            {"POST /auth/self-service/login HTTP/1.1\r\nContent-Length: 2000000\r\n", "x", "413"},
		"a body of a GET":                     {"GET /auth/sessions/whoami HTTP/1.1\r\nContent-Length: 100000\r\n", "x", "200"},
		"a body of a GET in chunks":           {"GET /auth/sessions/whoami HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "1\r\nx\r\n", "200"},
		"a body of a DELETE":                  {"DELETE /auth/sessions HTTP/1.1\r\nContent-Length: 100000\r\n", "x", "200"},
		"a body of an OPTIONS":                {"OPTIONS /auth/sessions HTTP/1.1\r\nContent-Length: 100000\r\n", "x", "200"},
		"a body of a HEAD":                    {"HEAD /auth/self-service/login HTTP/1.1\r\nContent-Length: 100000\r\n", "x", "200"},
		"a Kratos that hangs":                 {"GET /auth/self-service/errors?hang=1 HTTP/1.1\r\nConnection: close\r\n", "", "504"},
		"the same with a body of a GET":       {"GET /auth/self-service/errors?hang=1 HTTP/1.1\r\nContent-Length: 100000\r\n", "x", "504"},
		"a Kratos that hangs with a body":     {"POST /auth/self-service/login?hang=1 HTTP/1.1\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", "", "504"},
		"a Kratos that does not finish":       {"GET /auth/self-service/errors?half=1 HTTP/1.1\r\nConnection: close\r\n", "", "504"},
		"a Kratos that responds byte by byte": {"GET /auth/self-service/errors?slow=1 HTTP/1.1\r\nConnection: close\r\n", "", "504"},
	} {
		timeout := 300 * time.Millisecond
		if tc.status == "200" { // at once, and the connection does not stay open until the time-out
			timeout = patience / 2
		}
		client, _ := serve(t, http.HandlerFunc(kratosOfManySpeeds), kratos.WithHTTPClient(&http.Client{Timeout: timeout, Transport: ownTransport(t)}))
		host, closed := slowSite(t, client.Proxy("/auth"))
		rows.Go(func() {
			conn, err := net.Dial("tcp", host)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience))
			_, _ = io.WriteString(conn, strings.Replace(tc.head, "\r\n", "\r\nHost: app\r\n", 1)+"\r\n")
			stop := make(chan struct{})
			defer close(stop)
			if tc.body != "" {
				go dribble(conn, tc.body, stop)
			}
			line, _ := bufio.NewReader(conn).ReadString('\n')
			if len(line) < 9 || !strings.HasPrefix(line[9:], tc.status) {
				t.Errorf("%s: the response is %q, want %s", name, line, tc.status)
			}
			wait(t, closed, name)
		})
	}
	rows.Wait()
}

// dribble sends a text repeatedly, byte by byte, for longer than every time-out.
func dribble(w io.Writer, text string, stop chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return
		case <-time.After(20 * time.Millisecond):
		}
		if _, err := w.Write([]byte{text[i%len(text)]}); err != nil {
			return
		}
	}
}

// ownTransport is a transport whose connections end with the test.
func ownTransport(t *testing.T) *http.Transport {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

func kratosOfManySpeeds(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "application/json")
	switch query := r.URL.Query(); {
	case query.Has("hang"):
		<-r.Context().Done()
	case query.Has("half"):
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, `{`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	case query.Has("slow"):
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, " ")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	case query.Has("large"):
		w.Header().Set("Content-Type", "text/plain") // is not rewritten, which the race detector makes slow
		_, _ = io.WriteString(w, strings.Repeat("x", 6<<20))
	default:
		_, _ = io.WriteString(w, `{}`)
	}
}

// A browser that does not read its response holds no connection for longer than the time-out.
func TestSlowReadersThroughAProxy(t *testing.T) {
	t.Parallel()
	const get = "GET /auth/self-service/errors HTTP/1.1\r\nHost: app\r\n"
	large := roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", 8<<20))), Request: r}, nil
	})
	var rows sync.WaitGroup
	for name, request := range map[string]string{
		"a browser that reads nothing":     get + "\r\n",
		"one that sends requests as well":  strings.Repeat(get+"\r\n", 20),
		"one whose body is never complete": get + "Content-Length: 100000\r\n\r\nx",
	} {
		client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Timeout: time.Second, Transport: large}))
		if err != nil {
			t.Fatal(err)
		}
		host, closed := slowSite(t, client.Proxy("/auth"))
		rows.Go(func() {
			conn, err := net.Dial("tcp", host)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
			_, _ = io.WriteString(conn, request)
			wait(t, closed, name)
		})
	}
	rows.Wait()
}

func TestSlowBrowsersOverHTTP2ThroughAProxy(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, http.HandlerFunc(kratosOfManySpeeds), kratos.WithHTTPClient(&http.Client{Timeout: 3 * time.Second, Transport: ownTransport(t)}))
	proxy := client.Proxy("/auth")
	var left sync.WaitGroup
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		left.Add(1)
		defer left.Done()
		proxy.ServeHTTP(w, r)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	hc := server.Client()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for path, want := range map[string]int{"/auth/self-service/login": 504, "/auth/admin/identities": 404, "/auth/sessions/whoami": 405} {
		t.Run(path, func(t *testing.T) {
			body, feed := io.Pipe()
			go dribble(feed, "x", nil)
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+path, body)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := hc.Do(r)
			_ = body.Close()
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			if resp.StatusCode != want || resp.ProtoMajor != 2 {
				t.Errorf("%s, status %d, want %d", resp.Proto, resp.StatusCode, want)
			}
		})
	}

	// The window of the stream is full, and stays so.
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/auth/self-service/errors?large=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := hc.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	done := make(chan struct{})
	go func() { left.Wait(); close(done) }()
	wait(t, done, "a reader")
	// The connection lives on.
	again, err := hc.Get(server.URL + "/auth/sessions/whoami")
	if err != nil || again.ProtoMajor != 2 {
		t.Fatalf("the next request: %v, %v", again, err)
	}
	_ = again.Body.Close()
}
