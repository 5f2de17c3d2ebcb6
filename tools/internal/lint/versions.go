package lint

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"golang.org/x/mod/semver"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/project"
)

// versionRange matches the values of x-versions, with the first and the last version.
var versionRange = regexp.MustCompile(`^(?:from (v\S+)|up to (v\S+)|(v\S+) to (v\S+)|(v\S+))$`)

// unversionedCorrections finds actions of the corrections that do not say for which servers they
// hold, or on which of these that was observed.
func unversionedCorrections(p project.Project) ([]string, error) {
	data, err := os.ReadFile(p.Corrections())
	if err != nil {
		return nil, err
	}
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(data, doc); err != nil {
		return nil, err
	}
	var findings []string
	for _, action := range node.Items(node.Member(node.Root(doc), "actions")) {
		versions, observed := node.Member(action, "x-versions"), node.Member(action, "x-observed")
		if problem := checkVersions(node.Value(versions), node.Value(observed), observed != nil); problem != "" {
			findings = append(findings, fmt.Sprintf("api/corrections.yaml:%d: %s: %s", action.Line, node.Value(node.Member(action, "target")), problem))
		}
	}
	return findings, nil
}

// checkVersions returns what is wrong with the values of x-versions and x-observed, or "".
func checkVersions(versions, observed string, hasObserved bool) string {
	if versions == "" {
		return "has no x-versions, such as v1.3.1 to v1.3.6"
	}
	first, last, ok := parseRange(versions)
	if !ok {
		return "x-versions is not a range: " + versions
	}
	for _, version := range []string{first, last} {
		if version != "" && !isRelease(version) {
			return "x-versions has " + version + ", which is not a version such as v1.3.6"
		}
	}
	if last != "" && !InRange(last, versions) {
		return "x-versions ends before it begins: " + versions
	}
	if !hasObserved || observed == "none" || observed == "published" {
		return ""
	}
	for version := range strings.SplitSeq(observed, ", ") {
		switch {
		case !isRelease(version):
			return fmt.Sprintf("x-observed has %q, which is not a version such as v1.3.6", version)
		case !InRange(version, versions):
			return "x-observed has " + version + ", which is not in x-versions: " + versions
		}
	}
	return ""
}

// parseRange returns the first and the last version of a value of x-versions; "" if it is open.
func parseRange(versions string) (first, last string, ok bool) {
	m := versionRange.FindStringSubmatch(versions)
	if m == nil {
		return "", "", false
	}
	return m[1] + m[3] + m[5], m[2] + m[4] + m[5], true
}

// InRange reports whether a value of x-versions has a version.
func InRange(version, versions string) bool {
	first, last, ok := parseRange(versions)
	return ok && (first == "" || semver.Compare(version, first) >= 0) && (last == "" || semver.Compare(version, last) <= 0)
}

// isRelease reports whether a version has all three numbers.
func isRelease(version string) bool {
	return semver.IsValid(version) && semver.Canonical(version) == version
}
