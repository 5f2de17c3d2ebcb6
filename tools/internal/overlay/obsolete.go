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

// maxRun is the maximum number of actions that are considered together.
const maxRun = 8

// Obsolete lists consecutive actions of an overlay that together change nothing, although each one
// does: a removal, and an update that restores what was removed. It applies the actions to doc.
func Obsolete(doc *yaml.Node, data []byte, file string) ([]string, error) {
	all, err := overlay.ParseReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	states := []uint64{hashNode(doc, "")}
	for _, action := range all.Actions {
		one := *all
		one.Actions = []overlay.Action{action}
		if err := one.ApplyTo(doc); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, action.Target, err)
		}
		states = append(states, hashNode(doc, ""))
	}
	var found []string
	for i := 0; i < len(all.Actions); i++ {
		last := slices.Index(states[i+1:min(i+1+maxRun, len(states))], states[i])
		if last <= 0 { // a single action that changes nothing is an error of Apply
			continue
		}
		var targets []string
		for _, action := range all.Actions[i : i+last+1] {
			targets = append(targets, action.Target)
		}
		found = append(found, fmt.Sprintf("%s: %d actions together change nothing: %s", file, last+1, strings.Join(targets, ", ")))
		i += last
	}
	return found, nil
}

// hashNode returns a hash of a description that ignores the order of members, enums and required
// names.
func hashNode(n *yaml.Node, key string) uint64 {
	var sum uint64
	switch n.Kind {
	case yaml.ScalarNode:
		return hashString(n.ShortTag() + n.Value)
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			name := n.Content[i].Value
			sum += mix(hashString(name), hashNode(n.Content[i+1], name))
		}
	default:
		for _, item := range n.Content {
			if key == "enum" || key == "required" {
				sum += mix(1, hashNode(item, ""))
				continue
			}
			sum = mix(sum, hashNode(item, ""))
		}
	}
	return mix(uint64(n.Kind), sum)
}

var seed = maphash.MakeSeed()

func hashString(data string) uint64 { return maphash.String(seed, data) }

// mix combines two hashes; their order matters.
func mix(a, b uint64) uint64 {
	high, low := bits.Mul64(a^0x9e3779b97f4a7c15, bits.RotateLeft64(b, 31)^0xbf58476d1ce4e5b9)
	return high ^ low
}

// AlreadyPublished removes duplicate values of enums, and returns those that are not duplicates in
// the published API: corrections that add what is published now.
func AlreadyPublished(doc, published *yaml.Node) []string {
	already := RemoveDuplicateEnumValues(node.Clone(published))
	return slices.DeleteFunc(RemoveDuplicateEnumValues(doc), func(value string) bool { return slices.Contains(already, value) })
}
