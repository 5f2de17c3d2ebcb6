package main

import (
	"context"

	"github.com/kratoskit/kratos-go/wrappers/sessions"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// observeGuard exports the counters of a guard, which are read whenever metrics are collected. The
// [sessions.Stats] that decided one request each are one metric, with the attribute outcome.
func observeGuard(meter metric.Meter, guard *sessions.Guard) error {
	checks, err := meter.Int64ObservableCounter("kratos.session.checks",
		metric.WithUnit("{check}"), metric.WithDescription("Checks of sessions, by what decided them"))
	if err != nil {
		return err
	}
	events, err := meter.Int64ObservableCounter("kratos.session.events",
		metric.WithUnit("{event}"), metric.WithDescription("Unmet needs, doubts, forgotten sessions and errors of the store"))
	if err != nil {
		return err
	}
	entries, err := meter.Int64ObservableGauge("kratos.session.cache.entries",
		metric.WithUnit("{session}"), metric.WithDescription("Sessions in the cache"))
	if err != nil {
		return err
	}
	_, err = meter.RegisterCallback(func(_ context.Context, o metric.Observer) error {
		stats := guard.Stats()
		for outcome, n := range map[string]uint64{
			"hit": stats.Hits, "call": stats.Calls, "merged": stats.Merged, "refused": stats.Refused,
			"stale": stats.Stale, "store_hit": stats.StoreHits,
		} {
			o.ObserveInt64(checks, int64(n), metric.WithAttributes(attribute.String("outcome", outcome)))
		}
		for event, n := range map[string]uint64{
			"unmet": stats.Unmet, "doubtful": stats.Doubtful, "forgotten": stats.Forgotten, "store_error": stats.StoreErrors,
		} {
			o.ObserveInt64(events, int64(n), metric.WithAttributes(attribute.String("event", event)))
		}
		o.ObserveInt64(entries, int64(stats.Entries))
		return nil
	}, checks, events, entries)
	return err
}
