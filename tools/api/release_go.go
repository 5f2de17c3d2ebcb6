package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/packages"
)

// goChanges are the changes of the Go API, a line for each.
type goChanges struct{ breaking, compatible []string }

// compareGo compares the public packages of the modules in two directories.
func compareGo(old, now string) (goChanges, error) {
	var c goChanges
	before, err := publicPackages(old)
	if err != nil {
		return c, fmt.Errorf("the released version: %w", err)
	}
	after, err := publicPackages(now)
	if err != nil {
		return c, err
	}
	for _, path := range sortedKeys(before) {
		if after[path] == nil {
			c.breaking = append(c.breaking, path+": package removed")
			continue
		}
		for _, change := range apidiff.Changes(before[path].Types, after[path].Types).Changes {
			line := path + ": " + change.Message
			if change.Compatible {
				c.compatible = append(c.compatible, line)
				continue
			}
			c.breaking = append(c.breaking, line)
		}
	}
	for _, path := range sortedKeys(after) {
		if before[path] == nil {
			c.compatible = append(c.compatible, path+": package added")
		}
	}
	return c, nil
}

// publicPackages loads the packages of the published modules in dir that others can import.
func publicPackages(dir string) (map[string]*packages.Package, error) {
	modules, err := published(dir)
	if err != nil {
		return nil, err
	}
	public := map[string]*packages.Package{}
	for _, module := range modules {
		if err := loadPublic(public, filepath.Join(dir, module)); err != nil {
			return nil, err
		}
	}
	return public, nil
}

// loadPublic loads the packages of the module in dir.
func loadPublic(public map[string]*packages.Package, dir string) error {
	config := &packages.Config{
		Dir:  dir,
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports | packages.NeedDeps | packages.NeedTypes | packages.NeedTypesSizes | packages.NeedModule | packages.NeedExportFile,
		Env:  append(os.Environ(), "GOWORK=off"),
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

// exportedNames counts the exported names of each public package.
func exportedNames(dir string) ([]string, error) {
	public, err := publicPackages(dir)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, path := range sortedKeys(public) {
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
