// Otel protects a site, traces every request to Kratos with [OpenTelemetry], and exports the
// counters of the guard as metrics. The transport otelhttp creates a span for each request and
// sends its [trace context] to Kratos, which continues the trace.
//
// The attribute url.full of these spans includes the query, which is secret for
// exchangeSessionToken and updateLogoutFlow. The exporter removes it.
//
//	go run . -public http://127.0.0.1:4433 -listen 127.0.0.1:8080
//
// [OpenTelemetry]: https://opentelemetry.io/docs/languages/go/
// [trace context]: https://www.w3.org/TR/trace-context/
package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/stdout/stdoutmetric"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	public := flag.String("public", "http://127.0.0.1:4433", "URL of Kratos' public API")
	listen := flag.String("listen", "127.0.0.1:8080", "address of the site")
	flag.Parse()
	if err := run(*public, *listen); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(publicURL, address string) error {
	spans, err := stdouttrace.New(stdouttrace.WithPrettyPrint())
	if err != nil {
		return err
	}
	metrics, err := stdoutmetric.New(stdoutmetric.WithPrettyPrint())
	if err != nil {
		return err
	}
	site, stop, err := newSite(publicURL, spans, metric.NewPeriodicReader(metrics))
	if err != nil {
		return err
	}
	defer stop()
	return http.ListenAndServe(address, site)
}

// newSite returns a site with one protected page. stop exports what is left.
func newSite(publicURL string, spans trace.SpanExporter, metrics metric.Reader) (site http.Handler, stop func(), err error) {
	traces := trace.NewTracerProvider(trace.WithSyncer(withoutQueries{spans})) // WithBatcher in production
	client, err := newClient(publicURL, traces)
	if err != nil {
		return nil, nil, err
	}
	guard := sessions.New(client, sessions.Cache(10_000, time.Minute))
	meters := metric.NewMeterProvider(metric.WithReader(metrics))
	stop = func() {
		guard.Close()
		_ = meters.Shutdown(context.Background())
		_ = traces.Shutdown(context.Background())
	}
	if err := observeGuard(meters.Meter("example"), guard); err != nil {
		stop()
		return nil, nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /account", guard.Require()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello", kratos.SessionFromContext(r.Context()).Identity.ID)
	})))
	return otelhttp.NewHandler(mux, "site", otelhttp.WithTracerProvider(traces)), stop, nil
}

// newClient returns a client whose requests are spans.
func newClient(publicURL string, traces *trace.TracerProvider) (*kratos.Client, error) {
	return kratos.NewClient(publicURL, kratos.WithHTTPClient(&http.Client{
		Transport: otelhttp.NewTransport(http.DefaultTransport,
			otelhttp.WithTracerProvider(traces),
			otelhttp.WithPropagators(propagation.TraceContext{}),
			otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return r.Method + " " + r.URL.Path }),
		),
	}))
}

// withoutQueries removes the queries of URLs from the spans that it exports.
type withoutQueries struct{ trace.SpanExporter }

// ExportSpans exports the spans without queries.
func (e withoutQueries) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	clean := make([]trace.ReadOnlySpan, len(spans))
	for i, span := range spans {
		clean[i] = withoutQuery{span}
	}
	return e.SpanExporter.ExportSpans(ctx, clean)
}

type withoutQuery struct{ trace.ReadOnlySpan }

// Attributes returns the attributes of the span, with the queries of URLs removed.
func (s withoutQuery) Attributes() []attribute.KeyValue {
	all := slices.Clone(s.ReadOnlySpan.Attributes())
	for i, a := range all {
		if strings.HasPrefix(string(a.Key), "url.") {
			path, _, _ := strings.Cut(a.Value.AsString(), "?")
			all[i].Value = attribute.StringValue(path)
		}
	}
	return slices.DeleteFunc(all, func(a attribute.KeyValue) bool { return a.Key == "url.query" })
}
