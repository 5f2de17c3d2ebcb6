// Slog logs every request to Kratos with log/slog: the operation's method, path, status and
// duration, and nothing that is secret. The library has no hook of its own for this, because an
// http.RoundTripper is one.
//
//	go run ./examples/slog -public http://127.0.0.1:4433
package main

import (
	"context"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// logging logs each request that goes through it. Headers, bodies and the values of query
// parameters are left out: they hold session tokens, cookies, codes and passwords.
type logging struct {
	next http.RoundTripper
	log  *slog.Logger
}

func (l logging) RoundTrip(r *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := l.next.RoundTrip(r)

	level, attrs := slog.LevelInfo, []slog.Attr{
		slog.String("method", r.Method),
		slog.String("path", r.URL.Path),
		slog.Any("parameters", names(r)),
		slog.Duration("took", time.Since(start)),
	}
	switch {
	case err != nil:
		level, attrs = slog.LevelError, append(attrs, slog.Bool("answered", false))
	default:
		attrs = append(attrs, slog.Int("status", resp.StatusCode))
	}
	l.log.LogAttrs(r.Context(), level, "kratos", attrs...)
	return resp, err
}

// names returns the names of the query parameters, without their values.
func names(r *http.Request) []string {
	var list []string
	for name := range r.URL.Query() {
		list = append(list, name)
	}
	return list
}

func main() {
	public := flag.String("public", "http://127.0.0.1:4433", "URL of Kratos' public API")
	flag.Parse()
	log := slog.New(slog.NewTextHandler(os.Stdout, nil))
	if err := run(context.Background(), *public, log); err != nil {
		log.Error(err.Error()) // the text of an error holds no secret
		os.Exit(1)
	}
}

func run(ctx context.Context, publicURL string, log *slog.Logger) error {
	client, err := kratos.NewClient(publicURL, kratos.WithHTTPClient(&http.Client{
		Transport: logging{http.DefaultTransport, log},
	}))
	if err != nil {
		return err
	}
	_, err = client.Login.Do(ctx, kratos.LoginPassword{Identifier: "ada@example.org", Password: "a secret"})
	return err
}
