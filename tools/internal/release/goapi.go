package release

import (
	"errors"
	"fmt"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/packages"

	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// goChanges has the changes of the Go API, one per line.
type goChanges struct {
	breaking, compatible []string
	unsupported          []string // breaking, of types that no API exposes
	tags                 []string
}

// size returns major if programs can fail to compile, minor if something was added, and patch
// otherwise.
func (c goChanges) size() string {
	switch {
	case len(c.breaking) > 0:
		return "major"
	case len(c.compatible) > 0:
		return "minor"
	}
	return "patch"
}

// compareGoAPI compares the public packages of the published modules in two directories.
func compareGoAPI(old, now string) (goChanges, error) {
	var c goChanges
	after, err := publicPackages(now)
	if err != nil {
		return c, err
	}
	before, err := publicPackages(old)
	if err != nil { // its dependencies may not be in the module cache any more
		before, err = publicPackagesWithModulesOf(old, now)
	}
	if err != nil {
		return c, fmt.Errorf("the released version: %w", err)
	}
	exposed := reachableTypes(before)
	for _, path := range slices.Sorted(maps.Keys(before)) {
		if after[path] == nil {
			c.breaking = append(c.breaking, path+": package removed")
			continue
		}
		for _, change := range apidiff.Changes(before[path].Types, after[path].Types).Changes {
			name, _, _ := strings.Cut(change.Message, ":")
			name, _, _ = strings.Cut(strings.Trim(name, "(*)"), ".")
			line := path + ": " + change.Message
			switch {
			case change.Compatible:
				c.compatible = append(c.compatible, line)
			case isGenerated(path) && !exposed[path+"."+strings.Trim(name, "(*)")]:
				c.unsupported = append(c.unsupported, line)
			default:
				c.breaking = append(c.breaking, line)
			}
		}
		c.tags = append(c.tags, changedTags(before[path].Types, after[path].Types)...)
	}
	for _, path := range slices.Sorted(maps.Keys(after)) {
		if before[path] == nil {
			c.compatible = append(c.compatible, path+": package added")
		}
	}
	return c, nil
}

// isGenerated reports whether a package is generated from the API description. Only its types that
// other packages expose are covered by the compatibility promise.
func isGenerated(path string) bool { return slices.Contains(strings.Split(path, "/"), "gen") }

// reachableTypes returns the types of generated packages that other packages expose, as path.Name.
func reachableTypes(public map[string]*packages.Package) map[string]bool {
	found := map[string]bool{}
	var follow func(t types.Type)
	follow = func(t types.Type) {
		switch t := t.(type) {
		case *types.Alias:
			follow(types.Unalias(t))
		case *types.Named:
			name := t.Obj()
			if name.Pkg() == nil || found[name.Pkg().Path()+"."+name.Name()] {
				return
			}
			found[name.Pkg().Path()+"."+name.Name()] = true
			follow(t.Underlying())
			for i := range t.NumMethods() {
				if t.Method(i).Exported() {
					follow(t.Method(i).Type())
				}
			}
			for i := range t.TypeArgs().Len() {
				follow(t.TypeArgs().At(i))
			}
		case *types.Struct:
			for i := range t.NumFields() {
				if t.Field(i).Exported() {
					follow(t.Field(i).Type())
				}
			}
		case *types.Signature:
			follow(t.Params())
			follow(t.Results())
		case *types.Tuple:
			for i := range t.Len() {
				follow(t.At(i).Type())
			}
		case *types.Interface:
			for i := range t.NumMethods() {
				follow(t.Method(i).Type())
			}
		case *types.Map:
			follow(t.Key())
			follow(t.Elem())
		case interface{ Elem() types.Type }: // pointers, slices, arrays, channels
			follow(t.Elem())
		}
	}
	for path, pkg := range public {
		scope := pkg.Types.Scope()
		for _, name := range scope.Names() {
			if object := scope.Lookup(name); object.Exported() && !isGenerated(path) {
				follow(object.Type())
			}
		}
	}
	return found
}

// changedTags lists the fields of exported structs whose tag changed.
func changedTags(old, now *types.Package) []string {
	var found []string
	for _, name := range old.Scope().Names() {
		before, after := exportedStruct(old, name), exportedStruct(now, name)
		if before == nil || after == nil {
			continue
		}
		tags := map[string]string{}
		for i := range after.NumFields() {
			tags[after.Field(i).Name()] = after.Tag(i)
		}
		for i := range before.NumFields() {
			field := before.Field(i)
			if tag, there := tags[field.Name()]; there && field.Exported() && tag != before.Tag(i) {
				found = append(found, fmt.Sprintf("%s: %s.%s: %s, was %s", old.Path(), name, field.Name(), tag, before.Tag(i)))
			}
		}
	}
	return found
}

// exportedStruct returns the exported struct type with a name, or nil if there is none or it is an
// alias.
func exportedStruct(pkg *types.Package, name string) *types.Struct {
	object, ok := pkg.Scope().Lookup(name).(*types.TypeName)
	if !ok || !object.Exported() || object.IsAlias() {
		return nil
	}
	s, _ := object.Type().Underlying().(*types.Struct)
	return s
}

// publicPackages loads the importable packages of the published modules in dir, without downloads.
func publicPackages(dir string) (map[string]*packages.Package, error) {
	modules, err := publishedModules(dir)
	if err != nil {
		return nil, err
	}
	public := map[string]*packages.Package{}
	for _, folder := range modules {
		if err := loadPublicPackages(public, filepath.Join(dir, folder)); err != nil {
			return nil, err
		}
	}
	return public, nil
}

// loadPublicPackages loads the packages of the module in dir.
func loadPublicPackages(public map[string]*packages.Package, dir string) error {
	config := &packages.Config{
		Dir:  dir,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps | packages.NeedTypes | packages.NeedTypesSizes | packages.NeedModule | packages.NeedExportFile,
		// With -trimpath, the build cache has what was compiled in another directory.
		Env: append(os.Environ(), "GOWORK=off", "GOPROXY=off", "GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" -trimpath")),
	}
	loaded, err := packages.Load(config, "./...")
	if err != nil {
		return err
	}
	for _, pkg := range loaded {
		if pkg.Name == "main" || slices.Contains(strings.Split(pkg.PkgPath, "/"), "internal") || len(pkg.GoFiles) == 0 {
			continue
		}
		for _, problem := range pkg.Errors {
			return fmt.Errorf("%s: %v", pkg.PkgPath, problem)
		}
		public[pkg.PkgPath] = pkg
	}
	return nil
}

// publicPackagesWithModulesOf loads the packages in dir with the dependencies of the modules in
// other.
func publicPackagesWithModulesOf(dir, other string) (map[string]*packages.Package, error) {
	modules, err := publishedModules(dir)
	if err != nil {
		return nil, err
	}
	for _, folder := range modules {
		for _, name := range []string{"go.mod", "go.sum"} {
			data, err := os.ReadFile(filepath.Join(other, folder, name))
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err == nil {
				err = project.WriteFile(filepath.Join(dir, folder, name), data)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return publicPackages(dir)
}

// exportedNames counts the exported names of each public package.
func exportedNames(dir string) ([]string, error) {
	public, err := publicPackages(dir)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, path := range slices.Sorted(maps.Keys(public)) {
		exported := 0
		scope := public[path].Types.Scope()
		for _, name := range scope.Names() {
			if scope.Lookup(name).Exported() {
				exported++
			}
		}
		if exported > 0 {
			lines = append(lines, fmt.Sprintf("%d names of %s", exported, path))
		}
	}
	return lines, nil
}
