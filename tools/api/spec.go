package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

var versionTag = regexp.MustCompile(`^v?\d+(\.\d+)*([-+.][0-9A-Za-z.-]+)?$`)

// takeIn puts the API description published at from in place of the structure of the contract, keeps the contract's sentences,
// parks the actions of overlays that do not fit any more, and says what there is to do. Nothing is written unless all went well.
func takeIn(ctx context.Context, p project, from, version string, out io.Writer) error {
	raw, err := fetch(ctx, p, from)
	if err != nil {
		return fmt.Errorf("spec: %w", err)
	}
	result, err := intake(p, raw, version)
	if err != nil {
		return fmt.Errorf("spec: %s: %w; nothing is changed", filepath.Base(from), err)
	}
	if err := writeAll(result.files); err != nil {
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
	changes    factChanges
	breaking   []string
	renamed    map[string]string
	gaps, lost []string
	reread     []string
	parked     []parkedAction
	narrower   []string // actions that have fewer targets
	published  []string // enum values that corrections add and that are published now
	extensions map[string]int
	sentences  int
}

// intake makes the new files, without writing any.
func intake(p project, raw []byte, version string) (t *taken, err error) {
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
	s, err := structureOf(published)
	if err != nil {
		return nil, err
	}
	source, err := os.ReadFile(p.contract())
	if err != nil {
		return nil, err
	}
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(source, doc); err != nil {
		return nil, fmt.Errorf("api/openapi.yaml: %w", err)
	}
	ours := rootOf(doc)
	if err := isKratos(ours, s.doc); err != nil {
		return nil, err
	}
	m := &merger{renamed: renames(ours, s.doc), before: contractHistory(p)}
	merged := withVersion(m.merge(ours, s.doc, "document", ""), version)
	text := splice(source, doc, merged)
	if err := verify(text, merged, s.doc); err != nil {
		return nil, err
	}
	t = &taken{
		version: version, gaps: m.gaps, lost: m.lost, renamed: m.renamed,
		changes: compareFacts(facts(ours), facts(merged)), extensions: s.extensions, sentences: s.sentences,
		files: map[string][]byte{p.contract(): text},
	}
	t.reread = toReread(t.changes)
	if !bytes.Equal(source, text) {
		if t.breaking, err = breaking(doc, merged); err != nil {
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
	return t, nil
}

// fitOverlays parks the actions that do not fit the new contract, and puts those back that do.
func (t *taken) fitOverlays(p project, contract []byte) error {
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(contract, doc); err != nil {
		return err
	}
	for _, path := range []string{p.corrections(), p.golang()} {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fitted, parked, err := fit(doc, text, "api/"+filepath.Base(path))
		if err != nil {
			return err
		}
		t.files[path] = fitted
		names := t.goneNames()
		for i := range parked {
			for _, old := range sortedKeys(names) {
				if names[old] != "" && strings.Contains(parked[i].target, old) {
					parked[i].why += ", " + old + " is called " + names[old] + " now"
				}
			}
		}
		t.parked = append(t.parked, parked...)
		t.narrower = append(t.narrower, namesOfGone(fitted, "api/"+filepath.Base(path), names)...)
		if path != p.corrections() {
			continue
		}
		t.published = repeatedEnums(doc)
		if _, err := load(doc, "the contract with api/corrections.yaml"); err != nil {
			return err
		}
	}
	return nil
}

// goneNames are the paths and schemas that are gone, with their new names if they have one.
func (t *taken) goneNames() map[string]string {
	names := map[string]string{}
	for _, line := range t.changes.gone {
		if name, ok := strings.CutPrefix(line, "schema "); ok && !strings.Contains(name, " › ") {
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
	if v := member(member(published, "info"), "version"); v != nil {
		said = strings.TrimSpace(v.Value)
	}
	switch {
	case asked == "" && said == "":
		return "", errors.New("does not say of which version it is: give VERSION")
	case asked == "":
		asked = said
	case said != "" && strings.TrimPrefix(said, "v") != strings.TrimPrefix(asked, "v"):
		return "", fmt.Errorf("says that it is version %s, not %s", shorten(said), asked)
	}
	if !versionTag.MatchString(asked) {
		return "", fmt.Errorf("%q is not the name of a version such as v1.3.6", shorten(asked))
	}
	return asked, nil
}

// isKratos makes sure that at least half of the contract's operations are in the published file.
func isKratos(ours, published *yaml.Node) error {
	known := map[string]bool{}
	for name := range facts(published) {
		known[name] = true
	}
	all, found := 0, 0
	for name := range facts(ours) {
		if strings.HasPrefix(name, "operation ") && !strings.Contains(name, " › ") {
			all++
			if known[name] {
				found++
			}
		}
	}
	if found*2 < all {
		return fmt.Errorf("has %d of the %d operations of the contract: it is another API, or not all of Kratos'", found, all)
	}
	return nil
}

func withVersion(merged *yaml.Node, version string) *yaml.Node {
	i := indexOf(merged, "info")
	info := merged.Content[i+1]
	j := indexOf(info, "version")
	if info.Content[j+1].Value == version {
		return merged
	}
	newInfo, newDoc := *info, *merged
	newInfo.Content = append([]*yaml.Node(nil), info.Content...)
	newInfo.Content[j+1] = text(version)
	newDoc.Content = append([]*yaml.Node(nil), merged.Content...)
	newDoc.Content[i+1] = &newInfo
	return &newDoc
}

// verify makes sure that the new contract reads as it was meant, is valid, and has the published structure, so that taking the
// same file in again changes nothing.
func verify(text []byte, merged, structure *yaml.Node) error {
	doc := new(yaml.Node)
	if err := yaml.Unmarshal(text, doc); err != nil {
		return fmt.Errorf("cannot be written as YAML: %w", err)
	}
	if !same(rootOf(doc), merged) {
		return errors.New("does not read the same after it was written as YAML")
	}
	m := &merger{}
	if again := m.merge(rootOf(doc), structure, "document", ""); again != rootOf(doc) {
		return errors.New("would be taken in differently the second time")
	}
	if _, err := load(doc, "the new contract"); err != nil {
		return err
	}
	return nil
}

// writeAll writes all files, or none.
func writeAll(files map[string][]byte) error {
	old := map[string][]byte{}
	for _, path := range sortedKeys(files) {
		before, err := os.ReadFile(path)
		if err == nil && !bytes.Equal(before, files[path]) {
			err = writeFile(path, files[path])
		}
		if err == nil {
			old[path] = before
			continue
		}
		for done, text := range old {
			err = errors.Join(err, writeFile(done, text))
		}
		return err
	}
	return nil
}
