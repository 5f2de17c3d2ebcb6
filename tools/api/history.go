package main

import (
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// mostHistory is how many of the last commits to the contract are looked at.
const mostHistory = 8

// history holds earlier versions of the contract, the latest first: what comes back goes where it was.
type history []earlier

type earlier struct {
	root  *yaml.Node
	lines *splicer
}

// contractHistory reads the committed versions of the contract; where there is no git, there are none.
func contractHistory(p project) history {
	commits, err := git(p, "log", "-n", strconv.Itoa(mostHistory), "--format=%H", "--", "api/openapi.yaml")
	if err != nil {
		return nil
	}
	var h history
	for _, commit := range strings.Fields(string(commits)) {
		text, err := git(p, "show", commit+":api/openapi.yaml")
		doc := new(yaml.Node)
		if err == nil && yaml.Unmarshal(text, doc) == nil && len(doc.Content) == 1 {
			h = append(h, earlier{rootOf(doc), newSplicer(text, rootOf(doc))})
		}
	}
	return h
}

// order returns the latest version of the collection at a place that has a key, or what is given.
func (h history) order(where, key string, published *yaml.Node) *yaml.Node {
	for _, version := range h {
		if n := locate(version.root, where); member(n, key) != nil {
			return n
		}
	}
	return published
}

// heading returns the comment that set the group apart that began with a key.
func (h history) heading(where, key string) string {
	for _, version := range h {
		n := locate(version.root, where)
		if i := indexOf(n, key); i >= 0 {
			return strings.Join(version.lines.headings(n.Content[i]), "\n")
		}
	}
	return ""
}

// sentence returns what the latest version of the contract that had one said at a place.
func (h history) sentence(where string) string {
	for _, version := range h {
		if n := locate(version.root, where); n != nil && n.Kind == yaml.ScalarNode && !strings.HasPrefix(n.Value, gap) {
			return strings.TrimSpace(n.Value)
		}
	}
	return ""
}

// locate follows a place as the merger names it: keys of objects, and identities of items of lists.
func locate(n *yaml.Node, where string) *yaml.Node {
	for _, key := range strings.Split(where, "/")[1:] {
		key = unescaped(key)
		switch {
		case n == nil:
			return nil
		case n.Kind == yaml.SequenceNode:
			n = byIdentity(n)[key]
		default:
			n = member(n, key)
		}
	}
	return n
}
