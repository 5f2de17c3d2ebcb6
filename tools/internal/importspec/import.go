// Package importspec takes the API that a version of Kratos publishes in: it replaces the structure
// of the contract, and keeps its sentences.
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

// Import puts the API description published at from in place of the structure of the contract,
// keeps the contract's sentences, parks the actions of overlays that do not fit any more, and says
// what there is to do. Nothing is written unless all went well.
func Import(ctx context.Context, p project.Project, from, version string, out io.Writer) error {
	raw, err := fetch(ctx, p, from)
	if err != nil {
		return fmt.Errorf("spec: %w", err)
	}
	result, err := Plan(p, raw, version)
	if err != nil {
		return fmt.Errorf("spec: %s: %w; nothing is changed", filepath.Base(from), err)
	}
	if err := project.WriteAll(result.files); err != nil {
		return fmt.Errorf("spec: %w; nothing is changed", err)
	}
	result.report(out)
	return nil
}

// taken is what taking a version in comes to.
type taken struct {
	version    string
	files      map[string][]byte
	unchanged  bool
	changes    diff.Changes
	breaking   []string
	renamed    map[string]string
	gaps, lost []string
	back       []string // sentences of earlier versions that were put back
	proposed   []string // sentences taken from siblings
	reread     []string
	reworded   []string // published sentences that differ from those of the version before
	operations int      // published
	known      int      // of these, in the contract before
	parked     []overlay.Parked
	narrower   []string // actions that have fewer targets
	published  []string // enum values that corrections add and that are published now
	extensions map[string]int
	sentences  int
}

// Plan makes the new files, without writing any.
func Plan(p project.Project, raw []byte, version string) (t *taken, err error) {
	defer func() { // what a file from elsewhere says must not end in a trace
		if r := recover(); r != nil {
			t, err = nil, fmt.Errorf("cannot be understood: %v", r)
		}
	}()
	published, err := parsePublished(raw)
	if err != nil {
		return nil, err
	}
	if version, err = versionOf(published, version); err != nil {
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
	ours := node.Root(doc)
	if err := isKratos(ours, s.Doc); err != nil {
		return nil, err
	}
	said := sentencesOf(published)
	m := &merger{renamed: renames(ours, s.Doc), before: contractHistory(p), ours: ours, raw: said}
	merged := withVersion(m.merge(ours, s.Doc, "document", ""), version)
	text := splice(source, doc, merged)
	if err := verify(text, merged, s.Doc); err != nil {
		return nil, err
	}
	t = &taken{
		version: version, gaps: m.gaps, lost: m.lost, renamed: m.renamed,
		back: m.back, proposed: m.proposed, extensions: s.Extensions, sentences: s.Sentences,
		files: map[string][]byte{p.Contract(): text},
	}
	if t.changes, err = diff.Compare(ours, merged); err != nil {
		return nil, err
	}
	t.reread = toReread(ours, t.changes)
	t.operations, t.known = len(diff.Operations(published)), len(diff.Operations(published))-len(newOperations(t.changes))
	if !bytes.Equal(source, text) {
		if t.breaking, err = diff.Breaking(doc, merged); err != nil {
			return nil, err
		}
	}
	if err := t.fitOverlays(p, text); err != nil {
		return nil, err
	}
	t.unchanged = true
	for path, text := range t.files {
		old, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		t.unchanged = t.unchanged && bytes.Equal(old, text)
	}
	before, err := os.ReadFile(p.Published())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	t.reworded, t.files[p.Published()] = changedSentences(before, said), sums(said)
	return t, nil
}

// newOperations are the operations that a description did not have.
func newOperations(c diff.Changes) []string {
	var names []string
	for _, change := range c.Added {
		if len(change.Path) == 1 && strings.HasPrefix(change.Path[0], "operation ") {
			names = append(names, change.Path[0])
		}
	}
	return names
}

// fitOverlays parks the actions that do not fit the new contract, and puts those back that do.
func (t *taken) fitOverlays(p project.Project, contract []byte) error {
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(contract, doc); err != nil {
		return err
	}
	for _, path := range []string{p.Corrections(), p.Golang()} {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		before := node.Copy(doc)
		fitted, parked, err := overlay.Fit(doc, text, "api/"+filepath.Base(path))
		if err != nil {
			return err
		}
		t.files[path] = fitted
		names := t.goneNames()
		for i := range parked {
			for _, old := range slices.Sorted(maps.Keys(names)) {
				if names[old] != "" && strings.Contains(parked[i].Target, old) {
					parked[i].Why += ", " + old + " is called " + names[old] + " now"
				}
			}
		}
		t.parked = append(t.parked, parked...)
		t.narrower = append(t.narrower, overlay.NamesOfGone(fitted, "api/"+filepath.Base(path), names)...)
		obsolete, err := overlay.Obsolete(node.Copy(before), fitted, "api/"+filepath.Base(path))
		if err != nil {
			return err
		}
		t.published = append(t.published, obsolete...)
		if path != p.Corrections() {
			continue
		}
		for _, value := range overlay.AddedTwice(doc, before) {
			t.published = append(t.published, "api/corrections.yaml adds what is published: "+value)
		}
		if _, err := spec.Load(doc, "the contract with api/corrections.yaml"); err != nil {
			return err
		}
	}
	return nil
}

// goneNames are the paths and schemas that are gone, with their new names if they have one.
func (t *taken) goneNames() map[string]string {
	names := map[string]string{}
	for _, change := range t.changes.Gone {
		if name, ok := strings.CutPrefix(change.Path[0], "schema "); ok && len(change.Path) == 1 {
			names[name] = ""
		}
	}
	for old, name := range t.renamed {
		names[strings.TrimPrefix(strings.TrimPrefix(old, "/components/schemas/"), "/paths/")] = name
	}
	return names
}

// versionOf makes sure that the file is of the version that was asked for.
func versionOf(published *yaml.Node, asked string) (string, error) {
	var said string
	if v := node.Member(node.Member(published, "info"), "version"); v != nil {
		said = strings.TrimSpace(v.Value)
	}
	if !spec.VersionTag.MatchString(said) { // such as latest
		if asked == "" {
			return "", fmt.Errorf("does not say of which version it is (%q): give VERSION", node.Shorten(said))
		}
		said = asked
	}
	if asked == "" {
		asked = said
	}
	if !spec.VersionTag.MatchString(asked) {
		return "", fmt.Errorf("%q is not the name of a version such as v1.3.6", node.Shorten(asked))
	}
	if strings.TrimPrefix(said, "v") != strings.TrimPrefix(asked, "v") {
		return "", fmt.Errorf("says that it is version %s, not %s", node.Shorten(said), asked)
	}
	return "v" + strings.TrimPrefix(asked, "v"), nil
}

// isKratos makes sure that at least half of the contract's operations are in the published file.
func isKratos(ours, published *yaml.Node) error {
	known, all, found := diff.Operations(published), diff.Operations(ours), 0
	for name := range all {
		if known[name] != "" {
			found++
		}
	}
	if found*2 < len(all) {
		return fmt.Errorf("has %d of the %d operations of the contract: it is another API, or not all of that of Kratos", found, len(all))
	}
	return nil
}

func withVersion(merged *yaml.Node, version string) *yaml.Node {
	i := node.Index(merged, "info")
	info := merged.Content[i+1]
	j := node.Index(info, "version")
	if info.Content[j+1].Value == version {
		return merged
	}
	newInfo, newDoc := *info, *merged
	newInfo.Content = append([]*yaml.Node(nil), info.Content...)
	newInfo.Content[j+1] = node.Text(version)
	newDoc.Content = append([]*yaml.Node(nil), merged.Content...)
	newDoc.Content[i+1] = &newInfo
	return &newDoc
}

// verify makes sure that the new contract reads as it was meant, is valid, and has the published
// structure, so that taking the same file in again changes nothing.
func verify(text []byte, merged, structure *yaml.Node) error {
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(text, doc); err != nil {
		return fmt.Errorf("cannot be written as YAML: %w", err)
	}
	if !node.Same(node.Root(doc), merged) {
		return errors.New("does not read the same after it was written as YAML")
	}
	m := &merger{}
	if again := m.merge(node.Root(doc), structure, "document", ""); again != node.Root(doc) {
		return errors.New("would be taken in differently the second time")
	}
	if _, err := spec.Load(doc, "the new contract"); err != nil {
		return err
	}
	return nil
}
