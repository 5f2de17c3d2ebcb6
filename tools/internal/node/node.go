// Package node reads, compares and writes YAML trees, preserving the order of their keys.
package node

import (
	"slices"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Words splits a text, or a name in camel or snake case, into lower-case words.
func Words(s string) []string {
	var spaced strings.Builder
	for _, r := range s {
		if unicode.IsUpper(r) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
	}
	return strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Root returns the value of a document.
func Root(doc *yaml.Node) *yaml.Node {
	if doc.Kind == yaml.DocumentNode && len(doc.Content) == 1 {
		return doc.Content[0]
	}
	return doc
}

// Member returns the value of a key of a mapping, or nil.
func Member(n *yaml.Node, key string) *yaml.Node {
	if i := KeyIndex(n, key); i >= 0 {
		return n.Content[i+1]
	}
	return nil
}

// KeyIndex returns the index of a key in the content of a mapping, or -1.
func KeyIndex(n *yaml.Node, key string) int {
	if n == nil || n.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// Keys returns the keys of a mapping, in order.
func Keys(n *yaml.Node) []string {
	var keys []string
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		keys = append(keys, n.Content[i].Value)
	}
	return keys
}

// Ref returns the target of a $ref, or "".
func Ref(n *yaml.Node) string {
	ref := Member(n, "$ref")
	if ref == nil || ref.Kind != yaml.ScalarNode {
		return ""
	}
	return ref.Value
}

// Equal reports whether two nodes have equal values, ignoring the order of keys, style and
// comments.
func Equal(a, b *yaml.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	switch a.Kind {
	case yaml.ScalarNode:
		return a.Value == b.Value && a.ShortTag() == b.ShortTag()
	case yaml.MappingNode:
		for i := 0; i+1 < len(a.Content); i += 2 {
			if !Equal(a.Content[i+1], Member(b, a.Content[i].Value)) {
				return false
			}
		}
		return true
	}
	for i := range a.Content {
		if !Equal(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// NewString returns a string scalar.
func NewString(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

// NewMapping returns a mapping of alternating keys and values.
func NewMapping(content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: content}
}

// Clone returns a deep copy.
func Clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = Clone(child)
	}
	return &c
}

// Truncate cuts a text from a file to 80 characters, for an error.
func Truncate(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// EqualUnordered reports whether two lists have equal items in any order.
func EqualUnordered(a, b *yaml.Node) bool {
	if a.Kind != yaml.SequenceNode || b.Kind != yaml.SequenceNode || len(a.Content) != len(b.Content) {
		return false
	}
	for _, item := range b.Content {
		if !slices.ContainsFunc(a.Content, func(n *yaml.Node) bool { return Equal(n, item) }) {
			return false
		}
	}
	return true
}

// Items returns the items of a list, which may be nil.
func Items(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	return n.Content
}

// Value returns the value of a scalar, which may be nil.
func Value(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}

// FirstNonNil returns the first node that is not nil, or nil.
func FirstNonNil(nodes ...*yaml.Node) *yaml.Node {
	for _, n := range nodes {
		if n != nil {
			return n
		}
	}
	return nil
}
