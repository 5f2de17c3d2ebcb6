// Command measure compares the clients: the same calls to the same server, which replays responses
// of a real Kratos. Command bench builds it with each toolchain, together with the generated
// clients, and runs it.
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

// effort is the number and length of the rounds.
type effort struct {
	rounds, slowRounds int // slowRounds is for measurements that take seconds
	round              time.Duration
}

var (
	full  = effort{rounds: 11, slowRounds: 3, round: 200 * time.Millisecond}
	quick = effort{rounds: 1, slowRounds: 1, round: time.Millisecond}
)

// options are the flags that command bench sets.
type options struct {
	effort
	overlay             string // path of the overlay that adds the generated clients
	publicURL, adminURL string // of a real Kratos
}

func main() {
	o := options{effort: full}
	serving := flag.Bool(serveFlag[1:], false, "serve recorded responses until standard input ends")
	quickly := flag.Bool("quick", false, "measure one short round, to check that everything works")
	flag.StringVar(&o.overlay, "overlay", "", "overlay `file` for go build that adds the generated clients")
	flag.StringVar(&o.publicURL, "public", "", "`URL` of the public API of a real Kratos")
	flag.StringVar(&o.adminURL, "admin", "", "`URL` of its admin API")
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
	checks, err := measureSessionChecks(ctx, o.effort)
	if err != nil {
		return err
	}
	hookCosts, err := measureHooks(ctx, o.effort)
	if err != nil {
		return err
	}
	validations, err := measureValidation(ctx, o)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "== %s %s/%s: %d rounds, each with all clients in turn\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, o.rounds)
	var targets []target
	for _, c := range calls {
		for _, t := range c.targets(c.costs) {
			t.name = c.name + ": " + t.name
			targets = append(targets, t)
		}
	}
	targets = append(targets, builds.targets()...)
	targets = append(targets, sessionTargets(checks)...)
	targets = append(targets, hookCosts.targets()...)
	for _, v := range validations {
		targets = append(targets, v.target())
	}
	return errors.Join(writeCalls(w, calls), writeBuilds(w, builds), writeSessionChecks(w, checks), writeHooks(w, hookCosts), writeTargets(w, targets))
}
