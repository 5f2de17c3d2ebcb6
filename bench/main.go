// Command bench sets this SDK beside kratos-client-go (the incumbent) and beside net/http alone (the floor): the same
// calls, to the same server, which sends what a real Kratos sent. It prints ratios; times of one machine say nothing
// about another.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

// effort is how thoroughly to measure.
type effort struct {
	rounds, compilations int
	round                time.Duration
}

var (
	thorough = effort{rounds: 11, compilations: 3, round: 200 * time.Millisecond}
	quick    = effort{rounds: 1, compilations: 1, round: time.Millisecond}
)

func main() {
	serving := flag.Bool(serveFlag[1:], false, "be the server of another bench, until standard input ends")
	quickly := flag.Bool("quick", false, "measure next to nothing, to see whether everything works")
	flag.Parse()
	e := thorough
	if *quickly {
		e = quick
	}
	work := func() error { return run(context.Background(), os.Stdout, e) }
	if *serving {
		work = serve
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, e effort) error {
	rows, err := measureCalls(ctx, e)
	if err != nil {
		return err
	}
	ours, incumbent, floor, err := sizes(ctx)
	if err != nil {
		return err
	}
	oursTime, incumbentTime, err := compileTimes(ctx, e.compilations)
	if err != nil {
		return err
	}
	judged, err := measureJudged(e)
	if err != nil {
		return err
	}
	fmt.Fprint(w, `time: how many times as fast as the incumbent; this is what the target is about.
net: the same without the time of the floor, which is the connection, net/http and reading the body.
at best: what time would be if this SDK took no longer than the floor.

`)
	if err := writeCalls(w, rows); err != nil {
		return err
	}
	fmt.Fprintln(w)
	if err := writeJudged(w, judged); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return writeBuilds(w, builds(ours, incumbent, floor, oursTime, incumbentTime))
}

func measureCalls(ctx context.Context, e effort) ([]result, error) {
	url, stop, err := startServer()
	if err != nil {
		return nil, err
	}
	defer stop()
	ours, err := newOurs(url)
	if err != nil {
		return nil, err
	}
	clients := []client{ours, newIncumbent(url), newFloor(url)}
	for _, c := range clients[:2] {
		if err := check(ctx, c); err != nil {
			return nil, err
		}
	}
	var rows []result
	for _, c := range calls() {
		costs, err := compare(ctx, c, clients, e.rounds, e.round)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		rows = append(rows, c.result(costs[0], costs[1], costs[2]))
	}
	return rows, nil
}
