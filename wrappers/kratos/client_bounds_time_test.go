package kratos_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kratoskit/kratos-go/internal/faultserver"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
)

// The pause before another attempt is at most a second where a person waits for a page, for every
// Retry-After.
func TestPagesDoNotWaitLong(t *testing.T) {
	t.Parallel()
	visit := httptest.NewRequest("GET", "/login?flow=f&id=e", nil)
	visit.Header.Set("Cookie", "ory_kratos_session=s")
	withToken := httptest.NewRequest("GET", "/", nil)
	withToken.Header.Set("X-Session-Token", "t")
	bearer := httptest.NewRequest("GET", "/", nil)
	bearer.Header.Set("Authorization", "Bearer t")
	handler := func(h http.Handler, r *http.Request) func() { return func() { h.ServeHTTP(httptest.NewRecorder(), r) } }
	for name, call := range map[string]func(*kratos.Client, context.Context) func(){
		"RequireSession, token": func(c *kratos.Client, _ context.Context) func() {
			return handler(sessions.New(c).Require()(http.NotFoundHandler()), withToken)
		},
		"RequireSession, cookie": func(c *kratos.Client, _ context.Context) func() {
			return handler(sessions.New(c).Require()(http.NotFoundHandler()), visit)
		},
		"RequireSession, bearer": func(c *kratos.Client, _ context.Context) func() {
			return handler(sessions.New(c).Require()(http.NotFoundHandler()), bearer)
		},
		"Page": func(c *kratos.Client, _ context.Context) func() {
			return handler(c.Login.Handler(func(http.ResponseWriter, *http.Request, *kratos.LoginFlow) {}), visit)
		},
		"ErrorPage": func(c *kratos.Client, _ context.Context) func() {
			return handler(c.ErrorHandler(func(http.ResponseWriter, *http.Request, *kratos.FlowError) {}), visit)
		},
		"Browser": func(c *kratos.Client, ctx context.Context) func() {
			return func() { _, _ = c.Browser(visit).Whoami(ctx) }
		},
	} {
		for _, header := range []http.Header{{"Retry-After": {"10"}}, {"Retry-After": {"2"}}, {"Retry-After": {"1"}}, {"X-Ratelimit-Reset": {"9"}}, {"Retry-After": {"2147483648"}}, {}} {
			for _, status := range []int{429, 502, 503, 504} {
				t.Run(fmt.Sprint(name, " ", status, " ", header), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						client, err := kratos.NewClient("http://kratos.invalid", kratos.WithHTTPClient(&http.Client{Timeout: 30 * time.Second, Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
							return &http.Response{StatusCode: status, Header: header, Body: http.NoBody, Request: r}, nil
						})}))
						if err != nil {
							t.Fatal(err)
						}
						start := time.Now()
						call(client, t.Context())()
						if took := time.Since(start); took > 2*time.Second {
							t.Errorf("took %v, more than two pauses of a second", took)
						}
					})
				})
			}
		}
	}
}

// A call ends with its time-out, over HTTP/1.1 and HTTP/2, for every kind of slow server.
func TestTimeoutOfACall(t *testing.T) {
	t.Parallel()
	for version := 1; version <= 2; version++ {
		t.Run(fmt.Sprint("HTTP/", version), func(t *testing.T) {
			t.Parallel()
			server := faultserver.New(t, version, func(int64) faultserver.End { return faultserver.Close })
			server.Client.Timeout = 30 * time.Second
			client, err := kratos.NewClient(server.URL, kratos.WithHTTPClient(server.Client), kratos.WithRetries(1000))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			_, err = client.Whoami(ctx, kratos.SessionToken("t"))
			if !errors.Is(err, kratos.ErrUnreachable) || server.Requests() > 20 {
				t.Errorf("got %v after %d requests", err, server.Requests())
			}
		})
	}
}
