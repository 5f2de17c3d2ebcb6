// Package diff lists what changed from one API description to another.
package diff

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/wI2L/jsondiff"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// Change is a difference between two descriptions. Its path leads from an operation, schema or
// other component to what differs.
type Change struct {
	Path     []string
	Old, Now any // nil where there is nothing
}

// Changes are all differences; what is inside of something new or gone is not repeated.
type Changes struct{ Added, Changed, Gone []Change }

// Compare compares the structures of two descriptions.
func Compare(old, now *yaml.Node) (Changes, error) {
	var c Changes
	patch, err := jsondiff.CompareWithoutMarshal(structure(old), structure(now))
	if err != nil {
		return c, err
	}
	for _, op := range patch {
		change := Change{Old: op.OldValue, Now: op.Value}
		for part := range strings.SplitSeq(strings.TrimPrefix(op.Path, "/"), "/") {
			change.Path = append(change.Path, node.Unescape(part))
		}
		switch op.Type {
		case jsondiff.OperationAdd:
			c.Added = append(c.Added, change)
		case jsondiff.OperationRemove:
			c.Gone = append(c.Gone, change)
		default:
			c.Changed = append(c.Changed, change)
		}
	}
	for _, list := range [][]Change{c.Added, c.Changed, c.Gone} {
		slices.SortFunc(list, func(a, b Change) int { return slices.Compare(a.Path, b.Path) })
	}
	return c, nil
}

// String names what changed, and says what it was if it still is there.
func (c Change) String() string {
	name := strings.Join(c.Path, " › ")
	if c.Old != nil && c.Now != nil {
		return fmt.Sprintf("%s: %s, was %s", name, valueText(c.Now), valueText(c.Old))
	}
	return name
}

// Lines are changes as text.
func Lines(changes []Change) []string {
	var lines []string
	for _, c := range changes {
		lines = append(lines, c.String())
	}
	return lines
}

func valueText(v any) string {
	if _, ok := v.(map[string]any); ok {
		return "an object"
	}
	return fmt.Sprint(v)
}

// Operations are the ids of the operations of a description, each with its method and path.
func Operations(doc *yaml.Node) map[string]string {
	found := map[string]string{}
	paths := node.Member(node.Root(doc), "paths")
	for _, path := range node.Keys(paths) {
		item := node.Member(paths, path)
		for _, method := range node.Keys(item) {
			if spec.KindOf("path", method) != "operation" {
				continue
			}
			call := strings.ToUpper(method) + " " + path
			id := node.Value(node.Member(node.Member(item, method), "operationId"))
			if id == "" {
				id = call
			}
			found[id] = call
		}
	}
	return found
}

// structure is a description as nested maps whose keys are the names that a reader knows things by:
// lists are maps too.
func structure(doc *yaml.Node) map[string]any {
	top, all := node.Root(doc), map[string]any{}
	paths := node.Member(top, "paths")
	for id, call := range Operations(doc) {
		method, path, _ := strings.Cut(call, " ")
		item := node.Member(paths, path)
		op := object(node.Member(item, strings.ToLower(method)), "operation")
		for name, value := range object(node.Mapping(node.Text("parameters"), orEmpty(node.Member(item, "parameters"))), "path") {
			op[name] = value
		}
		op["at"] = call
		all["operation "+id] = op
	}
	for i, tag := range node.Items(node.Member(top, "tags")) {
		all["tag "+node.Identity(tag, i)] = map[string]any{}
	}
	for _, key := range node.Keys(top) {
		if spec.KindOf("document", key) == "data" && !spec.Prose("document", key) {
			all["whole API › "+key] = value(node.Member(top, key), "data")
		}
	}
	components := node.Member(top, "components")
	for _, group := range node.Keys(components) {
		kind := spec.KindOf("components", group)
		for _, name := range node.Keys(node.Member(components, group)) {
			all[strings.TrimSuffix(group, "s")+" "+name] = value(node.Member(node.Member(components, group), name), spec.KindOf(kind, name))
		}
	}
	return all
}

func orEmpty(n *yaml.Node) *yaml.Node {
	if n == nil {
		return &yaml.Node{Kind: yaml.SequenceNode}
	}
	return n
}

var singular = map[string]string{"properties": "property ", "responses": "response ", "headers": "header ", "parameters": "parameter ", "enum": "value ", "required": "required "}

func value(n *yaml.Node, kind string) any {
	switch {
	case n.Kind == yaml.MappingNode && node.Ref(n) == "":
		return object(n, kind)
	case n.Kind == yaml.MappingNode:
		return "a reference to " + short(node.Ref(n))
	case n.Kind == yaml.SequenceNode:
		return listText(n)
	}
	return n.Value
}

// object is an object's members; those of its lists and named things are members of its own, named
// after what they are.
func object(n *yaml.Node, kind string) map[string]any {
	members := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, inner := n.Content[i].Value, n.Content[i+1]
		child := spec.KindOf(kind, key)
		switch {
		case spec.Prose(kind, key) || key == "operationId" || (key == "name" || key == "in") && kind == "parameter":
		case inner.Kind == yaml.SequenceNode && (key == "enum" || key == "required"):
			for _, item := range inner.Content {
				members[singular[key]+listText(item)] = map[string]any{}
			}
		case inner.Kind == yaml.SequenceNode && (child == "schemaList" || child == "parameters"):
			name := singular[key]
			if name == "" {
				name = key + " "
			}
			for j, id := range node.Identities(inner) {
				members[name+short(id)] = value(inner.Content[j], spec.KindOf(child, ""))
			}
		case spec.Named(child) && inner.Kind == yaml.MappingNode:
			for j := 0; j+1 < len(inner.Content); j += 2 {
				name := inner.Content[j].Value
				members[singular[key]+name] = value(inner.Content[j+1], spec.KindOf(child, name))
			}
		default:
			members[key] = value(inner, child)
		}
	}
	return members
}

func short(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

// listText is a plain value on a line; the order of lists means nothing.
func listText(n *yaml.Node) string {
	if len(n.Content) == 0 {
		return n.Value
	}
	var items []string
	for _, item := range n.Content {
		items = append(items, listText(item))
	}
	slices.Sort(items)
	return "[" + strings.Join(items, ", ") + "]"
}

// Files compares two effective specs in files. A version that has none is compared with nothing.
func Files(before, now string) (breaks []string, c Changes, err error) {
	old, err := node.Read(before)
	if errors.Is(err, os.ErrNotExist) {
		return nil, c, nil
	}
	if err != nil {
		return nil, c, err
	}
	doc, err := node.Read(now)
	if err != nil {
		return nil, c, err
	}
	if c, err = Compare(old, doc); err != nil {
		return nil, c, err
	}
	breaks, err = Breaking(old, doc)
	return breaks, c, err
}
