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
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// developmentFolders are the folders at the root whose modules are not published.
var developmentFolders = []string{"tools", "e2e", "bench", "examples"}

// publishedModules returns the folders of the published modules, the root first.
func publishedModules(dir string) ([]string, error) {
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
		case d.IsDir() && relative != "." && (slices.Contains(developmentFolders, relative) || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")):
			return filepath.SkipDir
		case !d.IsDir() && name == "go.mod":
			modules = append(modules, path.Dir(filepath.ToSlash(relative)))
		}
		return nil
	})
	slices.Sort(modules)
	return modules, err
}

// reportTags prints the tags of a version.
func reportTags(p project.Project, out io.Writer, version string) error {
	modules, err := publishedModules(p.Root)
	if err != nil {
		return err
	}
	for i, folder := range modules {
		modules[i] = path.Join(folder, version)
	}
	fmt.Fprintf(out, "release: tags at the same commit: %s\n", strings.Join(modules, " "))
	return nil
}

// checkRequiredVersions returns an error unless each published module requires an allowed version
// of the others. Users get that version, because a replace directive only applies in this
// repository.
func checkRequiredVersions(p project.Project, allowed ...string) error {
	modules, err := publishedModules(p.Root)
	if err != nil {
		return err
	}
	var errs []error
	err = eachRequirement(p, modules, func(folder string, _ *modfile.File, required module.Version) error {
		if !slices.Contains(allowed, required.Version) {
			errs = append(errs, fmt.Errorf("%s requires %s, which users would get: run make version VERSION=%s", path.Join(folder, "go.mod"), required, allowed[0]))
		}
		return nil
	})
	return errors.Join(append(errs, err)...)
}

// eachRequirement calls do for each published module that a published module requires.
func eachRequirement(p project.Project, modules []string, do func(folder string, mod *modfile.File, required module.Version) error) error {
	files, published := map[string]*modfile.File{}, map[string]bool{}
	for _, folder := range modules {
		mod, err := readModule(p.Path(folder, "go.mod"))
		if err != nil {
			return err
		}
		files[folder], published[mod.Module.Mod.Path] = mod, true
	}
	for _, folder := range modules {
		for _, r := range files[folder].Require {
			if !published[r.Mod.Path] {
				continue
			}
			if err := do(folder, files[folder], r.Mod); err != nil {
				return err
			}
		}
	}
	return nil
}

// SetVersion makes the published modules require a version of each other, and lists their folders.
func SetVersion(p project.Project, version string, out io.Writer) error {
	if !releaseTag.MatchString(version) {
		return fmt.Errorf("%q is not a version such as v1.2.3", version)
	}
	modules, err := publishedModules(p.Root)
	if err != nil {
		return err
	}
	err = eachRequirement(p, modules, func(folder string, mod *modfile.File, required module.Version) error {
		if err := mod.AddRequire(required.Path, version); err != nil {
			return err
		}
		text, err := mod.Format()
		if err == nil {
			err = project.WriteFile(p.Path(folder, "go.mod"), text)
		}
		fmt.Fprintf(out, "%s requires %s %s\n", folder, required.Path, version)
		return err
	})
	return err
}

func readModule(name string) (*modfile.File, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(name, data, nil)
}

var releaseTag = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// lastReleaseTag returns the tag of the last release before HEAD, or why there is none.
func lastReleaseTag(p project.Project) (tag, why string) {
	if _, err := project.Git(p, "rev-parse", "HEAD"); err != nil {
		return "", fmt.Sprintf("no git history to compare with (%v)", err)
	}
	tags, err := project.Git(p, "tag", "--list", "v*", "--merged", "HEAD")
	if err != nil {
		return "", fmt.Sprintf("git cannot list tags (%v)", err)
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
		return "", "this shallow clone has no tag of a release to compare with: run git fetch --unshallow --tags"
	}
	return "", "no release: there is no tag such as v1.2.3 before HEAD"
}

// extractTag writes the files of a tag to a directory.
func extractTag(p project.Project, tag, dir string) error {
	data, err := project.Git(p, "archive", "--format=tar", tag)
	if err != nil {
		return err
	}
	files := tar.NewReader(bytes.NewReader(data))
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
		data, err := io.ReadAll(files)
		if err == nil {
			err = project.WriteFile(filepath.Join(dir, header.Name), data)
		}
		if err != nil {
			return err
		}
	}
}
