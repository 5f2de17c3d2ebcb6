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

// mostHistory is how many of the last commits to the contract are looked at.
const mostHistory = 8

// history holds earlier versions of the contract, the latest first: what comes back goes where it
// was.
type history []earlier

type earlier struct {
	root  *yaml.Node
	lines *splicer
}

// contractHistory reads the committed versions of the contract; where there is no git, there are
// none.
func contractHistory(p project.Project) history {
	commits, err := project.Git(p, "log", "-n", strconv.Itoa(mostHistory), "--format=%H", "--", "api/openapi.yaml")
	if err != nil {
		return nil
	}
	var h history
	for _, commit := range strings.Fields(string(commits)) {
		text, err := project.Git(p, "show", commit+":api/openapi.yaml")
		doc := new(yaml.Node)
		if err == nil && yaml.Unmarshal(text, doc) == nil && len(doc.Content) == 1 {
			h = append(h, earlier{node.Root(doc), newSplicer(text, node.Root(doc))})
		}
	}
	return h
}

// order returns the latest version of the collection at a place that has a key, or what is given.
func (h history) order(where, key string, published *yaml.Node) *yaml.Node {
	for _, version := range h {
		if n := node.Locate(version.root, where); node.Member(n, key) != nil {
			return n
		}
	}
	return published
}

// heading returns the comment that set the group apart that began with a key.
func (h history) heading(where, key string) string {
	for _, version := range h {
		n := node.Locate(version.root, where)
		if i := node.Index(n, key); i >= 0 {
			return strings.Join(version.lines.headings(n.Content[i]), "\n")
		}
	}
	return ""
}

// at returns what the latest version of the contract had at a place, one without gaps if there is
// one, or nil.
func (h history) at(where string) *yaml.Node {
	var latest *yaml.Node
	for _, version := range h {
		n := node.Locate(version.root, where)
		if n != nil && !hasGap(n) {
			return n
		}
		if latest == nil {
			latest = n
		}
	}
	return latest
}

func hasGap(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && strings.HasPrefix(n.Value, spec.Gap) || slices.ContainsFunc(n.Content, hasGap)
}

// pair returns the lines of an earlier version for a key whose value was the same, or "".
func (h history) pair(where, key string, value *yaml.Node) string {
	for _, version := range h {
		n := node.Locate(version.root, where)
		if i := node.Index(n, key); i >= 0 && node.Same(n.Content[i+1], value) {
			sp := version.lines.spans[placeIn(n.Content[i])]
			return strings.Join(version.lines.copy(n.Content[i].Line, sp.end, n.Content[i]), "\n")
		}
	}
	return ""
}

// item returns the lines of an earlier version for an item of a list that was the same, or "".
func (h history) item(where, id string, value *yaml.Node) string {
	for _, version := range h {
		list := node.Locate(version.root, where)
		if list == nil || list.Kind != yaml.SequenceNode || list.Style&yaml.FlowStyle != 0 {
			continue
		}
		if item := node.ByIdentity(list)[id]; item != nil && node.Same(item, value) {
			sp := version.lines.spans[place{item.Line, list.Column}]
			return strings.Join(version.lines.lines[sp.start:sp.end], "\n")
		}
	}
	return ""
}

// sentence returns what the latest version of the contract that had one said at a place.
func (h history) sentence(where string) string {
	for _, version := range h {
		if n := node.Locate(version.root, where); n != nil && n.Kind == yaml.ScalarNode && !strings.HasPrefix(n.Value, spec.Gap) {
			return strings.TrimSpace(n.Value)
		}
	}
	return ""
}
