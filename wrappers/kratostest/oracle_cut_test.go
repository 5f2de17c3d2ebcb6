package kratostest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/internal/recorded"
)

var update = flag.Bool("update", false, "select testdata/recorded/scenarios from the recordings of -recorded")

// Larger requests and responses are not selected, nor those with more identities, which depend on
// the other scenarios.
const maxSelected, maxIdentities = 64 << 10, 20

// writeScenarios selects what the build replays from recordings: the exchanges in testdata/recorded;
// one of each operation, kind of client, status, error, messages and state; and the exchanges before
// them that they depend on.
func writeScenarios(t *testing.T, all []*recorded.Exchange) {
	t.Helper()
	kept := must(recorded.Read(recorded.Kept("../..")))(t)
	files := map[string]*bytes.Buffer{}
	for _, e := range selectScenarios(all, kept) {
		if files[e.Version] == nil {
			files[e.Version] = new(bytes.Buffer)
		}
		files[e.Version].Write(append(e.Line, '\n'))
	}
	for version, lines := range files {
		var b bytes.Buffer
		w := must(gzip.NewWriterLevel(&b, gzip.BestCompression))(t)
		must(w.Write(lines.Bytes()))(t)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("..", "..", "testdata", "recorded", "scenarios", version+".jsonl.gz")
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// selectScenarios returns the exchanges that are selected, without those that are kept already.
func selectScenarios(all, kept []*recorded.Exchange) []*recorded.Exchange {
	wanted, known, seen := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range exchangesOf(kept) {
		known[e.key()] = true
		if e.leftOut == "" {
			wanted[e.key()], seen[e.combination()] = true, true
		}
	}
	servers := serversOf(all)
	slices.SortStableFunc(servers, func(a, b *recordedServer) int { return cmp.Compare(oracleOrder(a), oracleOrder(b)) })
	var scenarios [][]*exchange
	for _, server := range servers {
		for _, scenario := range server.scenarios {
			exchanges := slices.DeleteFunc(exchangesOf(scenario), func(e *exchange) bool {
				return e.leftOut != "" || len(e.Request.Body) > maxSelected || len(e.response.body) > maxSelected || len(e.identities) > maxIdentities
			})
			scenarios = append(scenarios, exchanges)
			for _, e := range exchanges {
				if c := e.combination(); !seen[c] {
					seen[c], wanted[e.key()] = true, true
				}
			}
		}
	}
	var selected []*recorded.Exchange
	for _, scenario := range scenarios {
		for _, e := range dependencies(scenario, wanted) {
			if !known[e.key()] {
				selected = append(selected, e.Exchange)
			}
		}
	}
	return selected
}

// oracleOrder is the order in which exchanges are selected: the newest server first, and last the
// one that testdata/recorded has most of.
func oracleOrder(s *recordedServer) int {
	return slices.Index([]string{"25.4.0", "1.3.1", "1.3.6"}, s.version)
}

// combination returns what makes an exchange another one than those that are selected. The patch
// versions of a server hardly differ.
func (e *exchange) combination() string {
	body, _ := e.response.json.(map[string]any)
	major, _, _ := strings.Cut(e.Version, ".")
	return fmt.Sprint(major, e.Op, e.Kind, e.response.status, errorID(e.response), body["state"], messagesIn(e.response.json))
}

// messagesIn returns the numbers of the messages in a form.
func messagesIn(body any) []string {
	flow, _ := body.(map[string]any)
	ui, _ := flow["ui"].(map[string]any)
	var numbers []string
	if messages, ok := ui["messages"].([]any); ok {
		numbers = append(numbers, messageNumbers(messages))
	}
	nodes, _ := ui["nodes"].([]any)
	for _, n := range nodes {
		node, _ := n.(map[string]any)
		if messages, ok := node["messages"].([]any); ok && len(messages) > 0 {
			numbers = append(numbers, messageNumbers(messages))
		}
	}
	return numbers
}
