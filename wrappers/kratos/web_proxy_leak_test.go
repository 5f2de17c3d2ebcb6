package kratos_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// closeCounter counts bodies that are not closed yet.
type closeCounter struct {
	io.Reader
	open *atomic.Int64
	once *sync.Once
}

func (c closeCounter) Close() error {
	c.once.Do(func() { c.open.Add(-1) })
	return nil
}

// A response that is not returned is closed, in every case.
func TestAProxyClosesWhatItGivesUp(t *testing.T) {
	t.Parallel()
	type object = http.Header
	json := "application/json"
	for name, tc := range map[string]struct {
		status int
		header object
		body   string
	}{
		"a response":                  {200, object{"Content-Type": {json}}, sessionBody},
		"a redirect to the admin API": {307, object{"Location": {"/admin/sessions/whoami"}}, `<a href="/admin">`},
		"a redirect past the proxy":   {303, object{"Location": {"http://kratos/x"}}, ``},
		"a malformed redirect":        {303, object{"Location": {"http://[/"}}, ``},
		"a redirect":                  {303, object{"Location": {"/welcome"}}, `See Other`},
		"a URL of the admin API":      {200, object{"Content-Type": {json}}, `{"url":"http://kratos/admin/x"}`},
		"broken JSON":                 {200, object{"Content-Type": {json}}, `{"a":`},
		"too much":                    {200, object{"Content-Type": {json}}, strings.Repeat(" ", 9<<20)},
		"a token":                     {200, object{"Content-Type": {json}}, `{"session_token":"t"}`},
		"a page":                      {200, object{"Content-Type": {"text/html"}}, `<html>`},
		"compressed":                  {200, object{"Content-Type": {json}, "Content-Encoding": {"br"}}, `{}`},
		"another protocol":            {101, object{"Upgrade": {"websocket"}}, ``},
		"an invalid status":           {999, object{}, ``},
		"nothing":                     {204, object{}, ``},
	} {
		t.Run(name, func(t *testing.T) {
			var open atomic.Int64
			backend := roundTrip(func(r *http.Request) (*http.Response, error) {
				open.Add(1)
				return &http.Response{StatusCode: tc.status, Header: tc.header.Clone(), Body: closeCounter{strings.NewReader(tc.body), &open, new(sync.Once)}, Request: r}, nil
			})
			client, err := kratos.NewClient("http://kratos", kratos.WithHTTPClient(&http.Client{Transport: backend}), kratos.WithRetries(0))
			if err != nil {
				t.Fatal(err)
			}
			site := client.Proxy("/auth")
			for _, path := range []string{"/auth/sessions/whoami", "/auth/sessions", "/auth/.well-known/ory/webauthn.js"} {
				ask(site, httptest.NewRequest("GET", path, nil))
			}
			browser := client.Browser(fromBrowser())
			_, _ = browser.Whoami(t.Context())
			_, _ = browser.Login.Start(t.Context())
			if n := open.Load(); n != 0 {
				t.Errorf("%d of 5 bodies are still open", n)
			}
		})
	}
}

// Not parallel, since it counts goroutines.
func TestAProxyLeaksNoConnections(t *testing.T) {
	for name, h := range map[string]http.Handler{
		"the admin port":     reply{status: 307, header: http.Header{"Location": {"/admin/sessions/whoami"}}, body: `<a href="/admin/sessions/whoami">Temporary Redirect</a>.`},
		"past the proxy":     reply{status: 303, header: http.Header{"Location": {"http://127.0.0.1:1/admin/"}}},
		"a body without end": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 10<<20)) }),
	} {
		t.Run(name, func(t *testing.T) {
			var open atomic.Int64
			server := httptest.NewUnstartedServer(h)
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				switch state {
				case http.StateNew:
					open.Add(1)
				case http.StateClosed:
					open.Add(-1)
				}
			}
			server.Start()
			client, err := kratos.NewClient(server.URL, kratos.WithHTTPClient(&http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}}), kratos.WithRetries(0))
			if err != nil {
				t.Fatal(err)
			}
			site := client.Proxy("/auth")
			protected := sessions.New(client).Require()(http.NotFoundHandler())
			before := runtime.NumGoroutine()
			calls := 150
			if name == "a body without end" {
				calls = 10
			}
			for range calls {
				ask(site, httptest.NewRequest("GET", "/auth/sessions/whoami", nil))
				_, _ = client.Browser(fromBrowser()).Whoami(t.Context())
				ask(protected, fromBrowser())
			}
			deadline := time.Now().Add(patience)
			for open.Load() > 10 || runtime.NumGoroutine() > before+30 {
				if time.Now().After(deadline) {
					t.Fatalf("%d connections are open, and there are %d goroutines, before %d", open.Load(), runtime.NumGoroutine(), before)
				}
				time.Sleep(10 * time.Millisecond)
			}
			server.CloseClientConnections()
			server.Close()
		})
	}
}
