package kratosgo

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
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

func hasPackageComment(t *testing.T, path string) bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly|parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return file.Doc != nil
}
