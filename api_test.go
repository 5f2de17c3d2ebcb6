package kratosgo

import (
	"flag"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The documentation of each package that users import is kept as text, so that a change of the API is seen in review. After one:
//
//	go test . -update
func TestDocumentation(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "./wrappers/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := strings.Fields(string(out))
	if len(packages) == 0 {
		t.Fatal("there are no packages")
	}
	for _, pkg := range packages {
		readFiles(t, strings.TrimPrefix(pkg, "github.com/kratoskit/kratos-go/"))
		doc, err := exec.CommandContext(t.Context(), "go", "doc", "-all", pkg).CombinedOutput()
		if err != nil {
			t.Errorf("go doc -all %s: %v: %s", pkg, err, doc)
			continue
		}
		golden := filepath.Join("testdata", "doc", path.Base(pkg)+".txt")
		if *update {
			if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(golden, doc, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Error(err)
			continue
		}
		if line := firstDifference(string(want), string(doc)); line != "" {
			t.Errorf("%s is not what go doc -all says of %s, from this line on: %s\nIf the change is meant: go test . -update", golden, pkg, line)
		}
	}
}

// readFiles reads the files that another program is about to read, so that go test knows on which files its result depends.
func readFiles(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.FromSlash(dir), "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s has no Go files: %v", dir, err)
	}
	for _, file := range files {
		if _, err := os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
	}
}

// firstDifference returns the first line of now that old does not have there, or what old has more.
func firstDifference(old, now string) string {
	if old == now {
		return ""
	}
	before := strings.Split(old, "\n")
	for i, line := range strings.Split(now, "\n") {
		if i == len(before) || line != before[i] {
			return line
		}
	}
	return "(end of the documentation)"
}
