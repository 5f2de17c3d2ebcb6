package main

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// cost is what one call takes: nanoseconds, and what the process of the client allocates.
type cost struct{ time, allocs, bytes float64 }

// compare measures a call of all clients in turn, round by round, so that a disturbance hits all of them, and returns the
// medians of the rounds.
func compare(ctx context.Context, c call, clients []client, rounds int, length time.Duration) ([]cost, error) {
	all := make([][]cost, len(clients))
	for range rounds {
		for i, client := range clients {
			one, err := measure(ctx, c, client, length)
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], one)
		}
	}
	medians := make([]cost, len(clients))
	for i, costs := range all {
		medians[i] = cost{
			time:   median(costs, func(c cost) float64 { return c.time }),
			allocs: median(costs, func(c cost) float64 { return c.allocs }),
			bytes:  median(costs, func(c cost) float64 { return c.bytes }),
		}
	}
	return medians, nil
}

// measure repeats a call for about length. It begins without garbage, lest a client pays for the one before it.
func measure(ctx context.Context, c call, client client, length time.Duration) (cost, error) {
	if err := c.do(ctx, client); err != nil {
		return cost{}, err
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	n, err := repeat(ctx, c, client, start.Add(length))
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return cost{
		time:   float64(took) / float64(n),
		allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
		bytes:  float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}, err
}

func repeat(ctx context.Context, c call, client client, end time.Time) (int64, error) {
	var n atomic.Int64
	var failure atomic.Pointer[error]
	var wg sync.WaitGroup
	for range c.goroutines {
		wg.Go(func() {
			for failure.Load() == nil {
				if err := c.do(ctx, client); err != nil {
					failure.Store(&err)
				}
				n.Add(1)
				if time.Now().After(end) {
					return
				}
			}
		})
	}
	wg.Wait()
	if err := failure.Load(); err != nil {
		return n.Load(), *err
	}
	return n.Load(), nil
}

func median[T any](list []T, of func(T) float64) float64 {
	values := make([]float64, len(list))
	for i, v := range list {
		values[i] = of(v)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
