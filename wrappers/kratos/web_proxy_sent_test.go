package kratos_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kratoskit/kratos-go/internal/faultserver"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A request with an effect reaches Kratos once, however the connection ends; the browser gets an
// error, and the person may send the form again.
func TestSentOnceThroughAProxy(t *testing.T) {
	t.Parallel()
	var rows atomic.Int64
	for version := 1; version <= 2; version++ {
		for _, end := range faultserver.Ends(version) {
			t.Run(fmt.Sprintf("HTTP/%d/%v", version, end), func(t *testing.T) {
				t.Parallel()
				var wg sync.WaitGroup
				for _, call := range []string{
					"POST /self-service/login?flow=f method=password", "POST /self-service/recovery?flow=f", "GET /self-service/login/browser", "GET /self-service/recovery?flow=f&token=t",
					"GET /self-service/methods/oidc/callback/my%20idp?code=c", "GET /self-service/logout?token=t", "DELETE /sessions", "DELETE /sessions/5a2b", "GET /sessions/whoami", "GET /self-service/login/flows?id=f",
				} {
					rows.Add(1)
					wg.Go(func() { sentOnceByProxy(t, call, version, end) })
				}
				wg.Wait()
			})
		}
	}
	t.Cleanup(func() { t.Logf("%d rows", rows.Load()) })
}

func sentOnceByProxy(t *testing.T, call string, version int, end faultserver.End) {
	server := faultserver.New(t, version, func(n int64) faultserver.End {
		if n == 1 {
			return faultserver.Respond
		}
		return end
	})
	client, err := kratos.NewClient(server.URL, kratos.WithHTTPClient(&http.Client{Transport: server.Client.Transport, Timeout: 20 * time.Second}), kratos.WithRetries(retries))
	if err != nil {
		t.Error(err)
		return
	}
	proxy := client.Proxy("/auth")
	ask(proxy, httptest.NewRequest("GET", "/auth/sessions/whoami", nil)) // on the connection that is used next
	method, rest, _ := strings.Cut(call, " ")
	target, body, _ := strings.Cut(rest, " ")
	r := httptest.NewRequest(method, "/auth"+target, strings.NewReader(body))
	r.Header.Set("Idempotency-Key", "k")
	w := ask(proxy, r)
	limit := int64(1)
	if strings.Contains(call, "whoami") || strings.Contains(call, "/flows") {
		limit += retries
	}
	if sent := server.Requests() - 1; sent > limit {
		t.Errorf("%s: sent %d times, then status %d", call, sent, w.Code)
	}
	if w.Code < 400 {
		t.Errorf("%s: status %d", call, w.Code)
	}
}
