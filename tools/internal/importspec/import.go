// Package importspec imports the API that a version of Kratos publishes: it replaces the structure
// of the contract, and keeps its texts.
package importspec

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/diff"
	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/overlay"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// Import replaces the structure of the contract by the API description published at from, disables
// the overlay actions that do not apply any more, and reports what is left to do. If it fails, no
// file is changed.
func Import(ctx context.Context, p project.Project, from, version string, out io.Writer) error {
	raw, err := Fetch(ctx, p, from)
	if err != nil {
		return fmt.Errorf("spec: %w", err)
	}
	result, err := Plan(p, raw, version)
	if err != nil {
		return fmt.Errorf("spec: %s: %w; no file is changed", filepath.Base(from), err)
	}
	if err := project.WriteAll(result.files); err != nil {
		return fmt.Errorf("spec: %w; no file is changed", err)
	}
	result.report(out)
	return nil
}

// importResult is the result of an import, before it is written.
type importResult struct {
	version       string
	files         map[string][]byte
	unchanged     bool
	changes       diff.Changes
	breaking      []string
	renamed       map[string]string
	todo, removed []string
	restored      []string // locations of texts from earlier versions
	copied        []string // texts copied from siblings
	review        []string
	reworded      []string // published texts that differ from those of the previous version
	operations    int      // published
	known         int      // of these, in the previous contract
	disabled      []overlay.DisabledAction
	narrowed      []string // actions that apply to fewer targets
	obsolete      []string // corrections that are published now
	extensions    map[string]int
	omittedTexts  int
}

// Plan computes the new files, and writes none.
func Plan(p project.Project, raw []byte, version string) (t *importResult, err error) {
	defer func() { // a published file must not cause a stack trace
		if r := recover(); r != nil {
			t, err = nil, fmt.Errorf("cannot be parsed: %v", r)
		}
	}()
	published, err := parsePublished(raw)
	if err != nil {
		return nil, err
	}
	if version, err = checkVersion(published, version); err != nil {
		return nil, err
	}
	s, err := spec.StripProse(published)
	if err != nil {
		return nil, err
	}
	source, err := os.ReadFile(p.Contract())
	if err != nil {
		return nil, err
	}
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(source, doc); err != nil {
		return nil, fmt.Errorf("api/openapi.yaml: %w", err)
	}
	current := node.Root(doc)
	if err := checkIsKratos(current, s.Doc); err != nil {
		return nil, err
	}
	publishedTexts := collectTexts(published)
	m := &merger{renamed: findRenamed(current, s.Doc), history: contractHistory(p), contract: current, published: publishedTexts}
	merged := withVersion(m.merge(current, s.Doc, "document", ""), version)
	data := patch(source, doc, merged)
	if err := verify(data, merged, s.Doc); err != nil {
		return nil, err
	}
	t = &importResult{
		version: version, todo: m.todo, removed: m.removed, renamed: m.renamed,
		restored: m.restored, copied: m.copied, extensions: s.Extensions, omittedTexts: s.Texts,
		files: map[string][]byte{p.Contract(): data},
	}
	if t.changes, err = diff.Compare(current, merged); err != nil {
		return nil, err
	}
	t.review = textsToReview(current, t.changes)
	t.operations, t.known = len(diff.Operations(published)), len(diff.Operations(published))-len(addedOperations(t.changes))
	if !bytes.Equal(source, data) {
		if t.breaking, err = diff.Breaking(doc, merged); err != nil {
			return nil, err
		}
	}
	if err := t.applyOverlays(p, data); err != nil {
		return nil, err
	}
	t.unchanged = true
	for path, data := range t.files {
		old, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		t.unchanged = t.unchanged && bytes.Equal(old, data)
	}
	before, err := os.ReadFile(p.Published())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	t.reworded, t.files[p.Published()] = changedTexts(before, publishedTexts), checksums(publishedTexts)
	return t, nil
}

// addedOperations returns the operations that are new.
func addedOperations(c diff.Changes) []string {
	var names []string
	for _, change := range c.Added {
		if len(change.Path) == 1 && strings.HasPrefix(change.Path[0], "operation ") {
			names = append(names, change.Path[0])
		}
	}
	return names
}

// applyOverlays disables the overlay actions that do not apply to the new contract, and enables
// those that do.
func (t *importResult) applyOverlays(p project.Project, contract []byte) error {
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(contract, doc); err != nil {
		return err
	}
	for _, path := range []string{p.Corrections(), p.Golang()} {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		before := node.Clone(doc)
		fitted, disabled, err := overlay.DisableInapplicable(doc, data, "api/"+filepath.Base(path))
		if err != nil {
			return err
		}
		t.files[path] = fitted
		names := t.removedNames()
		for i := range disabled {
			for _, old := range slices.Sorted(maps.Keys(names)) {
				if names[old] != "" && strings.Contains(disabled[i].Target, old) {
					disabled[i].Reason += ", " + old + " is now called " + names[old]
				}
			}
		}
		t.disabled = append(t.disabled, disabled...)
		t.narrowed = append(t.narrowed, overlay.TargetsWithRemovedNames(fitted, "api/"+filepath.Base(path), names)...)
		obsolete, err := overlay.Obsolete(node.Clone(before), fitted, "api/"+filepath.Base(path))
		if err != nil {
			return err
		}
		t.obsolete = append(t.obsolete, obsolete...)
		if path != p.Corrections() {
			continue
		}
		for _, value := range overlay.AlreadyPublished(doc, before) {
			t.obsolete = append(t.obsolete, "api/corrections.yaml adds what is published: "+value)
		}
		overlay.MarkReceived(doc)
		if _, err := spec.Load(doc, "the contract with api/corrections.yaml"); err != nil {
			return err
		}
	}
	return nil
}

// removedNames returns the removed paths and schemas, with the new names of renamed ones.
func (t *importResult) removedNames() map[string]string {
	names := map[string]string{}
	for _, change := range t.changes.Removed {
		if name, ok := strings.CutPrefix(change.Path[0], "schema "); ok && len(change.Path) == 1 {
			names[name] = ""
		}
	}
	for old, name := range t.renamed {
		names[strings.TrimPrefix(strings.TrimPrefix(old, "/components/schemas/"), "/paths/")] = name
	}
	return names
}

// checkVersion returns the version of a file, which must be the requested one.
func checkVersion(published *yaml.Node, requested string) (string, error) {
	var declared string
	if v := node.Member(node.Member(published, "info"), "version"); v != nil {
		declared = strings.TrimSpace(v.Value)
	}
	if !spec.VersionTag.MatchString(declared) { // such as latest
		if requested == "" {
			return "", fmt.Errorf("has no version (%q): set VERSION", node.Truncate(declared))
		}
		declared = requested
	}
	if requested == "" {
		requested = declared
	}
	if !spec.VersionTag.MatchString(requested) {
		return "", fmt.Errorf("%q is not a version such as v1.3.6", node.Truncate(requested))
	}
	if strings.TrimPrefix(declared, "v") != strings.TrimPrefix(requested, "v") {
		return "", fmt.Errorf("is version %s, not %s", node.Truncate(declared), requested)
	}
	return "v" + strings.TrimPrefix(requested, "v"), nil
}

// checkIsKratos returns an error unless a file has at least half of the contract's operations.
func checkIsKratos(current, published *yaml.Node) error {
	known, all, found := diff.Operations(published), diff.Operations(current), 0
	for name := range all {
		if known[name] != "" {
			found++
		}
	}
	if found*2 < len(all) {
		return fmt.Errorf("has %d of the %d operations of the contract: it is another API, or incomplete", found, len(all))
	}
	return nil
}

func withVersion(merged *yaml.Node, version string) *yaml.Node {
	i := node.KeyIndex(merged, "info")
	info := merged.Content[i+1]
	j := node.KeyIndex(info, "version")
	if info.Content[j+1].Value == version {
		return merged
	}
	newInfo, newDoc := *info, *merged
	newInfo.Content = append([]*yaml.Node(nil), info.Content...)
	newInfo.Content[j+1] = node.NewString(version)
	newDoc.Content = append([]*yaml.Node(nil), merged.Content...)
	newDoc.Content[i+1] = &newInfo
	return &newDoc
}

// verify checks that the new contract can be parsed again, is valid, and has the published
// structure, so that importing the same file again changes nothing.
func verify(data []byte, merged, structure *yaml.Node) error {
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(data, doc); err != nil {
		return fmt.Errorf("cannot be written as YAML: %w", err)
	}
	if !node.Equal(node.Root(doc), merged) {
		return errors.New("changes when it is written as YAML")
	}
	m := &merger{}
	if again := m.merge(node.Root(doc), structure, "document", ""); again != node.Root(doc) {
		return errors.New("would change again if it was imported again")
	}
	if _, err := spec.Load(doc, "the new contract"); err != nil {
		return err
	}
	return nil
}
