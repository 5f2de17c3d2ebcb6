package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// matrixTable returns the matrix as text: the tested cells, followed by the rules.
func matrixTable() string {
	var b strings.Builder
	b.WriteString("The self-service flows with a real Kratos. Letter: tested. Dash: impossible. Question mark: neither.\n")
	for _, o := range outcomes {
		fmt.Fprintf(&b, "  %s  %-14s %s\n", o.letter, o.name, o.meaning)
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
				b.WriteString(cellMark(cell{body.flow, mode, body.method, o.name}, o.letter))
			}
		}
		b.WriteString("\n")
	}
	all, done := allCells(), len(tested.cells)
	fmt.Fprintf(&b, "\n%d cells: %d tested, %d impossible, %d neither.\n", len(all), done, len(all)-done-len(untested()), len(untested()))
	b.WriteString("\nImpossible (flow, mode, method, outcome):\n")
	for _, why := range reasons() {
		b.WriteString(why)
	}
	return b.String()
}

func cellMark(c cell, letter string) string {
	switch {
	case tested.cells[c]:
		return letter
	case ruleOf(c) >= 0:
		return "-"
	}
	return "?"
}

// reasons returns the rules, grouped by reason.
func reasons() []string {
	count := map[int]int{}
	for _, c := range allCells() {
		count[ruleOf(c)]++
	}
	type group struct {
		cells int
		lines []string
	}
	groups := map[string]*group{}
	for i, r := range rules() {
		g := groups[r.reason]
		if g == nil {
			g = new(group)
			groups[r.reason] = g
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
