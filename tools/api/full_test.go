//go:build full

package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/apitest"
	"github.com/kratoskit/kratos-go/tools/internal/lint"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/recordings"
)

// After imports of versions without random parts, importing the present version restores all files.
func TestRoundTripOfRandomParts(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			apitest.RoundTrip(t, copyReal(t), versionIn(t, apitest.Repository), seed)
		})
	}
}

// The same holds after an import of each version that this repository had so far, and after all of
// them.
func TestRoundTripOfEarlierVersions(t *testing.T) {
	t.Parallel()
	out, err := project.Git(apitest.Repository, "log", "--format=%H", "--", "api/openapi.yaml")
	commits := strings.Fields(string(out))
	if err != nil || len(commits) == 0 {
		t.Fatalf("the contract has no history: %v", err)
	}
	var all []apitest.Version
	for _, commit := range commits {
		earlier := project.Project{Root: t.TempDir()}
		text, err := project.Git(apitest.Repository, "show", commit+":api/openapi.yaml")
		if err == nil {
			err = project.WriteFile(earlier.Contract(), text)
		}
		if err != nil {
			t.Fatal(err)
		}
		version := versionIn(t, earlier)
		one := apitest.Version{Name: version, Published: apitest.Publish(t, earlier, nil)}
		all = append(all, one)
		t.Run("the "+version+" of "+commit[:8], func(t *testing.T) {
			t.Parallel()
			apitest.RoundTripOf(t, copyReal(t), versionIn(t, apitest.Repository), one)
		})
	}
	t.Run("all", func(t *testing.T) {
		t.Parallel()
		apitest.RoundTripOf(t, copyReal(t), versionIn(t, apitest.Repository), all...)
	})
}

// Each version whose recorded responses are invalid without a correction is one of those that the
// correction names.
func TestVersionsOfCorrections(t *testing.T) {
	t.Parallel()
	files := recordingsByVersion(t)
	doc, err := node.ReadFile(apitest.Repository.Corrections())
	if err != nil {
		t.Fatal(err)
	}
	actions := node.Member(node.Root(doc), "actions").Content
	proven := 0
	for i := 0; i < len(actions); {
		next := i + 1
		for next < len(actions) && strings.HasPrefix(node.Value(node.Member(actions[next], "description")), "See above") {
			next++
		}
		p := copyReal(t)
		without := node.Clone(doc)
		node.Member(node.Root(without), "actions").Content = slices.Concat(actions[:i], actions[next:])
		text, err := yaml.Marshal(without)
		if err == nil {
			err = project.WriteFile(p.Corrections(), text)
		}
		if err != nil {
			t.Fatal(err)
		}
		versions, observed := node.Value(node.Member(actions[i], "x-versions")), node.Value(node.Member(actions[i], "x-observed"))
		if overlay.WriteEffective(p) == nil { // otherwise, other corrections need this one
			for version, file := range files {
				if recordings.Validate(p, []string{file}, new(strings.Builder)) == nil {
					continue
				}
				proven++
				if !lint.InRange(version, versions) || observed != "" && !strings.Contains(observed, version) {
					t.Errorf("%s: x-versions is %q, x-observed %q, and %s needs it", node.Value(node.Member(actions[i], "target")), versions, observed, version)
				}
			}
		}
		i = next
	}
	if proven < 20 {
		t.Errorf("the recordings need only %d corrections", proven)
	}
}

// recordingsByVersion returns a file with the recorded responses of each server version.
func recordingsByVersion(t *testing.T) map[string]string {
	t.Helper()
	dir, files := t.TempDir(), map[string]string{}
	lines := map[string]*strings.Builder{}
	for _, file := range recordedFiles(t, apitest.Repository) {
		for line := range strings.Lines(apitest.ReadFile(t, file)) {
			var exchange struct{ Version string }
			if err := json.Unmarshal([]byte(line), &exchange); err != nil {
				t.Fatal(err)
			}
			version := "v" + strings.TrimPrefix(exchange.Version, "v")
			if lines[version] == nil {
				lines[version] = new(strings.Builder)
			}
			lines[version].WriteString(line)
		}
	}
	for version, text := range lines {
		files[version] = filepath.Join(dir, version+".jsonl")
		if err := project.WriteFile(files[version], []byte(text.String())); err != nil {
			t.Fatal(err)
		}
	}
	return files
}
