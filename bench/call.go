package main

import "context"

// call is one row of the table: what each client is asked to do, and what is aimed at.
type call struct {
	name       string
	goroutines int
	do         func(context.Context, client) error
	faster     float64 // aim: at least so many times as fast as the incumbent; 0: none
	allocs     float64 // aim: at most so many allocations; 0: none
}

func calls() []call {
	flow := func(ctx context.Context, c client) error { return c.loginFlow(ctx, func(input) {}) }
	batch := func(ctx context.Context, c client) error { return c.batch(ctx, func(string, string) {}) }
	return []call{
		{name: "whoami", goroutines: 1, do: whoami, faster: 6.5, allocs: 90},
		{name: "login flow, all inputs read", goroutines: 1, do: flow, faster: 15},
		{name: "list of 250 identities", goroutines: 1, do: list(250), faster: 11},
		{name: "list of 1000 identities", goroutines: 1, do: list(1000), faster: 11},
		{name: "batch create of 1000", goroutines: 1, do: batch, faster: 10},
		{name: "whoami in 64 goroutines", goroutines: goroutines, do: whoami},
	}
}

func whoami(ctx context.Context, c client) error {
	_, err := c.whoami(ctx)
	return err
}

func list(n int) func(context.Context, client) error {
	return func(ctx context.Context, c client) error { return c.identities(ctx, n, func(string) {}) }
}
