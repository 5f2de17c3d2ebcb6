package release

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/semver"

	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// unpublished are the folders at the root whose modules nobody imports.
var unpublished = []string{"tools", "e2e", "bench", "examples"}

// published finds the folders of the modules that get versions, the first one at the front: all but
// those in folders for development and examples.
func published(dir string) ([]string, error) {
	var modules []string
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		name := d.Name()
		switch {
		case d.IsDir() && relative != "." && (slices.Contains(unpublished, relative) || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")):
			return filepath.SkipDir
		case !d.IsDir() && name == "go.mod":
			modules = append(modules, path.Dir(filepath.ToSlash(relative)))
		}
		return nil
	})
	slices.Sort(modules)
	return modules, err
}

// reportTags says how the tags of a version are called.
func reportTags(p project.Project, out io.Writer, version string) error {
	modules, err := published(p.Root)
	if err != nil {
		return err
	}
	for i, folder := range modules {
		modules[i] = path.Join(folder, version)
	}
	fmt.Fprintf(out, "release: its tags, all at one commit: %s\n", strings.Join(modules, " "))
	return nil
}

// requires returns an error unless each other published module requires the first one in a version
// that is allowed. Users get that version: the replacement that is used for work in this repository
// does not count in a module that is required.
func requires(p project.Project, allowed ...string) error {
	modules, err := published(p.Root)
	if err != nil {
		return err
	}
	first, err := readModule(p.Path("go.mod"))
	if err != nil {
		return err
	}
	var faults []error
	for _, folder := range modules {
		name := path.Join(folder, "go.mod")
		mod, err := readModule(p.Path(name))
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

var releaseTag = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// lastRelease returns the tag of the last released version before HEAD, or why there is none to
// compare with.
func lastRelease(p project.Project) (tag, why string) {
	if _, err := project.Git(p, "rev-parse", "HEAD"); err != nil {
		return "", fmt.Sprintf("there is no git history to compare with (%v)", err)
	}
	tags, err := project.Git(p, "tag", "--list", "v*", "--merged", "HEAD")
	if err != nil {
		return "", fmt.Sprintf("git cannot list the tags (%v)", err)
	}
	for t := range strings.FieldsSeq(string(tags)) {
		if releaseTag.MatchString(t) && (tag == "" || semver.Compare(t, tag) > 0) {
			tag = t
		}
	}
	if tag != "" {
		return tag, ""
	}
	if shallow, err := project.Git(p, "rev-parse", "--is-shallow-repository"); err == nil && strings.TrimSpace(string(shallow)) == "true" {
		return "", "this clone is shallow and has no tag of a released version; git fetch --unshallow --tags gets what there is to compare with"
	}
	return "", "no version is released: this clone has no tag such as v1.2.3 before HEAD"
}

// extract writes the files of a tag to a directory.
func extract(p project.Project, tag, dir string) error {
	text, err := project.Git(p, "archive", "--format=tar", tag)
	if err != nil {
		return err
	}
	files := tar.NewReader(bytes.NewReader(text))
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg || !filepath.IsLocal(header.Name) {
			continue
		}
		text, err := io.ReadAll(files)
		if err == nil {
			err = project.WriteFile(filepath.Join(dir, header.Name), text)
		}
		if err != nil {
			return err
		}
	}
}
