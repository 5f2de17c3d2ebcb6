package kratos_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// MessageContext has a field for each value that a message of the table has.
func TestFieldsOfMessageContexts(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile(filepath.Join("..", "..", "api", "messages.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	for f := range reflect.TypeFor[kratos.MessageContext]().Fields() {
		fields = append(fields, f.Tag.Get("json"))
	}
	lines := regexp.MustCompile(`(?m)^    context: \[(.*)\]$`).FindAllStringSubmatch(string(table), -1)
	if len(lines) < 30 {
		t.Fatalf("%d messages have a context", len(lines))
	}
	for _, line := range lines {
		for _, name := range strings.Split(line[1], ", ") {
			if name != strings.ToLower(name) || strings.HasSuffix(name, "_unix") {
				continue // repeats another member
			}
			if !slices.Contains(fields, name) {
				t.Errorf("MessageContext has no field for %s", name)
			}
		}
	}
}
