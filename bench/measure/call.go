package main

import (
	"context"
	"fmt"
	"math"
)

// call is a row of the tables: a call to measure with each client, and its targets.
type call struct {
	name       string
	goroutines int
	do         func(context.Context, client) error
	targets    func(costs) []target
}

func calls() []call {
	flow := func(ctx context.Context, c client) error { return c.loginFlow(ctx, func(input) {}) }
	batch := func(ctx context.Context, c client) error { return c.createBatch(ctx, func(string, string) {}) }
	return []call{
		{"whoami", 1, whoami, func(c costs) []target {
			return []target{
				atMost("time, net/http = 1", c.time(sdk, baseline), 1.25),
				atMost("allocations", math.Round(c.allocs(sdk)), 90),
			}
		}},
		{"login flow, all inputs read", 1, flow, func(c costs) []target {
			return []target{atMost("time, net/http = 1", c.time(sdk, baseline), 1.5)}
		}},
		{"list of 250 identities", 1, list(250), listTargets},
		{"list of 1000 identities", 1, list(1000), listTargets},
		{"batch create of 1000", 1, batch, func(c costs) []target {
			return []target{
				atLeast("speed, kratos-client-go = 1", c.time(incumbent, sdk), byVersion(6.5, 5)),
				atMost("time, ogen = 1", c.time(sdk, peerOgen), 1.15),
			}
		}},
		{fmt.Sprintf("whoami in %d goroutines", goroutines), goroutines, whoami, func(costs) []target { return nil }},
	}
}

func listTargets(c costs) []target {
	return []target{
		atLeast("speed, kratos-client-go = 1", c.time(incumbent, sdk), byVersion(11, 7.5)),
		atMost("time, ogen = 1", c.time(sdk, peerOgen), 1.15),
		atMost("memory, ogen = 1", c.bytes(sdk)/c.bytes(peerOgen), 0.2),
	}
}

func whoami(ctx context.Context, c client) error {
	_, err := c.whoami(ctx)
	return err
}

func list(n int) func(context.Context, client) error {
	return func(ctx context.Context, c client) error { return c.identities(ctx, n, func(string) {}) }
}

// callResult is a call with its measurements.
type callResult struct {
	call
	costs costs
}

func measureCalls(ctx context.Context, e effort) ([]callResult, error) {
	url, stop, err := startServer()
	if err != nil {
		return nil, err
	}
	defer stop()
	clients, err := newClients(url)
	if err != nil {
		return nil, err
	}
	for i, c := range clients {
		if i == baseline {
			continue // decodes nothing
		}
		if err := check(ctx, c); err != nil {
			return nil, fmt.Errorf("%s: %w", clientNames[i], err)
		}
	}
	var results []callResult
	for _, c := range calls() {
		costs, err := compare(ctx, c, clients, e)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		results = append(results, callResult{c, costs})
	}
	return results, nil
}
