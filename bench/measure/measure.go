package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// cost is the cost of a call: nanoseconds, and allocations in the client's process.
type cost struct{ time, allocs, bytes float64 }

// costs are the costs of a call with each client, by round.
type costs [numClients][]cost

// time returns the time with client a divided by that with client b: the median of the ratios of
// the rounds, so that other load on the machine affects both.
func (c costs) time(a, b int) float64 {
	return medianRatio(c[a], c[b], func(c cost) float64 { return c.time })
}

func (c costs) allocs(client int) float64 {
	return median(c[client], func(c cost) float64 { return c.allocs })
}

func (c costs) bytes(client int) float64 {
	return median(c[client], func(c cost) float64 { return c.bytes })
}

// compare measures a call in rounds, in each with all clients in turn.
func compare(ctx context.Context, c call, clients [numClients]client, e effort) (all costs, err error) {
	for range e.rounds {
		for i, client := range clients {
			one, err := measure(ctx, c, client, e.round)
			if err != nil {
				return all, fmt.Errorf("%s: %w", clientNames[i], err)
			}
			all[i] = append(all[i], one)
		}
	}
	return all, nil
}

// measure repeats a call for about length. It collects garbage first, so that a client does not pay
// for the previous one.
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

// timed repeats work for about length, and returns the seconds that one repetition took.
func timed(work func() error, length time.Duration) (float64, error) {
	runtime.GC()
	start, n := time.Now(), 0
	for time.Since(start) < length || n == 0 {
		if err := work(); err != nil {
			return 0, err
		}
		n++
	}
	return time.Since(start).Seconds() / float64(n), nil
}

func median[T any](list []T, of func(T) float64) float64 {
	values := make([]float64, len(list))
	for i, v := range list {
		values[i] = of(v)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// medianRatio returns the median of the ratios of a and b by round.
func medianRatio[T any](a, b []T, of func(T) float64) float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = of(a[i]) / of(b[i])
	}
	return median(ratios, unchanged)
}

func unchanged(v float64) float64 { return v }
