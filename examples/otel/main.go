// Otel traces every request to Kratos with [OpenTelemetry]. The transport otelhttp creates a span
// for each request and sends its [trace context] to Kratos, which continues the trace.
//
// The attribute url.full of these spans includes the query, which is secret for
// exchangeSessionToken and updateLogoutFlow. The exporter removes it.
//
//	go run . -public http://127.0.0.1:4433
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

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	public := flag.String("public", "http://127.0.0.1:4433", "URL of Kratos' public API")
	flag.Parse()
	exporter, err := stdouttrace.New(stdouttrace.WithPrettyPrint())
	if err == nil {
		err = run(context.Background(), *public, exporter)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, publicURL string, exporter trace.SpanExporter, opts ...kratos.RequestOption) error {
	provider := trace.NewTracerProvider(trace.WithSyncer(withoutQueries{exporter}))
	defer func() { _ = provider.Shutdown(ctx) }()

	client, err := kratos.NewClient(publicURL, kratos.WithHTTPClient(&http.Client{
		Transport: otelhttp.NewTransport(http.DefaultTransport,
			otelhttp.WithTracerProvider(provider),
			otelhttp.WithPropagators(propagation.TraceContext{}),
			otelhttp.WithSpanNameFormatter(func(_ string, r *http.Request) string { return r.Method + " " + r.URL.Path }),
		),
	}))
	if err != nil {
		return err
	}
	ctx, span := provider.Tracer("example").Start(ctx, "is Kratos ready?")
	defer span.End()
	return client.Ready(ctx, opts...)
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
