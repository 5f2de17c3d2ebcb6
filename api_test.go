package kratosgo

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The documentation of each package that users import is kept as text, so that a change of the API
// is seen in review. After one:
//
//	go test . -update
func TestDocumentation(t *testing.T) {
	t.Parallel()
	for pkg, module := range wrapperPackages(t) {
		readFiles(t, strings.TrimPrefix(pkg, "github.com/kratoskit/kratos-go/"))
		cmd := exec.CommandContext(t.Context(), "go", "doc", "-all", pkg)
		cmd.Dir = module
		doc, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("go doc -all %s: %v: %s", pkg, err, doc)
			continue
		}
		golden := filepath.Join("testdata", "doc", docName(pkg)+".txt")
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

// docName returns the name of the golden file of a package: sessions-redis for sessions/redis.
func docName(pkg string) string {
	_, name, _ := strings.Cut(pkg, "/wrappers/")
	return strings.ReplaceAll(name, "/", "-")
}

// wrapperPackages returns the packages that users import, and the folder of the module of each.
func wrapperPackages(t *testing.T) map[string]string {
	t.Helper()
	modules := []string{filepath.Join("wrappers", "go.mod")} // of this module, which has its go.mod above
	for _, pattern := range []string{"wrappers/*/go.mod", "wrappers/*/*/go.mod"} {
		found, err := filepath.Glob(filepath.FromSlash(pattern))
		if err != nil {
			t.Fatal(err)
		}
		modules = append(modules, found...)
	}
	packages := map[string]string{}
	for _, mod := range modules {
		cmd := exec.CommandContext(t.Context(), "go", "list", "./...")
		cmd.Dir = filepath.Dir(mod)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list in %s: %v", cmd.Dir, err)
		}
		for _, pkg := range strings.Fields(string(out)) {
			if !strings.Contains(pkg, "/internal/") {
				packages[pkg] = cmd.Dir
			}
		}
	}
	if len(packages) < 2 {
		t.Fatalf("there are no packages but %v", packages)
	}
	return packages
}

// readFiles reads the files that another program is about to read, so that go test knows on which
// files its result depends.
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
