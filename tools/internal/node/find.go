package node

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Find returns the node at a location: a JSON Pointer (RFC 6901) in which items of lists have their
// [Identity] instead of an index.
func Find(n *yaml.Node, location string) *yaml.Node {
	for _, key := range strings.Split(location, "/")[1:] {
		key = Unescape(key)
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.SequenceNode:
			n = ItemsByIdentity(n)[key]
		default:
			n = Member(n, key)
		}
	}
	return n
}

// ItemsByIdentity returns the items of a list by their identities.
func ItemsByIdentity(list *yaml.Node) map[string]*yaml.Node {
	items := map[string]*yaml.Node{}
	for i, id := range Identities(list) {
		items[id] = list.Content[i]
	}
	return items
}

// Identities returns the identity of each item of a list. Duplicates get a number: Kratos v1.0.0
// published a oneOf with the same schema twice.
func Identities(list *yaml.Node) []string {
	ids := make([]string, len(list.Content))
	for i, item := range list.Content {
		ids[i] = Identity(item, i)
		for n := 2; slices.Contains(ids[:i], ids[i]); n++ {
			ids[i] = fmt.Sprintf("%s (%d)", Identity(item, i), n)
		}
	}
	return ids
}

// Identity returns what identifies an item in two versions of a list: its reference, or its name
// and location, or its index.
func Identity(n *yaml.Node, i int) string {
	if ref := Ref(n); ref != "" {
		return ref
	}
	if name := Member(n, "name"); name != nil {
		if in := Member(n, "in"); in != nil {
			return in.Value + " " + name.Value
		}
		return name.Value
	}
	return fmt.Sprint(i)
}

// Escape escapes a key as a token of a JSON Pointer (RFC 6901).
func Escape(key string) string { return escaper.Replace(key) }

// Unescape is the reverse of [Escape].
func Unescape(token string) string { return unescaper.Replace(token) }

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// Resolve returns the target of a reference within doc, or nil.
func Resolve(doc *yaml.Node, ref string) *yaml.Node {
	n := doc
	for _, key := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		n = Member(n, Unescape(key))
	}
	return n
}
