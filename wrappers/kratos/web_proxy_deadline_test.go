package kratos_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// deadlineConn remembers the last deadline for writing.
type deadlineConn struct {
	net.Conn
	write *atomic.Int64
}

func (c deadlineConn) SetWriteDeadline(deadline time.Time) error {
	nanos := int64(0)
	if !deadline.IsZero() {
		nanos = deadline.UnixNano()
	}
	c.write.Store(nanos)
	return c.Conn.SetWriteDeadline(deadline)
}

type deadlineListener struct {
	net.Listener
	write *atomic.Int64
}

func (l deadlineListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return deadlineConn{conn, l.write}, err
}

// The next request on the same connection does not have the deadline of the proxied one.
func TestAProxyLeavesNoDeadlineBehind(t *testing.T) {
	t.Parallel()
	type onlyWrapped struct{ http.ResponseWriter }
	for name, tc := range map[string]struct {
		path   string
		wrap   func(http.ResponseWriter) http.ResponseWriter
		write  time.Duration // the server's own time-out
		status int
		kept   bool // the connection
	}{
		"a response":                    {path: "/auth/sessions/whoami", status: 200, kept: true},
		"an empty response":             {path: "/auth/sessions/whoami?status=204", status: 204, kept: true},
		"no such path":                  {path: "/auth/nothing", status: 404, kept: true},
		"a Kratos that fails":           {path: "/auth/sessions/whoami?status=101", status: 502, kept: true},
		"a server with limits":          {path: "/auth/sessions/whoami", write: patience / 2, status: 200, kept: true},
		"a server with narrower limits": {path: "/auth/sessions/whoami", write: 20 * time.Second, status: 200, kept: true},
		"a writer without deadlines":    {path: "/auth/sessions/whoami", wrap: func(w http.ResponseWriter) http.ResponseWriter { return onlyWrapped{w} }, status: 200, kept: true},
		"a writer that keeps something": {path: "/auth/sessions/whoami", wrap: func(w http.ResponseWriter) http.ResponseWriter { return &bufferingWriter{ResponseWriter: w} }, status: 200},
		"the same without content":      {path: "/auth/sessions/whoami?status=204", wrap: func(w http.ResponseWriter) http.ResponseWriter { return &bufferingWriter{ResponseWriter: w} }, status: 204},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			backend := roundTrip(func(r *http.Request) (*http.Response, error) {
				status := 200
				switch r.URL.RawQuery {
				case "status=204":
					status = 204
				case "status=101":
					status = 101
				}
				return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
			})
			client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: backend, Timeout: patience}))
			if err != nil {
				t.Fatal(err)
			}
			proxy := client.Proxy("/auth")
			var write atomic.Int64
			var during, after time.Duration
			mux := http.NewServeMux()
			mux.HandleFunc("/auth/", func(w http.ResponseWriter, r *http.Request) {
				if tc.wrap == nil {
					proxy.ServeHTTP(deadlineProbe{w, &write, &during}, r)
					return
				}
				wrapped := tc.wrap(w)
				proxy.ServeHTTP(wrapped, r)
				if k, ok := wrapped.(*bufferingWriter); ok {
					k.finish()
				}
			})
			mux.HandleFunc("/next", func(http.ResponseWriter, *http.Request) {
				if nanos := write.Load(); nanos != 0 {
					after = time.Until(time.Unix(0, nanos))
				}
			})
			server := httptest.NewUnstartedServer(mux)
			server.Config.WriteTimeout, server.Config.ReadTimeout = tc.write, tc.write
			server.Listener = deadlineListener{server.Listener, &write}
			server.Start()
			t.Cleanup(server.Close)
			var dials atomic.Int64
			transport := ownTransport(t)
			transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				dials.Add(1)
				return new(net.Dialer).DialContext(ctx, network, address)
			}
			hc := &http.Client{Transport: transport}
			for _, url := range []string{server.URL + tc.path, server.URL + "/next"} {
				t.Run(url, func(t *testing.T) {
					resp, err := hc.Get(url)
					if err != nil {
						t.Fatal(err)
					}
					body, err := io.ReadAll(resp.Body)
					_ = resp.Body.Close()
					if strings.HasSuffix(url, "/next") {
						return
					}
					switch want := "{}"; {
					case err != nil:
						t.Error(err)
					case resp.StatusCode != tc.status:
						t.Errorf("status %d, want %d", resp.StatusCode, tc.status)
					case tc.status == 200 && string(body) != want:
						t.Errorf("body %q, want %q", body, want)
					}
				})
			}
			if tc.kept && tc.write == 0 && after != 0 {
				t.Errorf("the next response has %v", after)
			}
			if tc.wrap == nil && (during <= 0 || tc.write > 0 && during > tc.write) {
				t.Errorf("during the response, the deadline was in %v", during)
			}
			if kept := dials.Load() == 1; kept != tc.kept {
				t.Errorf("%d connections", dials.Load())
			}
		})
	}
}

// deadlineProbe records the deadline during the writing of a response.
type deadlineProbe struct {
	http.ResponseWriter
	write  *atomic.Int64
	during *time.Duration
}

func (p deadlineProbe) WriteHeader(status int) {
	*p.during = time.Until(time.Unix(0, p.write.Load()))
	p.ResponseWriter.WriteHeader(status)
}

func (p deadlineProbe) Flush() { p.ResponseWriter.(http.Flusher).Flush() }

func (p deadlineProbe) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// bufferingWriter is middleware that writes nothing until the handler has returned.
type bufferingWriter struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (k *bufferingWriter) Unwrap() http.ResponseWriter { return k.ResponseWriter }

func (k *bufferingWriter) WriteHeader(status int) { k.status = status }

func (k *bufferingWriter) Write(p []byte) (int, error) {
	k.body = append(k.body, p...)
	return len(p), nil
}

func (k *bufferingWriter) finish() {
	k.ResponseWriter.WriteHeader(k.status)
	_, _ = k.ResponseWriter.Write(k.body)
}
