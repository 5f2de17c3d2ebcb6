package importspec

import (
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// insert adds a key in the order of the contract: keywords by rank, paths and schemas after those
// with the most similar name, other names in the published order. If order is the collection of an
// earlier version of the contract, its order is used.
func insert(n *yaml.Node, kind string, key, value, order *yaml.Node) {
	at := 0
	switch {
	case order != nil && order.Line > 0: // an earlier version of the contract
		at = afterPredecessor(n, key.Value, order)
	case !spec.IsMap(kind):
		for i := 0; i+1 < len(n.Content); i += 2 {
			if spec.KeywordRank(kind, n.Content[i].Value) <= spec.KeywordRank(kind, key.Value) {
				at = i + 2
			}
		}
	case kind == "paths" || kind == "schemas":
		if i := mostSimilar(node.Keys(n), key.Value); i >= 0 {
			at = 2*i + 2
			break
		}
		at = afterPredecessor(n, key.Value, order)
	default:
		at = afterPredecessor(n, key.Value, order)
	}
	n.Content = slices.Insert(n.Content, at, key, value)
}

// afterPredecessor returns the index after the nearest key that precedes key in the published
// order.
func afterPredecessor(n *yaml.Node, key string, published *yaml.Node) int {
	i := node.KeyIndex(published, key)
	if i < 0 {
		return len(n.Content)
	}
	for i -= 2; i >= 0; i -= 2 {
		if j := node.KeyIndex(n, published.Content[i].Value); j >= 0 {
			return j + 2
		}
	}
	return 0
}

// mostSimilar returns the index of the last of the names that share the most leading words with
// name, at least two; or -1.
func mostSimilar(names []string, name string) int {
	best, most := -1, 1
	for i, other := range names {
		shared := 0
		a, b := segments(name), segments(other)
		for shared < len(a) && shared < len(b) && a[shared] == b[shared] {
			shared++
		}
		if shared > 1 && shared >= most {
			best, most = i, shared
		}
	}
	return best
}

// segments splits a path into its segments, and other names into words.
func segments(name string) []string {
	if strings.HasPrefix(name, "/") {
		return strings.Split(name, "/")[1:]
	}
	return node.Words(strings.TrimLeftFunc(name, unicode.IsPunct))
}

// mergeItems returns the published list with the nodes of equal items in current. If the order does
// not matter, that of current is kept.
func mergeItems(current, published *yaml.Node, unordered bool) *yaml.Node {
	if current.Kind != yaml.SequenceNode || published.Kind != yaml.SequenceNode {
		return node.Clone(published)
	}
	out := &yaml.Node{Kind: current.Kind, Tag: current.Tag, Line: current.Line, Column: current.Column, Style: current.Style}
	find := func(in []*yaml.Node, item *yaml.Node) int {
		return slices.IndexFunc(in, func(n *yaml.Node) bool { return node.Equal(n, item) })
	}
	if !unordered {
		for _, item := range published.Content {
			if i := find(current.Content, item); i >= 0 {
				item = current.Content[i]
			} else {
				item = node.Clone(item)
			}
			out.Content = append(out.Content, item)
		}
		return out
	}
	for _, item := range current.Content {
		if find(published.Content, item) >= 0 {
			out.Content = append(out.Content, item)
		}
	}
	for i, item := range published.Content {
		if find(current.Content, item) >= 0 {
			continue
		}
		at := 0
		for j := i - 1; j >= 0; j-- {
			if k := find(out.Content, published.Content[j]); k >= 0 {
				at = k + 1
				break
			}
		}
		out.Content = slices.Insert(out.Content, at, node.Clone(item))
	}
	return out
}
