package front

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Fault is how a request fails.
type Fault struct {
	Kind       FaultKind
	Status     int           // FaultStatus
	RetryAfter time.Duration // FaultRateLimited: 0 sends no Retry-After
}

// FaultKind is a kind of Fault.
type FaultKind int

const (
	FaultStatus       FaultKind = iota // an error with a status
	FaultHang                          // no response before the client or the test ends
	FaultDrop                          // the connection ends within the response
	FaultDatabaseDown                  // what Kratos responds when its database fails
	FaultRateLimited                   // 429
)

// plannedFault is a Fault of the next requests of an operation.
type plannedFault struct {
	Fault
	operation string // "" for every operation
	left      int    // requests, or less than 0 for all
}

// Fail makes the next n requests of an operation fail, or all if n is less than 1. The operation ""
// is every operation. Faults of an operation apply in the order of the calls of Fail.
func (f *Front) Fail(operation string, n int, fault Fault) error {
	if err := f.checkOperation(operation); err != nil {
		return err
	}
	if fault.Kind == FaultStatus && (fault.Status < 200 || fault.Status > 599) {
		return fmt.Errorf("status %d is not the final status of a response", fault.Status)
	}
	if n < 1 {
		n = -1
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = append(f.faults, &plannedFault{Fault: fault, operation: operation, left: n})
	return nil
}

// Recover ends the faults of an operation, or of all for "".
func (f *Front) Recover(operation string) error {
	if err := f.checkOperation(operation); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = slices.DeleteFunc(f.faults, func(planned *plannedFault) bool {
		return operation == "" || planned.operation == operation
	})
	return nil
}

// nextFault returns the fault of a request of an operation, or nil.
func (f *Front) nextFault(operation string) *plannedFault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, planned := range f.faults {
		if planned.operation != "" && planned.operation != operation {
			continue
		}
		if planned.left--; planned.left == 0 {
			f.faults = slices.Delete(f.faults, i, i+1)
		}
		return planned
	}
	return nil
}

// checkOperation returns an error for what is not an operation, with names that are near.
func (f *Front) checkOperation(name string) error {
	known := slices.Clone(f.routes.names)
	if name == "" || slices.Contains(known, name) {
		return nil
	}
	slices.SortStableFunc(known, func(a, b string) int { return distance(name, a) - distance(name, b) })
	return fmt.Errorf("there is no operation %q; near it are %s", name, strings.Join(slices.Compact(known)[:3], ", "))
}

// distance returns how many letters have to change to make a name another (Levenshtein), whatever
// their case.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
