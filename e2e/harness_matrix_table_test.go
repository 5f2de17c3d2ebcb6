package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// matrixTable is the matrix as text: what is tested, then what is impossible.
func matrixTable() string {
	var b strings.Builder
	b.WriteString("The self-service flows against a real Kratos. A letter is tested, a dash is impossible, a question mark is neither.\n")
	for _, o := range outcomes {
		fmt.Fprintf(&b, "  %s  %-14s %s\n", o.letter, o.name, o.means)
	}
	fmt.Fprintf(&b, "\n%-31s%-13s%-13s%s\n", "", native, singlePage, pages)
	for _, body := range bodies {
		fmt.Fprintf(&b, "%-13s %-16s", body.flow, body.method)
		for _, mode := range modes {
			b.WriteString(" ")
			if mode != native {
				b.WriteString(" ")
			}
			for _, o := range outcomes {
				b.WriteString(mark(cell{body.flow, mode, body.method, o.name}, o.letter))
			}
		}
		b.WriteString("\n")
	}
	all, done := cells(), len(tested.cells)
	fmt.Fprintf(&b, "\n%d cells: %d tested, %d impossible, %d neither.\n", len(all), done, len(all)-done-len(untested()), len(untested()))
	b.WriteString("\nImpossible (flow, mode, method, outcome):\n")
	for _, why := range reasons() {
		b.WriteString(why)
	}
	return b.String()
}

func mark(c cell, letter string) string {
	switch {
	case tested.cells[c]:
		return letter
	case ruled(c) >= 0:
		return "-"
	}
	return "?"
}

// reasons are the rules, those with the same reason together.
func reasons() []string {
	count := map[int]int{}
	for _, c := range cells() {
		count[ruled(c)]++
	}
	type group struct {
		cells int
		lines []string
	}
	groups := map[string]*group{}
	for i, r := range rules {
		g := groups[r.why]
		if g == nil {
			g = new(group)
			groups[r.why] = g
		}
		g.cells += count[i]
		g.lines = append(g.lines, fmt.Sprintf("      %s, %s, %s, %s\n", r.flow, r.mode, r.method, r.outcome))
	}
	var whys []string
	for why := range groups {
		whys = append(whys, why)
	}
	slices.SortFunc(whys, func(x, y string) int {
		return cmp.Or(groups[y].cells-groups[x].cells, cmp.Compare(x, y))
	})
	var out []string
	for _, why := range whys {
		out = append(out, fmt.Sprintf("%4d  %s\n%s", groups[why].cells, why, strings.Join(groups[why].lines, "")))
	}
	return out
}
