package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/mod/semver"
	"gopkg.in/yaml.v3"
)

// release reports what has changed since the last released version, and what the next one has to be called.
func release(p project, out io.Writer) error {
	last, why := lastRelease(p)
	if last == "" {
		fmt.Fprintf(out, "release: %s\n", why)
		return firstRelease(p, out)
	}
	old, err := git(p, "show", last+":api/openapi.yaml")
	if err != nil {
		fmt.Fprintf(out, "release: the contract of %s cannot be read (%v): nothing is compared with it\n", last, err)
		return nil
	}
	now, err := os.ReadFile(p.contract())
	if err != nil {
		return err
	}
	r := changesSince{version: last}
	if r.contract, err = breaking(old, now); err != nil {
		return err
	}
	if r.seen, err = contractChanges(old, now); err != nil {
		return err
	}
	checkout, err := os.MkdirTemp("", "release-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(checkout)
	if err := extract(p, last, checkout); err != nil {
		return err
	}
	if r.api, err = compareGo(checkout, p.root); err != nil {
		return err
	}
	return errors.Join(r.report(p, out), requires(p, r.allowed()...))
}

// changesSince are the changes since a released version.
type changesSince struct {
	version  string
	contract []string    // breaking changes of the contract
	seen     factChanges // all of its changes
	api      goChanges
}

// allowed are the versions of the first module that the others may require: the next one, or the
// last if that has all names that the next will have.
func (r changesSince) allowed() []string {
	next := nextVersion(r.version, r.size())
	if r.size() == "patch" {
		return []string{next, r.version}
	}
	return []string{next}
}

func (r changesSince) report(p project, out io.Writer) error {
	fmt.Fprintf(out, "release: changes since %s\n", r.version)
	list(out, "Contract, breaking", "", r.contract)
	list(out, "Contract, new", "", r.seen.added)
	list(out, "Contract, changed", "", r.seen.changed)
	list(out, "Contract, gone", "", r.seen.gone)
	list(out, "Go API, breaking", "", r.api.breaking)
	list(out, "Go API, new", "", r.api.compatible)
	size := r.size()
	next := nextVersion(r.version, size)
	fmt.Fprintf(out, "release: the next version is a %s one: %s\n", size, next)
	if semver.Major(next) != semver.Major(r.version) && semver.Major(next) != "v1" {
		fmt.Fprintf(out, "release: the module path has to end in /%s then\n", semver.Major(next))
	}
	return reportTags(p, out, next)
}

// size is major when a program can fail to compile or to work, minor when there is something new, and patch otherwise.
func (r changesSince) size() string {
	for _, change := range r.contract {
		if !strings.HasPrefix(change, perhaps) {
			return "major"
		}
	}
	switch {
	case len(r.api.breaking) > 0:
		return "major"
	case len(r.api.compatible)+len(r.seen.added)+len(r.seen.changed)+len(r.seen.gone) > 0:
		return "minor"
	}
	return "patch"
}

// nextVersion names the version after another. Before v1, a minor version may break what was, and a patch version may add to it.
func nextVersion(last, size string) string {
	var major, minor, patch int
	if _, err := fmt.Sscanf(semver.Canonical(last), "v%d.%d.%d", &major, &minor, &patch); err != nil {
		return "unknown, because " + last + " is no version"
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
func firstRelease(p project, out io.Writer) error {
	doc, err := readYAML(p.contract())
	if err != nil {
		return err
	}
	names, err := exportedNames(p.root)
	if err != nil {
		return err
	}
	operations, things := 0, facts(doc)
	for name := range things {
		if strings.HasPrefix(name, "operation ") && !strings.Contains(name, " › ") {
			operations++
		}
	}
	fmt.Fprintf(out, "release: everything is new: %d operations, %d facts of the contract; exported in Go: %s\n", operations, len(things), strings.Join(names, ", "))
	fmt.Fprintln(out, "release: the first version is v0.1.0 while the Go API may still change, and v1.0.0 when it may not")
	return errors.Join(reportTags(p, out, "v0.1.0"), requires(p, "v0.1.0", "v1.0.0"))
}

func contractChanges(old, now []byte) (factChanges, error) {
	before, after := new(yaml.Node), new(yaml.Node)
	if err := errors.Join(yaml.Unmarshal(old, before), yaml.Unmarshal(now, after)); err != nil {
		return factChanges{}, err
	}
	return compareFacts(facts(before), facts(after)), nil
}

var releaseTag = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// lastRelease returns the tag of the last released version before HEAD, or why there is none to compare with.
func lastRelease(p project) (tag, why string) {
	if _, err := git(p, "rev-parse", "HEAD"); err != nil {
		return "", fmt.Sprintf("there is no git history to compare with (%v)", err)
	}
	tags, err := git(p, "tag", "--list", "v*", "--merged", "HEAD")
	if err != nil {
		return "", fmt.Sprintf("git cannot list the tags (%v)", err)
	}
	for _, t := range strings.Fields(string(tags)) {
		if releaseTag.MatchString(t) && (tag == "" || semver.Compare(t, tag) > 0) {
			tag = t
		}
	}
	if tag != "" {
		return tag, ""
	}
	if shallow, err := git(p, "rev-parse", "--is-shallow-repository"); err == nil && strings.TrimSpace(string(shallow)) == "true" {
		return "", "this clone is shallow and has no tag of a released version; git fetch --unshallow --tags gets what there is to compare with"
	}
	return "", "no version is released: this clone has no tag such as v1.2.3 before HEAD"
}

func git(p project, args ...string) ([]byte, error) {
	cmd := exec.Command("git", append([]string{"-C", p.root}, args...)...)
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problem
	if err := cmd.Run(); err != nil {
		if text, _, _ := strings.Cut(strings.TrimSpace(problem.String()), "\n"); text != "" {
			return nil, errors.New(text)
		}
		return nil, err
	}
	return out.Bytes(), nil
}

// extract writes the files of a tag to a directory.
func extract(p project, tag, dir string) error {
	files, err := git(p, "ls-tree", "-r", "--name-only", "-z", "--full-tree", tag)
	if err != nil {
		return err
	}
	for _, name := range strings.Split(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		if !strings.HasSuffix(name, ".go") && filepath.Base(name) != "go.mod" && filepath.Base(name) != "go.sum" || !filepath.IsLocal(name) {
			continue
		}
		text, err := git(p, "show", tag+":"+name)
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, name), text); err != nil {
			return err
		}
	}
	return nil
}
