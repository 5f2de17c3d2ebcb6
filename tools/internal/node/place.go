package node

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Locate follows a place as the merger names it: keys of objects, and identities of items of lists.
func Locate(n *yaml.Node, where string) *yaml.Node {
	for _, key := range strings.Split(where, "/")[1:] {
		key = Unescape(key)
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.SequenceNode:
			n = ByIdentity(n)[key]
		default:
			n = Member(n, key)
		}
	}
	return n
}

func ByIdentity(list *yaml.Node) map[string]*yaml.Node {
	items := map[string]*yaml.Node{}
	for i, id := range Identities(list) {
		items[id] = list.Content[i]
	}
	return items
}

// Identities returns the identity of every item of a list. One that is there twice, as an
// alternative of v1.0.0 is, has two.
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

// Identity tells which item of another list an item stands for.
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

// Escape writes a key as a part of a JSON Pointer.
func Escape(key string) string { return escaper.Replace(key) }

// Unescape is the key that a part of a JSON Pointer stands for.
func Unescape(part string) string { return unescaper.Replace(part) }

var (
	escaper   = strings.NewReplacer("~", "~0", "/", "~1")
	unescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

// Resolve returns what a reference inside doc leads to, or nil.
func Resolve(doc *yaml.Node, ref string) *yaml.Node {
	n := doc
	for _, key := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		n = Member(n, Unescape(key))
	}
	return n
}
