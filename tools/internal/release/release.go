// Package release reports what changed since the last release, and the version of the next one.
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

// Report prints the changes since the last release and the next version. All published modules get
// the same version, each with a tag of its own at the same commit. The changes of the Go API decide
// the version; those of the HTTP API are listed for the changelog.
func Report(p project.Project, out io.Writer) error {
	last, why := lastReleaseTag(p)
	if last == "" {
		fmt.Fprintf(out, "release: %s\n", why)
		return reportFirstRelease(p, out)
	}
	old, err := os.MkdirTemp("", "release-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(old)
	if err := extractTag(p, last, old); err != nil {
		return fmt.Errorf("%s: %w", last, err)
	}
	r := comparison{version: last}
	if r.httpBreaking, r.http, err = diff.Files(project.Project{Root: old}.Effective(), p.Effective()); err != nil {
		return err
	}
	if r.api, err = compareGoAPI(old, p.Root); err != nil {
		return err
	}
	return errors.Join(r.report(p, out), checkRequiredVersions(p, r.allowedVersions()...))
}

// comparison has the changes since a release.
type comparison struct {
	version      string
	httpBreaking []string     // changes of the HTTP API
	http         diff.Changes // all changes of the HTTP API
	api          goChanges
}

// allowedVersions returns the versions of the first module that the others may require: the next
// one, or the last one if the Go API is the same.
func (r comparison) allowedVersions() []string {
	next := NextVersion(r.version, r.api.size())
	if r.api.size() == "patch" {
		return []string{next, r.version}
	}
	return []string{next}
}

func (r comparison) report(p project.Project, out io.Writer) error {
	fmt.Fprintf(out, "release: changes since %s\n", r.version)
	project.List(out, "HTTP API, breaking", "for the changelog; they do not affect the version", r.httpBreaking)
	project.List(out, "HTTP API, added", "", diff.Lines(r.http.Added))
	project.List(out, "HTTP API, changed", "", diff.Lines(r.http.Changed))
	project.List(out, "HTTP API, removed", "", diff.Lines(r.http.Removed))
	project.List(out, "Go API, breaking", "", r.api.breaking)
	project.List(out, "Go API, added", "", r.api.compatible)
	project.List(out, "Go API, breaking only for importers of types without compatibility promise", "", r.api.unsupported)
	project.List(out, "Struct tags", "the compiler does not detect changes", r.api.tags)
	next := NextVersion(r.version, r.api.size())
	fmt.Fprintf(out, "release: next version (%s): %s\n", r.api.size(), next)
	if semver.Major(next) != semver.Major(r.version) && semver.Major(next) != "v1" {
		fmt.Fprintf(out, "release: its module path has to end in /%s\n", semver.Major(next))
	}
	return reportTags(p, out, next)
}

// NextVersion returns the version after another. Before v1, a minor version may be breaking, and a
// patch version may add to the API.
func NextVersion(last, size string) string {
	var major, minor, patch int
	if _, err := fmt.Sscanf(semver.Canonical(last), "v%d.%d.%d", &major, &minor, &patch); err != nil {
		return "unknown: " + last + " is not a version"
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

// reportFirstRelease reports the API of the first release.
func reportFirstRelease(p project.Project, out io.Writer) error {
	names, err := exportedNames(p.Root)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "release: everything is new: %s\n", strings.Join(names, ", "))
	fmt.Fprintln(out, "release: first version: v0.1.0, or v1.0.0 if the Go API is stable")
	return errors.Join(reportTags(p, out, "v0.1.0"), checkRequiredVersions(p, "v0.1.0", "v1.0.0"))
}
