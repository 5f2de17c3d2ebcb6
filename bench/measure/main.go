// Command measure compares the clients: the same calls, to the same server, which sends what a real
// Kratos sent. Command bench builds it with each toolchain, together with the clients that it
// generates, and runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

// effort is how thoroughly to measure.
type effort struct {
	rounds, slowRounds int // slowRounds: of what takes seconds
	round              time.Duration
}

var (
	thorough = effort{rounds: 11, slowRounds: 3, round: 200 * time.Millisecond}
	quick    = effort{rounds: 1, slowRounds: 1, round: time.Millisecond}
)

// options come from command bench.
type options struct {
	effort
	overlay             string // the file that has the generated clients appear
	publicURL, adminURL string // of a real Kratos
}

func main() {
	o := options{effort: thorough}
	serving := flag.Bool(serveFlag[1:], false, "be the server of another process, until standard input ends")
	quickly := flag.Bool("quick", false, "measure next to nothing, to see whether everything works")
	flag.StringVar(&o.overlay, "overlay", "", "the `file` for go build that has the generated clients appear")
	flag.StringVar(&o.publicURL, "public", "", "the `URL` of the public API of a real Kratos")
	flag.StringVar(&o.adminURL, "admin", "", "the `URL` of its admin API")
	flag.Parse()
	if *quickly {
		o.effort = quick
	}
	work := func() error { return run(context.Background(), os.Stdout, o) }
	if *serving {
		work = serve
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, o options) error {
	calls, err := measureCalls(ctx, o.effort)
	if err != nil {
		return err
	}
	builds, err := measureBuilds(ctx, o)
	if err != nil {
		return err
	}
	validations, err := measureValidation(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "== %s %s/%s: %d rounds, in each of which all take their turns\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, o.rounds)
	var targets []target
	for _, c := range calls {
		for _, t := range c.targets(c.costs) {
			t.name = c.name + ": " + t.name
			targets = append(targets, t)
		}
	}
	targets = append(targets, builds.targets()...)
	for _, v := range validations {
		targets = append(targets, v.target())
	}
	return errors.Join(writeCalls(w, calls), writeBuilds(w, builds), writeTargets(w, targets))
}
