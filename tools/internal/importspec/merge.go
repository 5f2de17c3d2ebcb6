package importspec

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// merger replaces the structure of the contract by the published one, and keeps everything else. A
// node that a merge does not change is that of the contract, so that its source can be copied.
type merger struct {
	renamed map[string]string // new names of paths and schemas, by old location
	history history

	contract  *yaml.Node        // for texts of siblings
	published map[string]string // published texts by location
	texts     map[string]string // of the contract, by location

	todo     []string // locations of texts to write, with the published ones
	removed  []string // texts of removed parts
	restored []string // locations of texts from earlier versions
	copied   []string // texts copied from siblings
}

// merge returns the node for a location: current with the published structure.
func (m *merger) merge(current, published *yaml.Node, kind, location string) *yaml.Node {
	if kind == "local" {
		return current
	}
	if current == nil {
		if earlier := m.history.node(location, published); earlier != nil {
			return m.restore(earlier, published, kind, location)
		}
		return m.complete(node.Clone(published), kind, location)
	}
	if kind == "data" || kind == "prose" || current.Kind != published.Kind || current.Kind == yaml.ScalarNode {
		return m.mergeValue(current, published, kind, location)
	}
	if current.Kind == yaml.SequenceNode {
		return m.mergeList(current, published, kind, location)
	}
	if (node.Ref(current) == "") != (node.Ref(published) == "") {
		return m.replace(current, published, kind, location)
	}
	return m.mergeMapping(current, published, kind, location)
}

// restore merges a node of an earlier version, with its texts and order.
func (m *merger) restore(earlier, published *yaml.Node, kind, location string) *yaml.Node {
	again := &merger{contract: m.contract, published: m.published, history: m.history}
	merged := again.merge(withoutPositions(earlier), published, kind, location)
	m.todo, m.copied, m.restored = append(m.todo, again.todo...), append(m.copied, again.copied...), append(m.restored, again.restored...)
	eachText(merged, kind, location, func(at, text string) {
		if m.history.text(at) == strings.TrimSpace(text) && !slices.Contains(m.restored, at) {
			m.restored = append(m.restored, at)
		}
	})
	return merged
}

// withoutPositions copies a node that is not in the source of the contract.
func withoutPositions(n *yaml.Node) *yaml.Node {
	c := node.Clone(n)
	c.Line, c.Column, c.FootComment = 0, 0, ""
	for i, child := range c.Content {
		c.Content[i] = withoutPositions(child)
	}
	return c
}

// withSource returns a key with the lines that an earlier version had for it and its value, if the
// value is not in the source of the contract.
func (m *merger) withSource(current, key, value *yaml.Node, location string) *yaml.Node {
	if current.Line > 0 && value.Line > 0 {
		return key
	}
	lines := m.history.sourceOfKey(location, key.Value, value)
	if lines == "" {
		return key
	}
	written := *key
	written.FootComment = lines
	return &written
}

// mergeValue merges values without texts: an equal one is not changed.
func (m *merger) mergeValue(current, published *yaml.Node, kind, location string) *yaml.Node {
	if kind == "prose" || node.Equal(current, published) || strings.HasSuffix(location, "/required") && node.EqualUnordered(current, published) {
		return current
	}
	if kind == "data" {
		return mergeItems(current, published, strings.HasSuffix(location, "/required"))
	}
	return m.replace(current, published, kind, location)
}

// replace replaces current by something else, and keeps its text if possible.
func (m *merger) replace(current, published *yaml.Node, kind, location string) *yaml.Node {
	if node.Ref(current) != "" && len(current.Content) == 2 {
		return m.merge(nil, published, kind, location)
	}
	out := node.Clone(published)
	for _, key := range node.Keys(current) {
		if i := node.KeyIndex(current, key); spec.IsProse(kind, key) {
			if out.Kind == yaml.MappingNode && node.Ref(out) == "" {
				insert(out, kind, current.Content[i], current.Content[i+1], nil)
				continue
			}
		}
		m.recordRemoved(node.NewMapping(node.NewString(key), node.Member(current, key)), kind, location)
	}
	return m.complete(out, kind, location)
}

func (m *merger) mergeMapping(current, published *yaml.Node, kind, location string) *yaml.Node {
	out := &yaml.Node{Kind: current.Kind, Tag: current.Tag, Line: current.Line, Column: current.Column, Style: current.Style}
	changed := false
	for i := 0; i+1 < len(current.Content); i += 2 {
		key, value := current.Content[i], current.Content[i+1]
		if name := m.renamed[location+"/"+key.Value]; name != "" {
			key = &yaml.Node{Kind: key.Kind, Tag: key.Tag, Value: name, Line: key.Line, Column: key.Column}
			changed = true
		}
		other := node.Member(published, key.Value)
		at := location + "/" + node.Escape(key.Value)
		switch {
		case spec.IsProse(kind, key.Value), other == nil && spec.KindOf(kind, key.Value) == "local":
			out.Content = append(out.Content, m.withSource(current, key, value, location), value)
		case other == nil:
			changed = true
			m.recordRemoved(node.NewMapping(key, value), kind, location)
		default:
			merged := m.merge(value, other, spec.KindOf(kind, key.Value), at)
			changed = changed || merged != value
			out.Content = append(out.Content, m.withSource(current, key, merged, location), merged)
		}
	}
	for i := 0; i+1 < len(published.Content); i += 2 {
		key := published.Content[i].Value
		if node.Member(out, key) != nil || node.Member(current, key) != nil || spec.KindOf(kind, key) == "local" {
			continue
		}
		changed = true
		at := location + "/" + node.Escape(key)
		added := m.merge(nil, published.Content[i+1], spec.KindOf(kind, key), at)
		name := node.NewString(key)
		name.HeadComment, name.FootComment = m.history.linesAbove(location, key), m.history.sourceOfKey(location, key, added)
		insert(out, kind, name, added, m.history.collectionWith(location, key, published))
	}
	if changed {
		m.updateExample(out, kind, location)
	}
	if m.addMissingTexts(out, kind, location) || changed || current.Line == 0 {
		return out
	}
	return current
}

// mergeList merges lists. Parameters and tags keep the order of the contract; alternatives have the
// published order.
func (m *merger) mergeList(current, published *yaml.Node, kind, location string) *yaml.Node {
	out := &yaml.Node{Kind: current.Kind, Tag: current.Tag, Line: current.Line, Column: current.Column, Style: current.Style}
	known, there := node.ItemsByIdentity(current), node.ItemsByIdentity(published)
	ids := node.Identities(current)
	merge := func(item, other *yaml.Node, id string) *yaml.Node {
		merged := m.merge(item, other, spec.KindOf(kind, ""), location+"/"+node.Escape(id))
		if merged.Line > 0 {
			return merged
		}
		written := *merged
		written.FootComment = m.history.sourceOfItem(location, id, merged)
		return &written
	}
	for i, item := range current.Content {
		other := there[ids[i]]
		if other == nil {
			m.recordRemovedItem(item, kind, location)
			continue
		}
		if kind != "schemaList" {
			out.Content = append(out.Content, merge(item, other, ids[i]))
		}
	}
	ids = node.Identities(published)
	for i, item := range published.Content {
		id := ids[i]
		if kind != "schemaList" && known[id] != nil {
			continue
		}
		at := len(out.Content)
		if kind == "parameters" {
			at = min(at, i)
		}
		out.Content = slices.Insert(out.Content, at, merge(known[id], item, id))
	}
	if slices.Equal(out.Content, current.Content) {
		return current
	}
	return out
}

// complete adds a TODO for each text that a new object lacks, and sorts its keywords.
func (m *merger) complete(n *yaml.Node, kind, location string) *yaml.Node {
	if kind == "data" || kind == "local" || kind == "prose" || n.Kind == yaml.ScalarNode {
		return n
	}
	if n.Kind == yaml.SequenceNode { // in the published order
		for i, item := range n.Content {
			n.Content[i] = m.complete(item, spec.KindOf(kind, ""), location+"/"+node.Escape(node.Identity(item, i)))
		}
		return n
	}
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !spec.IsProse(kind, key.Value) {
			value = m.complete(value, spec.KindOf(kind, key.Value), location+"/"+node.Escape(key.Value))
		}
		order := m.history.collectionWith(location, key.Value, nil)
		if spec.IsMap(kind) && order == nil {
			out.Content = append(out.Content, key, value)
			continue
		}
		insert(out, kind, key, value, order)
	}
	m.addMissingTexts(out, kind, location)
	return out
}

// addMissingTexts adds each text that an object lacks: that of an earlier version, of a
// sibling, or a TODO.
func (m *merger) addMissingTexts(n *yaml.Node, kind, location string) bool {
	if node.Ref(n) != "" {
		return false
	}
	filled := false
	for _, key := range spec.Grammar[kind].Texts {
		if node.Member(n, key) != nil {
			continue
		}
		line, order := location+"/"+key, m.history.collectionWith(location, key, nil)
		filled = true
		if earlier := m.history.text(line); earlier != "" {
			m.restored = append(m.restored, line)
			insert(n, kind, node.NewString(key), node.NewString(earlier), order)
			continue
		}
		if text := m.siblingText(n, kind, location, key); text != "" {
			m.copied = append(m.copied, line+": "+text)
			insert(n, kind, node.NewString(key), node.NewString(text), order)
			continue
		}
		if published := m.published[line]; published != "" {
			line += "\n  published: " + published
		}
		m.todo = append(m.todo, line)
		insert(n, kind, node.NewString(key), node.NewString(spec.Todo+todoText(kind, key, location)), order)
	}
	return filled
}
