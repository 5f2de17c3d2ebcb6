package kratostest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// result counts the exchanges of each operation and version.
type result struct {
	mu      sync.Mutex
	counts  map[string]map[string]*count // by operation and version
	reasons map[string]int               // of exchanges that are exceptions or left out
}

// count counts exchanges.
type count struct{ equal, excepted, different, leftOut int }

func newResult() *result {
	return &result{counts: map[string]map[string]*count{}, reasons: map[string]int{}}
}

// add counts an exchange.
func (r *result) add(e *exchange, reason string, one func(*count)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts[e.Op] == nil {
		r.counts[e.Op] = map[string]*count{}
	}
	if r.counts[e.Op][e.Version] == nil {
		r.counts[e.Op][e.Version] = &count{}
	}
	one(r.counts[e.Op][e.Version])
	if reason != "" {
		r.reasons[reason]++
	}
}

// versions returns the versions.
func (r *result) versions() []string {
	found := map[string]bool{}
	for _, byVersion := range r.counts {
		for version := range byVersion {
			found[version] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// total returns the sum of a version, or of all for "".
func (r *result) total(version string) count {
	var sum count
	for _, byVersion := range r.counts {
		for v, c := range byVersion {
			if version == "" || v == version {
				sum.equal += c.equal
				sum.excepted += c.excepted
				sum.different += c.different
				sum.leftOut += c.leftOut
			}
		}
	}
	return sum
}

// share returns how many of the judged exchanges are equal, between 0 and 1.
func (c count) share() float64 {
	judged := c.equal + c.excepted + c.different
	if judged == 0 {
		return 1
	}
	return float64(c.equal) / float64(judged)
}

func (c count) String() string {
	text := fmt.Sprint(c.equal)
	for _, more := range []struct {
		n    int
		sign string
	}{{c.excepted, "+%d"}, {c.different, " ≠%d"}, {c.leftOut, " (%d)"}} {
		if more.n > 0 {
			text += fmt.Sprintf(more.sign, more.n)
		}
	}
	return text
}

// table returns the counts of each operation and version, and the reasons.
func (r *result) table() string {
	var b strings.Builder
	versions := r.versions()
	row := func(name string, cells func(version string) string) {
		fmt.Fprintf(&b, "%-32s", name)
		for _, v := range versions {
			fmt.Fprintf(&b, "%-20s", cells(v))
		}
		b.WriteString("\n")
	}
	b.WriteString("equal exchanges +exceptions ≠different (left out)\n")
	row("operation", func(v string) string { return v })
	for _, op := range slices.Sorted(maps.Keys(r.counts)) {
		row(op, func(v string) string {
			if c := r.counts[op][v]; c != nil {
				return c.String()
			}
			return ""
		})
	}
	row("total", func(v string) string { return r.total(v).String() })
	row("equal", func(v string) string { return fmt.Sprintf("%.1f %%", 100*r.total(v).share()) })
	for _, reason := range slices.Sorted(maps.Keys(r.reasons)) {
		fmt.Fprintf(&b, "%5d %s\n", r.reasons[reason], reason)
	}
	return b.String()
}
