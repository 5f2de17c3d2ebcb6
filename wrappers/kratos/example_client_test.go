package kratos_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
)

// A record for each request, without its times. Kratos is busy at first.
func ExampleWithLogger() {
	k := kratostest.New(exampleTB{})
	k.Fail("toSession", 1, kratostest.Status(http.StatusServiceUnavailable))
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey || a.Key == "duration" || a.Key == "retry_in" {
				return slog.Attr{}
			}
			return a
		},
	}))
	firstFactor := k.SignIn(k.Person(kratostest.Person{TOTP: true}))
	_, _ = k.Client(kratos.WithLogger(logger)).Whoami(ctx, firstFactor.Option())
	// Output:
	// level=WARN msg="kratos request" operation=toSession status=503 attempt=1
	// level=INFO msg="kratos request" operation=toSession status=403 error_id=session_aal2_required attempt=2
}

func ExampleResponseHeader() {
	client, k, ada := exampleClient()
	var header http.Header
	_, err := client.Whoami(ctx, k.SignIn(ada).Option(), kratos.ResponseHeader(&header))
	fmt.Println(header.Get("X-Kratos-Authenticated-Identity-Id") == ada.ID, err)
	// Output: true <nil>
}
