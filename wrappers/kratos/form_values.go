package kratos

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Values returns the values of the inputs, as a base for [Form.Submission].
func (f Form) Values() url.Values {
	values := url.Values{}
	for i := range f.UIContainer.Nodes {
		n := &f.UIContainer.Nodes[i]
		if name := n.Attributes.Name; hasValue(n) && values[name] == nil {
			if list, err := fieldValues(n.Attributes.Value); err == nil && len(list) > 0 {
				values[name] = list
			}
		}
	}
	return values
}

// Traits returns the traits in the form, which each step has to send again.
func (f Form) Traits() map[string]any {
	root := trait{}
	for i := range f.UIContainer.Nodes {
		n := &f.UIContainer.Nodes[i]
		path, isTrait := strings.CutPrefix(n.Attributes.Name, "traits.")
		if !isTrait || n.Type != UINodeTypeInput || isButton(n) {
			continue
		}
		leaf := root.at(strings.Split(path, "."))
		leaf.isInput = true
		if hasValue(n) && leaf.value == nil {
			leaf.value = decodeNumber(n.Attributes.Value)
		}
	}
	if traits, ok := root.tree().(map[string]any); ok {
		return traits
	}
	return map[string]any{}
}

// hasValue reports whether a node is an input with a value, other than a button.
func hasValue(n *UINode) bool {
	return n.Type == UINodeTypeInput && !isButton(n) && valueText(n.Attributes.Value) != ""
}

func isButton(n *UINode) bool {
	return n.Attributes.Type == UIInputTypeSubmit || n.Attributes.Type == UIInputTypeButton
}

// decodeNumber decodes JSON, numbers as they are written.
func decodeNumber(data []byte) (v any) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	_ = dec.Decode(&v)
	return v
}

// trait is a node in the tree of traits: a value, or an object or list of other traits.
type trait struct {
	value    any
	isInput  bool
	children map[string]*trait
}

// at returns the trait at a path below t, and creates it if necessary.
func (t *trait) at(path []string) *trait {
	for _, name := range path {
		if t.children == nil {
			t.children = map[string]*trait{}
		}
		if t.children[name] == nil {
			t.children[name] = new(trait)
		}
		t = t.children[name]
	}
	return t
}

// tree returns t as decoded JSON, and nil if there is no value in it.
func (t *trait) tree() any {
	if len(t.children) == 0 {
		return t.value
	}
	if items := t.items(); items != nil {
		return t.list(items)
	}
	members, _ := t.value.(map[string]any)
	for name, child := range t.children {
		if value := child.tree(); value != nil {
			if members == nil {
				members = map[string]any{}
			}
			members[name] = value
		}
	}
	if members == nil {
		return t.value
	}
	return members
}

// items returns the children in the order of their numbers if t is a list that the form shows item
// by item. Such a form has an input with the name of the list, for another item, or numbers from 0
// on; otherwise t is an object with numbers for names.
func (t *trait) items() []*trait {
	children := map[int]*trait{}
	for name, child := range t.children {
		i, err := strconv.Atoi(name)
		if err != nil || i < 0 || strconv.Itoa(i) != name {
			return nil
		}
		children[i] = child
	}
	order := slices.Sorted(maps.Keys(children))
	if !t.isInput && order[len(order)-1] != len(order)-1 {
		return nil
	}
	items := make([]*trait, len(order))
	for i, number := range order {
		items[i] = children[number]
	}
	return items
}

// list returns the values of the items, and of the input for another item.
func (t *trait) list(items []*trait) any {
	var values []any
	for _, item := range items {
		if value := item.tree(); value != nil {
			values = append(values, value)
		}
	}
	if t.value != nil {
		values = append(values, t.value)
	}
	if values == nil {
		return nil
	}
	return values
}
