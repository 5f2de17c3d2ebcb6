package kratosgo

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A folder says what belongs there: by a README.md or, where it is a Go package, by its comment.
func TestEveryFolderSaysWhatBelongsThere(t *testing.T) {
	t.Parallel()
	packages, topLevel := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "out" || d.Name() == "testdata" && path != "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() && filepath.ToSlash(filepath.Dir(path)) == "bench/peers" {
			return filepath.SkipDir // generated while they are measured
		}
		if d.IsDir() && path != "." && !strings.ContainsRune(path, filepath.Separator) {
			topLevel[path] = false
		}
		dir := filepath.Dir(path)
		if filepath.Ext(path) == ".go" && !strings.HasSuffix(path, "_test.go") {
			packages[dir] = packages[dir] || hasPackageComment(t, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range topLevel {
		t.Run(dir, func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(dir, "README.md")); err != nil && !packages[dir] {
				t.Error("neither a README.md nor the comment of a package")
			}
		})
	}
	for dir, commented := range packages {
		t.Run("package in "+dir, func(t *testing.T) {
			if !commented {
				t.Error("the package has no comment")
			}
		})
	}
	if len(topLevel) < 5 || len(packages) < 10 {
		t.Errorf("only %d folders and %d packages were found", len(topLevel), len(packages))
	}
}

// Every module has checks and tests, and is kept current. The one that a Kratos is built from stays
// what it is.
func TestEveryModuleIsCheckedAndKeptCurrent(t *testing.T) {
	t.Parallel()
	_, makefile, _ := strings.Cut(read(t, "Makefile"), "\nMODULES :=")
	modules, _, _ := strings.Cut(makefile, "\n")
	_, dependabot, _ := strings.Cut(read(t, ".github/dependabot.yml"), "directories: [")
	directories, _, _ := strings.Cut(dependabot, "]")
	found := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "testdata" || d.Name() == "out") {
			return filepath.SkipDir
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if d.Name() != "go.mod" || dir == "e2e/kratos" {
			return nil
		}
		found++
		t.Run(dir, func(t *testing.T) {
			if !slices.Contains(strings.Fields(modules), dir) {
				t.Errorf("the Makefile does not name it: MODULES :=%s", modules)
			}
			if want := strconv.Quote("/" + strings.TrimPrefix(dir, ".")); !slices.Contains(strings.Split(directories, ", "), want) {
				t.Errorf("dependabot.yml does not have %s in directories: [%s]", want, directories)
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 5 {
		t.Errorf("only %d modules were found", found)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func hasPackageComment(t *testing.T, path string) bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file.Doc != nil
}
