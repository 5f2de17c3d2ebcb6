package kratostest

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/recorded"
)

var (
	recordings = flag.String(recorded.Flag, recorded.Kept("../.."), recorded.Usage)
	only       = flag.String("scenario", "", "judge only the scenarios whose name contains `text`")
	atMost     = flag.Int("differences", 8, "print at most `n` differences of an exchange")
)

// enough is the share of exchanges that has to be equal, without exceptions.
const enough = 0.95

// TestOracle replays recordings of real servers, and compares the responses of a Kratos with those
// that were recorded.
func TestOracle(t *testing.T) {
	t.Parallel()
	all, selection := replayable(t)
	if *update && !selection {
		writeScenarios(t, all)
	}
	o := &oracle{exceptions: readExceptions(t), result: newResult()}
	t.Run("servers", func(t *testing.T) {
		for _, server := range serversOf(all) {
			t.Run(server.version+" "+server.config, func(t *testing.T) {
				t.Parallel()
				o.replay(t, server)
			})
		}
	})
	t.Log("\n" + o.result.table())
	if *only != "" {
		return
	}
	if sum := o.result.total(""); sum.equal+sum.excepted+sum.different+sum.leftOut != len(all) {
		t.Errorf("%d exchanges are counted as %v", len(all), sum)
	}
	for key := range o.exceptions.reasons {
		version, _, _ := strings.Cut(key, " ")
		if selection || !slices.Contains(o.result.versions(), version) {
			continue
		}
		if !slices.ContainsFunc(all, func(e *recorded.Exchange) bool { return (&exchange{Exchange: e}).key() == key }) {
			t.Errorf("%s has %s, which was not recorded", exceptionsFile, key)
		}
	}
	for _, version := range o.result.versions() {
		if total := o.result.total(version); total.share() < enough {
			t.Errorf("%s: %.1f %% of the exchanges are equal, want %.0f %%", version, 100*total.share(), 100*enough)
		}
	}
}

// replayable returns the recordings of the flag, or the selection that every build replays.
func replayable(t *testing.T) (all []*recorded.Exchange, selection bool) {
	t.Helper()
	all = must(recorded.Read(*recordings))(t)
	if *recordings != recorded.Kept("../..") {
		return all, false
	}
	return append(all, must(recorded.Read(recorded.Scenarios("../..")))(t)...), true
}

// oracle compares.
type oracle struct {
	exceptions *exceptions
	result     *result
}

// replay replays the scenarios of a server.
func (o *oracle) replay(t *testing.T, server *recordedServer) {
	p := newReplayer(t, server.version, server.config)
	for _, scenario := range server.scenarios {
		p.scenario(exchangesOf(scenario), func(e *exchange, actual *reply) {
			if strings.Contains(e.Scenario, *only) {
				o.judge(t, p, e, actual)
			}
		})
	}
}

// judge compares the response of a Kratos with the recorded one. It is nil if the exchange is left
// out.
func (o *oracle) judge(t *testing.T, p *replayer, e *exchange, actual *reply) {
	if actual == nil {
		o.result.add(e, "left out: "+e.leftOut, func(c *count) { c.leftOut++ })
		return
	}
	differences := p.compare(e.response, actual)
	reason := o.exceptions.reason(e)
	switch {
	case len(differences) == 0 && reason != "":
		t.Errorf("%s: is in %s, and equal", e.key(), exceptionsFile)
		fallthrough
	case len(differences) == 0:
		o.result.add(e, "", func(c *count) { c.equal++ })
	case reason != "":
		o.result.add(e, "exception: "+reason, func(c *count) { c.excepted++ })
	default:
		o.result.add(e, "", func(c *count) { c.different++ })
		o.report(t, e, differences)
	}
}

// report reports what differs.
func (o *oracle) report(t *testing.T, e *exchange, differences []string) {
	if len(differences) > *atMost {
		differences = append(differences[:*atMost], fmt.Sprintf("and %d more", len(differences)-*atMost))
	}
	for _, d := range differences {
		t.Errorf("%s %s %s %d %s %s: %s", e.Version, e.Config, e.Scenario, e.N, e.Op, e.Kind, d)
	}
}

// recordedServer has the scenarios that were recorded with a server, in their order.
type recordedServer struct {
	version, config string
	scenarios       [][]*recorded.Exchange
}

// serversOf returns the recorded servers.
func serversOf(all []*recorded.Exchange) []*recordedServer {
	slices.SortStableFunc(all, func(a, b *recorded.Exchange) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), cmp.Compare(a.N, b.N))
	})
	var servers []*recordedServer
	byName := map[string]*recordedServer{}
	last := map[*recordedServer]string{}
	for _, e := range all {
		config := labConfigOf(e.Config, e.Scenario)
		s := byName[e.Version+" "+config]
		if s == nil {
			s = &recordedServer{version: e.Version, config: config}
			byName[e.Version+" "+config] = s
			servers = append(servers, s)
		}
		if last[s] != e.Scenario {
			s.scenarios = append(s.scenarios, nil)
			last[s] = e.Scenario
		}
		i := len(s.scenarios) - 1
		s.scenarios[i] = append(s.scenarios[i], e)
	}
	return servers
}
