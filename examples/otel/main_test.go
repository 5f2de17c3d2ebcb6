package main

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
	"github.com/kratoskit/kratos-go/wrappers/kratostest"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// newTestSite returns a site with a Kratos, and the token of a session.
func newTestSite(t *testing.T, spans *keepSpans, metrics metric.Reader) (site http.Handler, k *kratostest.Kratos, token string) {
	t.Helper()
	k = kratostest.New(t)
	site, stop, err := newSite(k.PublicURL(), spans, metrics)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return site, k, k.SignIn(k.Person(kratostest.Person{})).Token
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
	site, k, token := newTestSite(t, exporter, metric.NewManualReader())
	get(t, site, token, http.StatusOK)

	spans := exporter.GetSpans()
	if len(spans) != 2 || spans[0].Name != "GET /sessions/whoami" || spans[0].Parent.SpanID() != spans[1].SpanContext.SpanID() {
		t.Errorf("spans are %v", spans.Snapshots())
	}
	for _, span := range spans {
		for _, a := range span.Attributes {
			if strings.Contains(a.Value.String(), "s3cret") || strings.Contains(a.Value.String(), token) {
				t.Errorf("%s has a secret: %s", a.Key, a.Value.String())
			}
		}
	}
	if calls := k.Calls("toSession"); len(calls) != 1 || calls[0].Header.Get("Traceparent") == "" {
		t.Error("the request to Kratos has no trace context")
	}
}

// The query of a request to Kratos can be a secret.
func TestSpansHaveNoQuery(t *testing.T) {
	t.Parallel()
	exporter := &keepSpans{InMemoryExporter: tracetest.NewInMemoryExporter()}
	client, err := newClient(kratostest.New(t).PublicURL(), trace.NewTracerProvider(trace.WithSyncer(withoutQueries{exporter})))
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
	site, _, token := newTestSite(t, &keepSpans{InMemoryExporter: tracetest.NewInMemoryExporter()}, reader)
	for range 3 {
		get(t, site, token, http.StatusOK)
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
