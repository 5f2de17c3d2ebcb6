//go:build browser

package browser

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
)

// report is the matrix of what was tried: by flow and method, on each view.
var report = &matrix{cells: map[string]map[string]string{}, audits: map[string]int{}}

type matrix struct {
	mu     sync.Mutex
	rows   []string
	cells  map[string]map[string]string
	audits map[string]int // pages that were audited, by path
}

// cover sets a cell: "ok", "failed", or what the page says instead.
func (m *matrix) cover(row, column, result string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cells[row] == nil {
		m.cells[row] = map[string]string{}
		m.rows = append(m.rows, row)
	}
	m.cells[row][column] = result
}

func (m *matrix) countAudit(path string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.audits[path]++
}

// write writes the matrix to a file, if path is not empty.
func (m *matrix) write(path string) error {
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return m.print(f)
}

func (m *matrix) print(w io.Writer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "flow and method")
	for _, v := range views {
		fmt.Fprint(table, "\t", v.name)
	}
	fmt.Fprintln(table)
	slices.SortStableFunc(m.rows, func(a, b string) int { return flowRank(a) - flowRank(b) })
	for _, row := range m.rows {
		fmt.Fprint(table, row)
		for _, v := range views {
			cell := m.cells[row][v.name]
			if cell == "" {
				cell = "-"
			}
			fmt.Fprint(table, "\t", cell)
		}
		fmt.Fprintln(table)
	}
	paths := make([]string, 0, len(m.audits))
	for path, n := range m.audits {
		paths = append(paths, fmt.Sprintf("%s %d", path, n))
	}
	slices.Sort(paths)
	fmt.Fprintf(table, "\nok: tried. hint: the page says that it needs JavaScript. -: only with the build tag full.\nExamined by axe-core, light and dark: %s\n", strings.Join(paths, ", "))
	return table.Flush()
}

// flowRank is the place of a row in the table.
func flowRank(row string) int {
	flow, _, _ := strings.Cut(row, " ")
	return slices.Index([]string{"registration", "login", "logout", "recovery", "verification", "settings"}, flow)
}
