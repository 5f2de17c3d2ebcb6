package kratos_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layers says which wings of the package a file must not know. A wing is the first word of a file's
// name.
var layers = []struct {
	wing string
	not  []string
	why  string
}{
	{"error", []string{"web", "flow", "session", "list", "admin", "client", "request", "response"}, "an error knows what it exposes, and nothing of who made it"},
	{"response", []string{"web", "flow", "session", "list", "admin", "client", "request"}, "a response is read without knowing the operation"},
	{"request", []string{"web", "flow", "session", "list", "admin", "response"}, "an option or check knows the request alone"},
	{"list", []string{"web", "flow", "session", "admin", "client"}, "a list knows no operation"},
	{"form", []string{"web", "session", "list", "admin", "client", "response", "request"}, "a form is a model"},
	{"message", []string{"web", "flow", "form", "session", "list", "admin", "client", "response", "request"}, "a message is a model"},
	{"flow", []string{"web", "admin", "list", "session"}, "flows know no website"},
	{"admin", []string{"web", "flow"}, "administration knows no flow and no website"},
}

// The files of this package keep to their layers: what one uses is looked up by the type checker.
func TestLayers(t *testing.T) {
	t.Parallel()
	fset, uses, files := checkPackage(t)
	for _, layer := range layers {
		t.Run(layer.wing, func(t *testing.T) {
			t.Parallel()
			found := false
			for _, file := range files {
				name := filepath.Base(fset.File(file.Pos()).Name())
				if wing(name) != layer.wing {
					continue
				}
				found = true
				ast.Inspect(file, func(n ast.Node) bool {
					id, ok := n.(*ast.Ident)
					if !ok || uses[id] == nil || !uses[id].Pos().IsValid() {
						return true
					}
					from := filepath.Base(fset.Position(uses[id].Pos()).Filename)
					if isPackageLevel(uses[id]) && slices.Contains(layer.not, wing(from)) {
						t.Errorf("%s uses %s of %s: %s", fset.Position(id.Pos()), id.Name, from, layer.why)
					}
					return true
				})
			}
			if !found {
				t.Error("there is no such file")
			}
		})
	}
}

// Files with similar names are confused with each other.
func TestNamesOfFiles(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if other := strings.TrimSuffix(name, ".go") + "s.go"; slices.Contains(names, other) {
			t.Errorf("%s and %s differ by an s", name, other)
		}
	}
}

// internal/transport knows nothing of this project, let alone of Kratos.
func TestTransportKnowsNothingOfKratos(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("../../internal/transport/*.go")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			if !strings.HasSuffix(name, "_test.go") && strings.Contains(spec.Path.Value, ".") {
				t.Errorf("%s imports %s", name, spec.Path.Value)
			}
		}
	}
}

func wing(file string) string {
	name, _, _ := strings.Cut(strings.TrimSuffix(file, ".go"), "_")
	return name
}

// isPackageLevel reports whether an object is one of the package, or a method or field of one.
func isPackageLevel(o types.Object) bool {
	switch o := o.(type) {
	case *types.Var:
		return o.IsField() || o.Parent() == o.Pkg().Scope()
	case *types.Func:
		return true
	}
	return o.Pkg() != nil && o.Parent() == o.Pkg().Scope()
}

// checkPackage type-checks the files of this package that are not tests, and no other package: what
// is imported is taken for empty.
func checkPackage(t *testing.T) (*token.FileSet, map[*ast.Ident]types.Object, []*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: nothing{}, Error: func(error) {}}
	_, _ = config.Check("kratos", fset, files, info) // fails for what is imported
	if len(info.Uses) < 1000 {
		t.Fatalf("only %d uses were found", len(info.Uses))
	}
	return fset, info.Uses, files
}

// nothing imports empty packages.
type nothing struct{}

func (nothing) Import(name string) (*types.Package, error) {
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}
