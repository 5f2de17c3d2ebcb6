package main

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// newTestSite returns a site with a Kratos that knows one token, and the trace context of its last
// request.
func newTestSite(t *testing.T, spans *keepSpans, metrics metric.Reader) (site http.Handler, traceparent func() string) {
	t.Helper()
	var last atomic.Value
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/health/ready" {
			_, _ = w.Write([]byte(`{"status":"ok"}`))
			return
		}
		last.Store(r.Header.Get("Traceparent"))
		if r.Header.Get("X-Session-Token") != "ory_st_s3cret" {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":{"code":401,"message":"The request could not be authorized","reason":"No valid session credentials found in the request."}}`))
			return
		}
		_, _ = w.Write([]byte(`{"id":"s","active":true,"expires_at":"2100-01-01T00:00:00Z","authenticator_assurance_level":"aal1",
			"identity":{"id":"77aa","schema_id":"person","schema_url":"http://kratos/s","traits":{}}}`))
	}))
	t.Cleanup(server.Close)
	site, stop, err := newSite(server.URL, spans, metrics)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return site, func() string { s, _ := last.Load().(string); return s }
}

func get(t *testing.T, site http.Handler, token string, want int) {
	t.Helper()
	r := httptest.NewRequest("GET", "/account?code=s3cret", nil)
	r.Header.Set("X-Session-Token", token)
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	if w.Code != want {
		t.Fatalf("status %d, want %d: %s", w.Code, want, w.Body)
	}
}

func TestTheCallOfAGuardIsASpanOfTheRequest(t *testing.T) {
	t.Parallel()
	exporter := &keepSpans{InMemoryExporter: tracetest.NewInMemoryExporter()}
	site, traceparent := newTestSite(t, exporter, metric.NewManualReader())
	get(t, site, "ory_st_s3cret", http.StatusOK)

	spans := exporter.GetSpans()
	if len(spans) != 2 || spans[0].Name != "GET /sessions/whoami" || spans[0].Parent.SpanID() != spans[1].SpanContext.SpanID() {
		t.Errorf("spans are %v", spans.Snapshots())
	}
	for _, span := range spans {
		for _, a := range span.Attributes {
			if strings.Contains(a.Value.String(), "s3cret") {
				t.Errorf("%s has a secret: %s", a.Key, a.Value.String())
			}
		}
	}
	if traceparent() == "" {
		t.Error("the request to Kratos has no trace context")
	}
}

// The query of a request to Kratos can be a secret.
func TestSpansHaveNoQuery(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":"ok"}`))
	}))
	defer server.Close()
	exporter := &keepSpans{InMemoryExporter: tracetest.NewInMemoryExporter()}
	client, err := newClient(server.URL, trace.NewTracerProvider(trace.WithSyncer(withoutQueries{exporter})))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Ready(t.Context(), kratos.Query("code", "s3cret")); err != nil {
		t.Fatal(err)
	}
	spans := exporter.GetSpans()
	if len(spans) != 1 {
		t.Fatalf("spans are %v", spans.Snapshots())
	}
	for _, a := range spans[0].Attributes {
		if strings.Contains(a.Value.String(), "s3cret") {
			t.Errorf("%s has a secret: %s", a.Key, a.Value.String())
		}
	}
}

func TestTheCountersOfAGuardAreMetrics(t *testing.T) {
	t.Parallel()
	reader := metric.NewManualReader()
	site, _ := newTestSite(t, &keepSpans{InMemoryExporter: tracetest.NewInMemoryExporter()}, reader)
	for range 3 {
		get(t, site, "ory_st_s3cret", http.StatusOK)
	}
	get(t, site, "ory_st_other", http.StatusUnauthorized)

	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, point := range data.DataPoints {
					value := point.Attributes.ToSlice()[0].Value.AsString()
					got[m.Name+" "+value] = point.Value
				}
			case metricdata.Gauge[int64]:
				got[m.Name] = data.DataPoints[0].Value
			}
		}
	}
	want := map[string]int64{
		"kratos.session.checks hit": 2, "kratos.session.checks call": 2, "kratos.session.checks merged": 0,
		"kratos.session.checks refused": 0, "kratos.session.checks stale": 0, "kratos.session.checks store_hit": 0,
		"kratos.session.events unmet": 0, "kratos.session.events doubtful": 0, "kratos.session.events forgotten": 0,
		"kratos.session.events store_error": 0, "kratos.session.cache.entries": 1,
	}
	if !maps.Equal(got, want) {
		t.Errorf("metrics are %v, want %v", got, want)
	}
}

// keepSpans keeps its spans when the provider is shut down.
type keepSpans struct{ *tracetest.InMemoryExporter }

func (keepSpans) Shutdown(context.Context) error { return nil }
