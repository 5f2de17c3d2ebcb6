package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// result is a row of the table; a cell that does not apply is "".
type result struct {
	name, ratio, net, atBest, allocs, bytes, overFloor, target string
}

// result makes a row of what a call takes.
func (c call) result(ours, incumbent, floor cost) result {
	ratio := incumbent.time / ours.time
	var targets []string
	if c.faster > 0 {
		targets = append(targets, aim(ratio >= c.faster, "≥ %.1f×", c.faster))
	}
	if c.allocs > 0 {
		targets = append(targets, aim(math.Round(ours.allocs) <= c.allocs, "≤ %.0f allocs", c.allocs))
	}
	return result{
		name:      c.name,
		ratio:     fmt.Sprintf("%.1f×", ratio),
		net:       fmt.Sprintf("%.1f×", (incumbent.time-floor.time)/(ours.time-floor.time)),
		atBest:    fmt.Sprintf("%.1f×", incumbent.time/floor.time),
		allocs:    fmt.Sprintf("%.0f / %.0f / %.0f", ours.allocs, incumbent.allocs, floor.allocs),
		bytes:     fmt.Sprintf("%s / %s", kB(ours.bytes), kB(incumbent.bytes)),
		overFloor: fmt.Sprintf("%.1f×", ours.time/floor.time),
		target:    strings.Join(targets, ", "),
	}
}

func kB(bytes float64) string { return fmt.Sprintf("%.0f kB", bytes/1e3) }

// aim says what is aimed at, and whether it is missed.
func aim(reached bool, format string, value float64) string {
	text := fmt.Sprintf(format, value)
	if reached {
		return text
	}
	return text + " missed"
}

func writeCalls(w io.Writer, rows []result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "call\ttime\tnet\tat best\tallocs, ours/incumbent/floor\tbytes, ours/incumbent\tours/floor\ttarget")
	for _, r := range rows {
		fmt.Fprintln(t, strings.Join([]string{r.name, r.ratio, r.net, r.atBest, r.allocs, r.bytes, r.overFloor, r.target}, "\t"))
	}
	return t.Flush()
}

// built is a row of the second table, about the programs that the clients are in.
type built struct{ name, ours, incumbent, ratio, target string }

func builds(ours, incumbent, floor size, oursTime, incumbentTime float64) []built {
	oursMB, incumbentMB := (ours.bytes-floor.bytes)/1e6, (incumbent.bytes-floor.bytes)/1e6
	compile := oursTime / incumbentTime
	return []built{
		{
			name: "stripped binary, over the floor's", ours: fmt.Sprintf("%+.2f MB", oursMB), incumbent: fmt.Sprintf("%+.2f MB", incumbentMB),
			ratio: fmt.Sprintf("%.2f", oursMB/incumbentMB), target: aim(oursMB <= 0.7, "≤ %+.1f MB", 0.7),
		},
		{
			name:      "packages imported, over the floor's",
			ours:      fmt.Sprintf("%.0f (%+.0f)", ours.packages, ours.packages-floor.packages),
			incumbent: fmt.Sprintf("%.0f (%+.0f)", incumbent.packages, incumbent.packages-floor.packages),
			ratio:     fmt.Sprintf("%.2f", ours.packages/incumbent.packages),
		},
		{
			name: "compiling the client", ours: fmt.Sprintf("%.2f s", oursTime), incumbent: fmt.Sprintf("%.2f s", incumbentTime),
			ratio: fmt.Sprintf("%.2f", compile), target: aim(compile <= 0.5, "≤ %.1f", 0.5),
		},
	}
}

func writeBuilds(w io.Writer, rows []built) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "build\tours\tincumbent\tours/incumbent\ttarget")
	for _, r := range rows {
		fmt.Fprintln(t, strings.Join([]string{r.name, r.ours, r.incumbent, r.ratio, r.target}, "\t"))
	}
	return t.Flush()
}
