package kratosgo

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The Go code of the README is that of examples, which are run.
func TestREADMEIsTested(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var source string
	for _, name := range []string{"wrappers/kratos/example_test.go", "wrappers/sessions/example_test.go", "wrappers/ui/example_test.go", "examples/testing/app_test.go"} {
		examples, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source += unindented(string(examples))
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(blocks) == 0 {
		t.Fatal("the README has no Go code")
	}
	for _, block := range blocks {
		if !strings.Contains(source, unindented(block[1])) {
			t.Errorf("no example has this code of the README:\n%s", block[1])
		}
	}
	if lines := strings.Count(string(readme), "\n"); lines > 160 {
		t.Errorf("the README has %d lines, more than 160", lines)
	}
}

func unindented(code string) string {
	lines := strings.Split(code, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.Join(lines, "\n")
}
