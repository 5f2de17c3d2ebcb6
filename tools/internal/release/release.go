// Package release says what changed since the last release of each module, and what the next one has to be called.
package release

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/kratoskit/kratos-go/tools/internal/diff"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// Report reports, for each module that is published, what has changed since its last version, and what the next one has to be
// called. The Go API of what users import decides that; what changed in the API of Kratos is listed for the changelog.
func Report(p project.Project, out io.Writer) error {
	if why := withoutHistory(p); why != "" {
		fmt.Fprintf(out, "release: %s\n", why)
	}
	modules, err := publishedModules(p)
	if err != nil {
		return err
	}
	old := map[string]string{} // directories of the tags that are compared with
	for _, m := range modules {
		last := lastRelease(p, m)
		if last == "" {
			if err := firstRelease(p, m, out); err != nil {
				return err
			}
			continue
		}
		if old[last] == "" {
			dir, err := os.MkdirTemp("", "release-*")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			if err := extract(p, last, dir); err != nil {
				return fmt.Errorf("%s: %w", last, err)
			}
			old[last] = dir
		}
		r, err := compareReleases(p, m, old[last])
		if err != nil {
			return err
		}
		r.report(out, m, last)
	}
	return nil
}

// changesSince are the changes of a module since a released version.
type changesSince struct {
	breaking []string     // of the API of Kratos, as far as the module has it
	wire     diff.Changes // all changes of that API
	api      goChanges
}

func compareReleases(p project.Project, m module, old string) (r changesSince, err error) {
	if m.dir == "." {
		before, now := project.Project{Root: old}.Effective(), p.Effective()
		if r.breaking, r.wire, err = diff.Files(before, now); err != nil {
			return r, err
		}
	}
	r.api, err = compareGo(filepath.Join(old, m.dir), p.Path(m.dir))
	return r, err
}

func (r changesSince) report(out io.Writer, m module, last string) {
	fmt.Fprintf(out, "release: %s: changes since %s\n", m.path, last)
	project.List(out, "On the wire, breaking", "for the changelog: they do not decide", r.breaking)
	project.List(out, "On the wire, new", "", diff.Lines(r.wire.Added))
	project.List(out, "On the wire, changed", "", diff.Lines(r.wire.Changed))
	project.List(out, "On the wire, gone", "", diff.Lines(r.wire.Gone))
	project.List(out, "Go API, breaking", "", r.api.breaking)
	project.List(out, "Go API, new", "", r.api.compatible)
	project.List(out, "Go API, breaking for those only who import packages that are not promised", "", r.api.internal)
	project.List(out, "Struct tags", "no compiler sees them change", r.api.tags)
	version := strings.TrimPrefix(last, m.prefix())
	next := NextVersion(version, r.api.size())
	fmt.Fprintf(out, "release: the next version of %s is a %s one: git tag %s%s\n", m.path, r.api.size(), m.prefix(), next)
	if semver.Major(next) != semver.Major(version) && semver.Major(next) != "v1" {
		fmt.Fprintf(out, "release: the module path has to end in /%s then\n", semver.Major(next))
	}
}

// NextVersion names the version after another. Before v1, a minor version may break what was, and a patch version may add to it.
func NextVersion(last, size string) string {
	var major, minor, patch int
	if _, err := fmt.Sscanf(semver.Canonical(last), "v%d.%d.%d", &major, &minor, &patch); err != nil {
		return "unknown, because " + last + " is not a version"
	}
	switch {
	case major == 0 && size == "major":
		return fmt.Sprintf("v0.%d.0", minor+1)
	case size == "patch" || major == 0:
		return fmt.Sprintf("v%d.%d.%d", major, minor, patch+1)
	case size == "minor":
		return fmt.Sprintf("v%d.%d.0", major, minor+1)
	}
	return fmt.Sprintf("v%d.0.0", major+1)
}

// firstRelease reports what a module has, all of which is new.
func firstRelease(p project.Project, m module, out io.Writer) error {
	names, err := exportedNames(p.Path(m.dir))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "release: %s is not released: it has no tag such as %sv1.2.3 before HEAD, and everything is new: %s\n", m.path, m.prefix(), strings.Join(names, ", "))
	fmt.Fprintf(out, "release: its first version is %[1]sv0.1.0 while the Go API may still change, and %[1]sv1.0.0 when it may not\n", m.prefix())
	return nil
}

// withoutHistory says why git cannot name the last version, if that is so.
func withoutHistory(p project.Project) string {
	if _, err := project.Git(p, "rev-parse", "HEAD"); err != nil {
		return fmt.Sprintf("there is no git history to compare with (%v)", err)
	}
	tags, err := project.Git(p, "tag", "--list")
	if err != nil {
		return fmt.Sprintf("git cannot list the tags (%v)", err)
	}
	if shallow, err := project.Git(p, "rev-parse", "--is-shallow-repository"); err == nil && strings.TrimSpace(string(shallow)) == "true" && len(tags) == 0 {
		return "this clone is shallow and has no tags; git fetch --unshallow --tags gets what there is to compare with"
	}
	return ""
}
