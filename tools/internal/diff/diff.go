// Package diff compares API descriptions.
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

// Change is a difference between two descriptions. Its path begins with an operation, schema or
// other component.
type Change struct {
	Path     []string
	Old, New any // nil if added or removed
}

// Changes are the differences between two descriptions. Parts of something added or removed are not
// listed.
type Changes struct{ Added, Changed, Removed []Change }

// Compare compares the structures of two descriptions.
func Compare(old, now *yaml.Node) (Changes, error) {
	var c Changes
	patch, err := jsondiff.CompareWithoutMarshal(flatten(old), flatten(now))
	if err != nil {
		return c, err
	}
	for _, op := range patch {
		change := Change{Old: op.OldValue, New: op.Value}
		for part := range strings.SplitSeq(strings.TrimPrefix(op.Path, "/"), "/") {
			change.Path = append(change.Path, node.Unescape(part))
		}
		switch op.Type {
		case jsondiff.OperationAdd:
			c.Added = append(c.Added, change)
		case jsondiff.OperationRemove:
			c.Removed = append(c.Removed, change)
		default:
			c.Changed = append(c.Changed, change)
		}
	}
	for _, list := range [][]Change{c.Added, c.Changed, c.Removed} {
		slices.SortFunc(list, func(a, b Change) int { return slices.Compare(a.Path, b.Path) })
	}
	return c, nil
}

// String returns the path, and the new and old value of a change.
func (c Change) String() string {
	name := strings.Join(c.Path, " › ")
	if c.Old != nil && c.New != nil {
		return fmt.Sprintf("%s: %s, was %s", name, valueText(c.New), valueText(c.Old))
	}
	return name
}

// Lines returns changes as text.
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

// Operations returns the method and path of each operation of a description by its operationId.
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

// flatten returns a description as nested maps with readable keys; lists are maps too.
func flatten(doc *yaml.Node) map[string]any {
	top, all := node.Root(doc), map[string]any{}
	paths := node.Member(top, "paths")
	for id, call := range Operations(doc) {
		method, path, _ := strings.Cut(call, " ")
		item := node.Member(paths, path)
		op := flattenObject(node.Member(item, strings.ToLower(method)), "operation")
		for name, value := range flattenObject(node.NewMapping(node.NewString("parameters"), orEmptyList(node.Member(item, "parameters"))), "path") {
			op[name] = value
		}
		op["at"] = call
		all["operation "+id] = op
	}
	for i, tag := range node.Items(node.Member(top, "tags")) {
		all["tag "+node.Identity(tag, i)] = map[string]any{}
	}
	for _, key := range node.Keys(top) {
		if spec.KindOf("document", key) == "data" && !spec.IsProse("document", key) {
			all["API › "+key] = flattenValue(node.Member(top, key), "data")
		}
	}
	components := node.Member(top, "components")
	for _, group := range node.Keys(components) {
		kind := spec.KindOf("components", group)
		for _, name := range node.Keys(node.Member(components, group)) {
			all[strings.TrimSuffix(group, "s")+" "+name] = flattenValue(node.Member(node.Member(components, group), name), spec.KindOf(kind, name))
		}
	}
	return all
}

func orEmptyList(n *yaml.Node) *yaml.Node {
	if n == nil {
		return &yaml.Node{Kind: yaml.SequenceNode}
	}
	return n
}

var itemPrefix = map[string]string{"properties": "property ", "responses": "response ", "headers": "header ", "parameters": "parameter ", "enum": "value ", "required": "required "}

func flattenValue(n *yaml.Node, kind string) any {
	switch {
	case n.Kind == yaml.MappingNode && node.Ref(n) == "":
		return flattenObject(n, kind)
	case n.Kind == yaml.MappingNode:
		return "a reference to " + lastSegment(node.Ref(n))
	case n.Kind == yaml.SequenceNode:
		return listText(n)
	}
	return n.Value
}

// flattenObject returns the members of an object. Those of its lists and maps are members of the
// object, with a prefix such as "property".
func flattenObject(n *yaml.Node, kind string) map[string]any {
	members := map[string]any{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, inner := n.Content[i].Value, n.Content[i+1]
		child := spec.KindOf(kind, key)
		switch {
		case spec.IsProse(kind, key) || key == "operationId" || (key == "name" || key == "in") && kind == "parameter":
		case inner.Kind == yaml.SequenceNode && (key == "enum" || key == "required"):
			for _, item := range inner.Content {
				members[itemPrefix[key]+listText(item)] = map[string]any{}
			}
		case inner.Kind == yaml.SequenceNode && (child == "schemaList" || child == "parameters"):
			name := itemPrefix[key]
			if name == "" {
				name = key + " "
			}
			for j, id := range node.Identities(inner) {
				members[name+lastSegment(id)] = flattenValue(inner.Content[j], spec.KindOf(child, ""))
			}
		case spec.IsMap(child) && inner.Kind == yaml.MappingNode:
			for j := 0; j+1 < len(inner.Content); j += 2 {
				name := inner.Content[j].Value
				members[itemPrefix[key]+name] = flattenValue(inner.Content[j+1], spec.KindOf(child, name))
			}
		default:
			members[key] = flattenValue(inner, child)
		}
	}
	return members
}

func lastSegment(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

// listText returns a value on one line; lists are sorted, because their order does not matter.
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

// Files compares two effective specs. If the first does not exist, there are no changes.
func Files(before, now string) (breaks []string, c Changes, err error) {
	old, err := node.ReadFile(before)
	if errors.Is(err, os.ErrNotExist) {
		return nil, c, nil
	}
	if err != nil {
		return nil, c, err
	}
	doc, err := node.ReadFile(now)
	if err != nil {
		return nil, c, err
	}
	if c, err = Compare(old, doc); err != nil {
		return nil, c, err
	}
	breaks, err = Breaking(old, doc)
	return breaks, c, err
}
