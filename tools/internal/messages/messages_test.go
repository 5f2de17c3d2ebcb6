package messages

import (
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/tools/internal/project"
)

func TestMissing(t *testing.T) {
	t.Parallel()
	const header = "package text\n\ntype ID int\n\n"
	for name, tc := range map[string]struct {
		source, want, problem string
	}{
		"all are in the table":             {"const (\n\tRoot ID = 1010000 + iota\n\tLogin\n\tLoginWith\n)", "2 messages, 0 of them not in", ""},
		"one is not":                       {"const (\n\tRoot ID = 1010000 + iota\n\tLogin\n\tLoginWith\n\tLoginAgain\n)", "3 messages, 1 of them", "api/messages.yaml lacks 1010003, which Kratos calls LoginAgain"},
		"one without a constant":           {"const Hint ID = 1010020", "1 messages, 0 of them", ""},
		"one of the table is not there":    {"const Login ID = 1010001", "Messages that this version lacks (they stay in the table):\n  1010002\n", ""},
		"a file without numbers":           {"const Name = \"text\"", "", "no numbers of messages"},
		"a file that is not Go":            {"<html>", "", "expected declaration"},
		"a file that needs other packages": {"var X = fmt.Sprint()", "", "undefined: fmt"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := project.Project{Root: t.TempDir()}
			table := "unnamed: [1010020]\nmessages: [{id: 1010001}, {id: 1010002}]\n"
			if err := project.WriteFile(p.Messages(), []byte(table)); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			err := Missing(p, []byte(header+tc.source), &out)
			if !strings.Contains(out.String(), tc.want) || (err == nil) != (tc.problem == "") || err != nil && !strings.Contains(err.Error(), tc.problem) {
				t.Errorf("got %s, %v; want %s, %s", &out, err, tc.want, tc.problem)
			}
		})
	}
}
