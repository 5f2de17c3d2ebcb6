package kratostest

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// exceptionsFile lists the exchanges that differ, one a line: version, scenario, number and
// operation, a colon, and the reason.
const exceptionsFile = "testdata/exceptions.txt"

// exceptions are the exchanges that are known to differ.
type exceptions struct{ reasons map[string]string } // by exchange.key

// readExceptions reads the exceptions.
func readExceptions(t testing.TB) *exceptions {
	t.Helper()
	text, err := os.ReadFile(exceptionsFile)
	if err != nil {
		t.Fatal(err)
	}
	x, err := parseExceptions(string(text))
	if err != nil {
		t.Fatalf("%s%v", exceptionsFile, err)
	}
	return x
}

// parseExceptions parses the exceptions. Empty lines and those that begin with # are left out.
func parseExceptions(text string) (*exceptions, error) {
	x := &exceptions{reasons: map[string]string{}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		exchange, reason, _ := strings.Cut(line, ": ")
		fields := strings.Fields(exchange)
		if len(fields) != 4 || reason == "" {
			return nil, fmt.Errorf(":%d: want version, scenario, number and operation, a colon and the reason", i+1)
		}
		key := strings.Join(fields, " ")
		if x.reasons[key] != "" {
			return nil, fmt.Errorf(":%d: %s is there twice", i+1, key)
		}
		x.reasons[key] = reason
	}
	return x, nil
}

// key returns how the exceptions call an exchange.
func (e *exchange) key() string { return fmt.Sprintf("%s %s %d %s", e.Version, e.Scenario, e.N, e.Op) }

// reason returns why an exchange differs, or "".
func (x *exceptions) reason(e *exchange) string {
	return x.reasons[e.key()]
}
