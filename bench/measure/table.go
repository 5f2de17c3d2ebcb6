package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// writeTable writes the rows; the first one has the names of the columns.
func writeTable(w io.Writer, rows [][]string) error {
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	return t.Flush()
}

// table returns the first row of a table with a column for each client.
func table(title string) [][]string { return [][]string{append([]string{title}, clientNames[:]...)} }

// row returns a row with the result of cell for each client.
func row(name string, cell func(client int) string) []string {
	cells := []string{name}
	for i := range numClients {
		cells = append(cells, cell(i))
	}
	return cells
}

// writeCalls writes the costs of the calls with each client.
func writeCalls(w io.Writer, calls []callResult) error {
	times, allocs, bytes := table("time, net/http = 1"), table("allocations per call"), table("kB allocated per call")
	for _, c := range calls {
		times = append(times, row(c.name, func(i int) string { return number(c.costs.time(i, baseline)) }))
		allocs = append(allocs, row(c.name, func(i int) string { return fmt.Sprintf("%.0f", c.costs.allocs(i)) }))
		bytes = append(bytes, row(c.name, func(i int) string { return number(c.costs.bytes(i) / 1e3) }))
	}
	for _, t := range [][][]string{times, allocs, bytes} {
		if err := writeTable(w, t); err != nil {
			return err
		}
	}
	return nil
}

// writeBuilds writes the measurements of the programs.
func writeBuilds(w io.Writer, b builds) error {
	return writeTable(w, append(table("program"),
		row("stripped binary, MB over net/http's", func(i int) string { return fmt.Sprintf("%.2f", b.over(i)/1e6) }),
		row("packages", func(i int) string { return fmt.Sprint(b.packages[i]) }),
		row("CPU time to compile the client, kratos-client-go = 1", func(i int) string {
			if i == baseline {
				return ""
			}
			return number(medianRatio(b.compile[i], b.compile[incumbent], unchanged))
		}),
	))
}

// writeTargets writes the targets and marks those that are missed.
func writeTargets(w io.Writer, targets []target) error {
	rows := [][]string{{"target", "bound", "measured", ""}}
	for _, t := range targets {
		mark := ""
		if t.missed {
			mark = "missed"
		}
		rows = append(rows, []string{t.name, t.bound, t.measured, mark})
	}
	if err := writeTable(w, rows); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}
