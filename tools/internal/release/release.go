// Package release says what changed since the last release of each module, and what the next one
// has to be called.
package release

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/kratoskit/kratos-go/tools/internal/diff"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// Report says what has changed since the last released version, and what the next one has to be
// called. All published modules are released under one version, each by a tag of its own at the
// same commit. The Go API of what users import decides how large a release is; what changed in the
// API of Kratos is listed for the changelog.
func Report(p project.Project, out io.Writer) error {
	last, why := lastRelease(p)
	if last == "" {
		fmt.Fprintf(out, "release: %s\n", why)
		return firstRelease(p, out)
	}
	old, err := os.MkdirTemp("", "release-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(old)
	if err := extract(p, last, old); err != nil {
		return fmt.Errorf("%s: %w", last, err)
	}
	r := changesSince{version: last}
	if r.breaking, r.wire, err = diff.Files(project.Project{Root: old}.Effective(), p.Effective()); err != nil {
		return err
	}
	if r.api, err = compareGo(old, p.Root); err != nil {
		return err
	}
	return errors.Join(r.report(p, out), requires(p, r.allowed()...))
}

// changesSince are the changes since a released version.
type changesSince struct {
	version  string
	breaking []string     // of the API of Kratos
	wire     diff.Changes // all changes of that API
	api      goChanges
}

// allowed are the versions of the first module that the others may require: the next one, or the
// last if that has all names that the next will have.
func (r changesSince) allowed() []string {
	next := NextVersion(r.version, r.api.size())
	if r.api.size() == "patch" {
		return []string{next, r.version}
	}
	return []string{next}
}

func (r changesSince) report(p project.Project, out io.Writer) error {
	fmt.Fprintf(out, "release: changes since %s\n", r.version)
	project.List(out, "On the wire, breaking", "for the changelog: they do not decide", r.breaking)
	project.List(out, "On the wire, new", "", diff.Lines(r.wire.Added))
	project.List(out, "On the wire, changed", "", diff.Lines(r.wire.Changed))
	project.List(out, "On the wire, gone", "", diff.Lines(r.wire.Gone))
	project.List(out, "Go API, breaking", "", r.api.breaking)
	project.List(out, "Go API, new", "", r.api.compatible)
	project.List(out, "Go API, breaking for those only who import packages that are not promised", "", r.api.internal)
	project.List(out, "Struct tags", "no compiler sees them change", r.api.tags)
	next := NextVersion(r.version, r.api.size())
	fmt.Fprintf(out, "release: the next version is a %s one: %s\n", r.api.size(), next)
	if semver.Major(next) != semver.Major(r.version) && semver.Major(next) != "v1" {
		fmt.Fprintf(out, "release: the module path has to end in /%s then\n", semver.Major(next))
	}
	return reportTags(p, out, next)
}

// NextVersion names the version after another. Before v1, a minor version may break what was, and a
// patch version may add to it.
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

// firstRelease reports what there is, all of which is new.
func firstRelease(p project.Project, out io.Writer) error {
	names, err := exportedNames(p.Root)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "release: everything is new: %s\n", strings.Join(names, ", "))
	fmt.Fprintln(out, "release: the first version is v0.1.0 while the Go API may still change, and v1.0.0 when it may not")
	return errors.Join(reportTags(p, out, "v0.1.0"), requires(p, "v0.1.0", "v1.0.0"))
}
