package importspec

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// maxHistory is the number of earlier versions of the contract that are read.
const maxHistory = 8

// history has earlier versions of the contract, the latest first. What is published again gets the
// text and position that it had.
type history []earlierVersion

type earlierVersion struct {
	root   *yaml.Node
	source *patcher
}

// contractHistory reads the committed versions of the contract; there are none without git.
func contractHistory(p project.Project) history {
	commits, err := project.Git(p, "log", "-n", strconv.Itoa(maxHistory), "--format=%H", "--", "api/openapi.yaml")
	if err != nil {
		return nil
	}
	var h history
	for _, commit := range strings.Fields(string(commits)) {
		data, err := project.Git(p, "show", commit+":api/openapi.yaml")
		doc := new(yaml.Node)
		if err == nil && yaml.Unmarshal(data, doc) == nil && len(doc.Content) == 1 {
			h = append(h, earlierVersion{node.Root(doc), newPatcher(data, node.Root(doc))})
		}
	}
	return h
}

// collectionWith returns the latest version of the collection at a location that has a key, or
// published.
func (h history) collectionWith(location, key string, published *yaml.Node) *yaml.Node {
	for _, version := range h {
		if n := node.Find(version.root, location); node.Member(n, key) != nil {
			return n
		}
	}
	return published
}

// linesAbove returns the comments and empty lines above a key, each with its line break.
func (h history) linesAbove(location, key string) string {
	for _, version := range h {
		n := node.Find(version.root, location)
		if i := node.KeyIndex(n, key); i >= 0 {
			if lines := version.source.linesAbove(n.Content[i]); len(lines) > 0 {
				return strings.Join(lines, "\n") + "\n"
			}
			return ""
		}
	}
	return ""
}

// node returns the latest node at a location of the same kind as published, preferably one without
// TODO, or nil.
func (h history) node(location string, published *yaml.Node) *yaml.Node {
	var latest *yaml.Node
	for _, version := range h {
		n := node.Find(version.root, location)
		if n == nil || n.Kind != published.Kind || (node.Ref(n) == "") != (node.Ref(published) == "") {
			continue
		}
		if !hasTodo(n) {
			return n
		}
		if latest == nil {
			latest = n
		}
	}
	return latest
}

func hasTodo(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && strings.HasPrefix(n.Value, spec.Todo) || slices.ContainsFunc(n.Content, hasTodo)
}

// sourceOfKey returns the lines of an earlier version for a key with an equal value, or "".
func (h history) sourceOfKey(location, key string, value *yaml.Node) string {
	for _, version := range h {
		n := node.Find(version.root, location)
		if i := node.KeyIndex(n, key); i >= 0 && node.Equal(n.Content[i+1], value) {
			sp := version.source.spans[positionOf(n.Content[i])]
			return strings.Join(version.source.copyLines(n.Content[i].Line, sp.end, n.Content[i]), "\n")
		}
	}
	return ""
}

// sourceOfItem returns the lines of an earlier version for an equal item of a list, or "".
func (h history) sourceOfItem(location, id string, value *yaml.Node) string {
	for _, version := range h {
		list := node.Find(version.root, location)
		if list == nil || list.Kind != yaml.SequenceNode || list.Style&yaml.FlowStyle != 0 {
			continue
		}
		if item := node.ItemsByIdentity(list)[id]; item != nil && node.Equal(item, value) {
			sp := version.source.spans[position{item.Line, list.Column}]
			return strings.Join(version.source.lines[sp.start:sp.end], "\n")
		}
	}
	return ""
}

// text returns the latest text at a location, or "".
func (h history) text(location string) string {
	for _, version := range h {
		if n := node.Find(version.root, location); n != nil && n.Kind == yaml.ScalarNode && !strings.HasPrefix(n.Value, spec.Todo) {
			return strings.TrimSpace(n.Value)
		}
	}
	return ""
}
