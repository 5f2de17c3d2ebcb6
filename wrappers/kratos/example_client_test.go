package kratos_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// A record for each request, without its time and duration. Kratos is busy at first.
func ExampleWithLogger() {
	busy := true
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if busy {
			busy = false
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		reply{status: 401, body: `{"error":{"id":"session_inactive","code":401,"message":"m"}}`}.ServeHTTP(w, r)
	}))
	defer server.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "duration" {
				return slog.Attr{}
			}
			return a
		},
	}))
	client := kratos.Must(kratos.NewClient(server.URL, kratos.WithLogger(logger)))
	_, _ = client.Whoami(context.Background(), kratos.SessionToken("ory_st_expired"))
	// Output:
	// level=WARN msg="kratos request" operation=toSession status=503 attempt=1 retry_in=0s
	// level=INFO msg="kratos request" operation=toSession status=401 error_id=session_inactive attempt=2
}

func ExampleResponseHeader() {
	server := httptest.NewServer(reply{status: 200, header: http.Header{"X-Ratelimit-Remaining": {"41"}}, body: sessionBody})
	defer server.Close()
	client := kratos.Must(kratos.NewClient(server.URL))
	var header http.Header
	_, err := client.Whoami(context.Background(), kratos.SessionToken("ory_st_example"), kratos.ResponseHeader(&header))
	fmt.Println(header.Get("X-Ratelimit-Remaining"), err)
	// Output: 41 <nil>
}
