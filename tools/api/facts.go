package main

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// facts lists what a user can see of an API: a name for each thing, and what is said of it.
func facts(doc *yaml.Node) map[string]string {
	f := factFinder{}
	top := rootOf(doc)
	paths := member(top, "paths")
	for _, path := range keysOf(paths) {
		item := member(paths, path)
		for _, method := range keysOf(item) {
			if op := member(item, method); kindOf("path", method) == "operation" {
				f.operation(path, method, op, member(item, "parameters"))
			}
		}
	}
	for i, tag := range itemsOf(member(top, "tags")) {
		f["tag "+identity(tag, i)] = "is there"
	}
	for _, key := range keysOf(top) {
		if grammar["document"].fields[key] == "" && !prose("document", key) {
			f["whole API › "+key] = valueText(member(top, key))
		}
	}
	components := member(top, "components")
	for _, group := range keysOf(components) {
		kind := kindOf("components", group)
		for _, name := range keysOf(member(components, group)) {
			f.thing(strings.TrimSuffix(group, "s")+" "+name, kindOf(kind, name), resolve(top, "#/components/"+group+"/"+name))
		}
	}
	return f
}

type factFinder map[string]string

func (f factFinder) operation(path, method string, op, shared *yaml.Node) {
	name := strings.ToUpper(method) + " " + path
	if id := member(op, "operationId"); id != nil {
		name = id.Value
	}
	name = "operation " + name
	f[name] = strings.ToUpper(method) + " " + path
	for _, list := range []*yaml.Node{shared, member(op, "parameters")} {
		if list == nil {
			continue
		}
		for i, p := range list.Content {
			f.thing(name+" › parameter "+identity(p, i), "parameter", p)
		}
	}
	f.thing(name, "operation", op)
}

// thing notes what is said of one thing, and goes on to what is inside.
func (f factFinder) thing(name, kind string, n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		f[name] = valueText(n)
		return
	}
	if ref := refOf(n); ref != "" {
		f[name] = "is " + ref[strings.LastIndex(ref, "/")+1:]
		return
	}
	if f[name] == "" {
		f[name] = "is there"
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		child := kindOf(kind, key)
		switch {
		case prose(kind, key) || key == "parameters" || key == "operationId" || key == "name" || key == "in":
		case key == "enum" && value.Kind == yaml.SequenceNode:
			for _, item := range value.Content {
				f[name+" › value "+valueText(item)] = "is there"
			}
		case child == "data":
			f[name+" › "+key] = valueText(value)
		case child == "schemaList":
			for j, item := range value.Content {
				f.thing(name+" › "+key+" "+short(identity(item, j)), "schema", item)
			}
		case named(child):
			for _, inner := range keysOf(value) {
				f.thing(name+" › "+singular[key]+inner, kindOf(child, inner), member(value, inner))
			}
		default:
			f.thing(name+" › "+key, child, value)
		}
	}
}

var singular = map[string]string{"properties": "property ", "responses": "answer ", "headers": "header "}

func short(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

// valueText is a plain value on a line; the order of the members that are required means nothing.
func valueText(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		var items []string
		for _, item := range n.Content {
			items = append(items, valueText(item))
		}
		slices.Sort(items)
		return "[" + strings.Join(items, ", ") + "]"
	case yaml.MappingNode:
		var items []string
		for i := 0; i+1 < len(n.Content); i += 2 {
			items = append(items, n.Content[i].Value+": "+valueText(n.Content[i+1]))
		}
		slices.Sort(items)
		return "{" + strings.Join(items, ", ") + "}"
	}
	return n.Value
}

// factChanges are the differences between two lists of facts, as lines; what is inside of something new or gone is not repeated.
type factChanges struct{ added, changed, gone []string }

func compareFacts(old, now map[string]string) factChanges {
	var c factChanges
	for _, name := range sortedKeys(now) {
		before, known := old[name]
		switch {
		case !known && !inside(name, now, old):
			c.added = append(c.added, name)
		case known && before != now[name]:
			c.changed = append(c.changed, fmt.Sprintf("%s: %s, was %s", name, now[name], before))
		}
	}
	for _, name := range sortedKeys(old) {
		if _, there := now[name]; !there && !inside(name, old, now) {
			c.gone = append(c.gone, name)
		}
	}
	return c
}

// inside reports whether a fact is about a part of something that only in has.
func inside(name string, in, other map[string]string) bool {
	for {
		i := strings.LastIndex(name, " › ")
		if i < 0 {
			return false
		}
		name = name[:i]
		_, here := in[name]
		if _, there := other[name]; here && !there {
			return true
		}
	}
}
