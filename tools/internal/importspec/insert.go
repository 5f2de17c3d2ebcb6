package importspec

import (
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// insert adds a key where a reader of the contract looks for it: keywords in the contract's usual
// order, paths and schemas beside those of the most similar name, other names where they were
// published. In order, an earlier version of the contract, they are where they were.
func insert(n *yaml.Node, kind string, key, value, order *yaml.Node) {
	at := 0
	switch {
	case order != nil && order.Line > 0: // the contract's own
		at = afterPredecessor(n, key.Value, order)
	case !spec.Named(kind):
		for i := 0; i+1 < len(n.Content); i += 2 {
			if spec.RankOf(kind, n.Content[i].Value) <= spec.RankOf(kind, key.Value) {
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

// afterPredecessor is the place after the nearest key before it in the published order that n has.
func afterPredecessor(n *yaml.Node, key string, published *yaml.Node) int {
	i := node.Index(published, key)
	if i < 0 {
		return len(n.Content)
	}
	for i -= 2; i >= 0; i -= 2 {
		if j := node.Index(n, published.Content[i].Value); j >= 0 {
			return j + 2
		}
	}
	return 0
}

// mostSimilar returns the last of the names that share the most words at their beginning with name,
// at least two words.
func mostSimilar(names []string, name string) int {
	best, most := -1, 1
	for i, other := range names {
		shared := 0
		a, b := parts(name), parts(other)
		for shared < len(a) && shared < len(b) && a[shared] == b[shared] {
			shared++
		}
		if shared > 1 && shared >= most {
			best, most = i, shared
		}
	}
	return best
}

// parts splits a path into its segments, and any other name into its words.
func parts(name string) []string {
	if strings.HasPrefix(name, "/") {
		return strings.Split(name, "/")[1:]
	}
	return node.Words(strings.TrimLeftFunc(name, unicode.IsPunct))
}

// keepItems is a published list with those of our items that it has too. Where order means nothing,
// ours is kept.
func keepItems(ours, published *yaml.Node, unordered bool) *yaml.Node {
	if ours.Kind != yaml.SequenceNode || published.Kind != yaml.SequenceNode {
		return node.Copy(published)
	}
	out := &yaml.Node{Kind: ours.Kind, Tag: ours.Tag, Line: ours.Line, Column: ours.Column, Style: ours.Style}
	find := func(in []*yaml.Node, item *yaml.Node) int {
		return slices.IndexFunc(in, func(n *yaml.Node) bool { return node.Same(n, item) })
	}
	if !unordered {
		for _, item := range published.Content {
			if i := find(ours.Content, item); i >= 0 {
				item = ours.Content[i]
			} else {
				item = node.Copy(item)
			}
			out.Content = append(out.Content, item)
		}
		return out
	}
	for _, item := range ours.Content {
		if find(published.Content, item) >= 0 {
			out.Content = append(out.Content, item)
		}
	}
	for i, item := range published.Content {
		if find(ours.Content, item) >= 0 {
			continue
		}
		at := 0
		for j := i - 1; j >= 0; j-- {
			if k := find(out.Content, published.Content[j]); k >= 0 {
				at = k + 1
				break
			}
		}
		out.Content = slices.Insert(out.Content, at, node.Copy(item))
	}
	return out
}
