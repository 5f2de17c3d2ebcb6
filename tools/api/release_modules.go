package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// published returns the folders of the modules in dir that users require: the first one, and those
// among the wrappers, which bring dependencies that not every user wants.
func published(dir string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "wrappers", "*", "go.mod"))
	if err != nil {
		return nil, err
	}
	modules := []string{"."}
	for _, name := range found {
		modules = append(modules, path.Join("wrappers", filepath.Base(filepath.Dir(name))))
	}
	return modules, nil
}

// tags are the names under which git has a version of all published modules.
func tags(p project, version string) ([]string, error) {
	modules, err := published(p.root)
	if err != nil {
		return nil, err
	}
	for i, module := range modules {
		modules[i] = path.Join(module, version)
	}
	return modules, nil
}

// reportTags says how the tags of a version are called.
func reportTags(p project, out io.Writer, version string) error {
	names, err := tags(p, version)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "release: its tags, all at one commit: %s\n", strings.Join(names, " "))
	return nil
}

// requires returns an error unless each other published module requires the first one in a version
// that is allowed. Users get that version: the replacement that is used for work in this repository
// does not count in a module that is required.
func requires(p project, allowed ...string) error {
	modules, err := published(p.root)
	if err != nil {
		return err
	}
	first, err := readModule(p.path("go.mod"))
	if err != nil {
		return err
	}
	var faults []error
	for _, module := range modules[1:] {
		name := path.Join(module, "go.mod")
		mod, err := readModule(p.path(name))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(mod.Require, func(r *modfile.Require) bool { return r.Mod.Path == first.Module.Mod.Path })
		if i >= 0 && !slices.Contains(allowed, mod.Require[i].Mod.Version) {
			faults = append(faults, fmt.Errorf("%s requires %s, and users would get that: make version VERSION=%s", name, mod.Require[i].Mod.Version, allowed[0]))
		}
	}
	return errors.Join(faults...)
}

func readModule(name string) (*modfile.File, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(name, text, nil)
}
