package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestEveryRequestIsASpan(t *testing.T) {
	t.Parallel()
	var traceparent string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		traceparent = r.Header.Get("Traceparent")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":"ok"}`))
	}))
	defer server.Close()
	exporter := &keepSpans{InMemoryExporter: tracetest.NewInMemoryExporter()}
	if err := run(t.Context(), server.URL, exporter, kratos.Query("code", "s3cret")); err != nil {
		t.Fatal(err)
	}
	spans := exporter.GetSpans()
	if len(spans) != 2 || spans[0].Name != "GET /health/ready" || spans[0].SpanContext.TraceID() != spans[1].SpanContext.TraceID() {
		t.Errorf("spans are %v", spans.Snapshots())
	}
	for _, span := range spans {
		for _, a := range span.Attributes {
			if strings.Contains(a.Value.String(), "s3cret") {
				t.Errorf("%s has a secret: %s", a.Key, a.Value.String())
			}
		}
	}
	if traceparent == "" {
		t.Error("the request has no trace context")
	}
}

// keepSpans keeps its spans when the provider is shut down.
type keepSpans struct{ *tracetest.InMemoryExporter }

func (keepSpans) Shutdown(context.Context) error { return nil }
