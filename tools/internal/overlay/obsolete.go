package overlay

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"math/bits"
	"slices"
	"strings"

	"github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// longestRun is how many actions that belong together are looked at.
const longestRun = 8

// Obsolete lists the runs of actions in an overlay that change nothing together, although each of
// them does, as a removal and an update that sets what was removed do. It applies the actions to
// doc.
func Obsolete(doc *yaml.Node, text []byte, file string) ([]string, error) {
	all, err := overlay.ParseReader(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	states := []uint64{state(doc, "")}
	for _, action := range all.Actions {
		one := *all
		one.Actions = []overlay.Action{action}
		if err := one.ApplyTo(doc); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, action.Target, err)
		}
		states = append(states, state(doc, ""))
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

// state is a hash of a description in which the order of members, enums and required names does not
// count.
func state(n *yaml.Node, key string) uint64 {
	var sum uint64
	switch n.Kind {
	case yaml.ScalarNode:
		return hash(n.ShortTag() + n.Value)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			sum += mix(hash(name), state(n.Content[i+1], name))
		}
	default:
		for _, item := range n.Content {
			if key == "enum" || key == "required" {
				sum += mix(1, state(item, ""))
				continue
			}
			sum = mix(sum, state(item, ""))
		}
	}
	return mix(uint64(n.Kind), sum)
}

var seed = maphash.MakeSeed()

func hash(text string) uint64 { return maphash.String(seed, text) }

// mix makes one hash of two, whose order counts.
func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a^0x9e3779b97f4a7c15, bits.RotateLeft64(b, 31)^0xbf58476d1ce4e5b9)
	return high ^ low
}

// AddedTwice removes what enums have twice, and returns what that was without what the published
// API has twice: a correction adds what is published now.
func AddedTwice(doc, published *yaml.Node) []string {
	already := RepeatedEnums(node.Copy(published))
	return slices.DeleteFunc(RepeatedEnums(doc), func(value string) bool { return slices.Contains(already, value) })
}
