package e2e

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// hookOutcomes are what people get for the decisions of hooks, and for what their receivers do.
type hookOutcomes struct {
	mu        sync.Mutex
	triggers  map[string]map[string]string // by trigger and mode, and by kind and decision
	receivers map[string]string            // by what the receiver does
}

// hookTable has the outcomes of all tests of hooks. They log it, and it is in the file of MATRIX.
var hookTable = &hookOutcomes{triggers: map[string]map[string]string{}, receivers: map[string]string{}}

func (o *hookOutcomes) add(trigger hookTrigger, mode string, d hookDirective, outcome string) {
	row := trigger.name + ", " + mode
	if trigger.method == "link" {
		row += ", link"
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.triggers[row] == nil {
		o.triggers[row] = map[string]string{}
	}
	o.triggers[row][d.kind+" "+d.decision] = outcome
}

func (o *hookOutcomes) addReceiver(does string, calls int64, outcome string) {
	if outcome == "" {
		outcome = "done"
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.receivers[does] = fmt.Sprintf("%d | %s", calls, outcome)
}

func (o *hookOutcomes) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%-44s", "trigger, client")
	for _, d := range hookDecisions {
		fmt.Fprintf(&b, " | %-28s", string(d.kind)+" "+d.decision)
	}
	for _, row := range slices.Sorted(maps.Keys(o.triggers)) {
		fmt.Fprintf(&b, "\n%-44s", row)
		for _, d := range hookDecisions {
			fmt.Fprintf(&b, " | %-28s", o.triggers[row][string(d.kind)+" "+d.decision])
		}
	}
	b.WriteString("\n\nreceiver of a registration | calls | outcome\n")
	for _, does := range slices.Sorted(maps.Keys(o.receivers)) {
		fmt.Fprintf(&b, "%s | %s\n", does, o.receivers[does])
	}
	return b.String()
}
