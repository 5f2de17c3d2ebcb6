package overlay

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// longestRun is how many actions that belong together are looked at.
const longestRun = 8

// Obsolete lists the runs of actions in an overlay that change nothing together, although each of them does, as a removal and an
// update that sets what was removed do. It applies the actions to doc.
func Obsolete(doc *yaml.Node, text []byte, file string) ([]string, error) {
	all, err := overlay.ParseReader(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	states := [][sha256.Size]byte{state(doc)}
	for _, action := range all.Actions {
		one := *all
		one.Actions = []overlay.Action{action}
		if err := one.ApplyTo(doc); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, action.Target, err)
		}
		states = append(states, state(doc))
	}
	var found []string
	for i := 0; i < len(all.Actions); i++ {
		last := slices.Index(states[i+1:min(i+1+longestRun, len(states))], states[i])
		if last <= 0 { // one action that changes nothing is an error already
			continue
		}
		var targets []string
		for _, action := range all.Actions[i : i+last+1] {
			targets = append(targets, action.Target)
		}
		found = append(found, fmt.Sprintf("%s: the API is published like that, and %d actions change nothing together: %s", file, last+1, strings.Join(targets, ", ")))
		i += last
	}
	return found, nil
}

// state is a hash of a description in which the order of members, enums and required names does not count.
func state(doc *yaml.Node) [sha256.Size]byte { return sha256.Sum256([]byte(canonical(doc, ""))) }

func canonical(n *yaml.Node, key string) string {
	var parts []string
	switch n.Kind {
	case yaml.ScalarNode:
		return fmt.Sprintf("%s%q", n.ShortTag(), n.Value)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			parts = append(parts, fmt.Sprintf("%q:%s", name, canonical(n.Content[i+1], name)))
		}
		slices.Sort(parts)
	default:
		for _, item := range n.Content {
			parts = append(parts, canonical(item, ""))
		}
		if key == "enum" || key == "required" {
			slices.Sort(parts)
		}
	}
	return string(rune('0'+n.Kind)) + "[" + strings.Join(parts, ",") + "]"
}

// AddedTwice removes what enums have twice, and returns what that was without what the published API has twice: a correction adds
// what is published now.
func AddedTwice(doc, published *yaml.Node) []string {
	already := RepeatedEnums(node.Copy(published))
	return slices.DeleteFunc(RepeatedEnums(doc), func(value string) bool { return slices.Contains(already, value) })
}
