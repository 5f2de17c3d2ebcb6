package importspec

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// merger puts a published structure in place of that of the contract, and leaves everything else of
// the contract as it is: what a merge does not change is the contract's own node, so that it can be
// written as it was.
type merger struct {
	renamed map[string]string // new names of paths and schemas, by the place that has the old one
	before  history

	ours      *yaml.Node        // the contract, for sentences about things of the same name
	raw       map[string]string // published sentences by their places
	sentences map[string]string // of ours

	gaps     []string // places of sentences to be written, each with what was published
	lost     []string // sentences about what is gone
	back     []string // sentences of earlier versions about what came back
	proposed []string // sentences of siblings about what is new
}

func (m *merger) merge(ours, published *yaml.Node, kind, where string) *yaml.Node {
	if kind == "ours" {
		return ours
	}
	if ours == nil {
		if earlier := m.before.at(where); earlier != nil && earlier.Kind == published.Kind {
			return m.restore(earlier, published, kind, where)
		}
		return m.complete(node.Copy(published), kind, where)
	}
	if kind == "data" || kind == "prose" || ours.Kind != published.Kind || ours.Kind == yaml.ScalarNode {
		return m.value(ours, published, kind, where)
	}
	if ours.Kind == yaml.SequenceNode {
		return m.list(ours, published, kind, where)
	}
	if (node.Ref(ours) == "") != (node.Ref(published) == "") {
		return m.replace(ours, published, kind, where)
	}
	return m.mapping(ours, published, kind, where)
}

// restore merges what was there in an earlier version: it comes back with its sentences and its
// order.
func (m *merger) restore(earlier, published *yaml.Node, kind, where string) *yaml.Node {
	again := &merger{ours: m.ours, raw: m.raw, before: m.before}
	merged := again.merge(withoutLines(earlier), published, kind, where)
	m.gaps, m.proposed, m.back = append(m.gaps, again.gaps...), append(m.proposed, again.proposed...), append(m.back, again.back...)
	eachSentence(merged, kind, where, func(at, sentence string) {
		if m.before.sentence(at) == strings.TrimSpace(sentence) && !slices.Contains(m.back, at) {
			m.back = append(m.back, at)
		}
	})
	return merged
}

// withoutLines copies a node of another text than the contract's.
func withoutLines(n *yaml.Node) *yaml.Node {
	c := node.Copy(n)
	c.Line, c.Column = 0, 0
	for i, child := range c.Content {
		c.Content[i] = withoutLines(child)
	}
	return c
}

// asWritten is a key of ours with the lines that an earlier version had for it, if ours is not in
// the contract's text.
func (m *merger) asWritten(ours, key, value *yaml.Node, where string) *yaml.Node {
	if ours.Line > 0 {
		return key
	}
	lines := m.before.pair(where, key.Value, value)
	if lines == "" {
		return key
	}
	written := *key
	written.FootComment = lines
	return &written
}

// value is a value without sentences of its own: the contract's if it is the same.
func (m *merger) value(ours, published *yaml.Node, kind, where string) *yaml.Node {
	if kind == "prose" || node.Same(ours, published) || strings.HasSuffix(where, "/required") && node.SameItems(ours, published) {
		return ours
	}
	if kind == "data" {
		return keepItems(ours, published, strings.HasSuffix(where, "/required"))
	}
	return m.replace(ours, published, kind, where)
}

// replace writes something else in place of ours; its own sentence stays where there is room for
// one.
func (m *merger) replace(ours, published *yaml.Node, kind, where string) *yaml.Node {
	out := node.Copy(published)
	for _, key := range node.Keys(ours) {
		if i := node.Index(ours, key); spec.Prose(kind, key) {
			if out.Kind == yaml.MappingNode && node.Ref(out) == "" {
				insert(out, kind, ours.Content[i], ours.Content[i+1], nil)
				continue
			}
		}
		m.lose(node.Mapping(node.Text(key), node.Member(ours, key)), kind, where)
	}
	return m.complete(out, kind, where)
}

func (m *merger) mapping(ours, published *yaml.Node, kind, where string) *yaml.Node {
	out := &yaml.Node{Kind: ours.Kind, Tag: ours.Tag, Line: ours.Line, Column: ours.Column, Style: ours.Style}
	changed := false
	for i := 0; i+1 < len(ours.Content); i += 2 {
		key, value := ours.Content[i], ours.Content[i+1]
		if name := m.renamed[where+"/"+key.Value]; name != "" {
			key = &yaml.Node{Kind: key.Kind, Tag: key.Tag, Value: name, Line: key.Line, Column: key.Column}
			changed = true
		}
		other := node.Member(published, key.Value)
		at := where + "/" + node.Escape(key.Value)
		switch {
		case spec.Prose(kind, key.Value), other == nil && spec.KindOf(kind, key.Value) == "ours":
			out.Content = append(out.Content, m.asWritten(ours, key, value, where), value)
		case other == nil:
			changed = true
			m.lose(node.Mapping(key, value), kind, where)
		default:
			merged := m.merge(value, other, spec.KindOf(kind, key.Value), at)
			changed = changed || merged != value
			out.Content = append(out.Content, m.asWritten(ours, key, merged, where), merged)
		}
	}
	for i := 0; i+1 < len(published.Content); i += 2 {
		key := published.Content[i].Value
		if node.Member(out, key) != nil || node.Member(ours, key) != nil || spec.KindOf(kind, key) == "ours" {
			continue
		}
		changed = true
		at := where + "/" + node.Escape(key)
		added := m.merge(nil, published.Content[i+1], spec.KindOf(kind, key), at)
		name := node.Text(key)
		name.HeadComment, name.FootComment = m.before.heading(where, key), m.before.pair(where, key, added)
		insert(out, kind, name, added, m.before.order(where, key, published))
	}
	if m.fill(out, kind, where) || changed {
		return out
	}
	return ours
}

// list merges lists. Parameters and tags keep our order; alternatives have the order in which they
// were published.
func (m *merger) list(ours, published *yaml.Node, kind, where string) *yaml.Node {
	out := &yaml.Node{Kind: ours.Kind, Tag: ours.Tag, Line: ours.Line, Column: ours.Column, Style: ours.Style}
	known, there := node.ByIdentity(ours), node.ByIdentity(published)
	ids := node.Identities(ours)
	for i, item := range ours.Content {
		other := there[ids[i]]
		if other == nil {
			m.loseItem(item, kind, where)
			continue
		}
		if kind != "schemaList" {
			out.Content = append(out.Content, m.merge(item, other, spec.KindOf(kind, ""), where+"/"+node.Escape(ids[i])))
		}
	}
	ids = node.Identities(published)
	for i, item := range published.Content {
		id := ids[i]
		if kind != "schemaList" && known[id] != nil {
			continue
		}
		merged := m.merge(known[id], item, spec.KindOf(kind, ""), where+"/"+node.Escape(id))
		if known[id] == nil {
			merged.FootComment = m.before.item(where, id, merged)
		}
		at := len(out.Content)
		if kind == "parameters" {
			at = min(at, i)
		}
		out.Content = slices.Insert(out.Content, at, merged)
	}
	if slices.Equal(out.Content, ours.Content) {
		return ours
	}
	return out
}

// complete adds a gap for each sentence that a new object lacks, and sorts its keywords as the
// contract does.
func (m *merger) complete(n *yaml.Node, kind, where string) *yaml.Node {
	if kind == "data" || kind == "ours" || kind == "prose" || n.Kind == yaml.ScalarNode {
		return n
	}
	if n.Kind == yaml.SequenceNode { // a list keeps the order in which it was published
		for i, item := range n.Content {
			n.Content[i] = m.complete(item, spec.KindOf(kind, ""), where+"/"+node.Escape(node.Identity(item, i)))
		}
		return n
	}
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !spec.Prose(kind, key.Value) {
			value = m.complete(value, spec.KindOf(kind, key.Value), where+"/"+node.Escape(key.Value))
		}
		order := m.before.order(where, key.Value, nil)
		if spec.Named(kind) && order == nil {
			out.Content = append(out.Content, key, value)
			continue
		}
		insert(out, kind, key, value, order)
	}
	m.fill(out, kind, where)
	return out
}

// fill adds a gap for each sentence that an object lacks.
func (m *merger) fill(n *yaml.Node, kind, where string) bool {
	if node.Ref(n) != "" {
		return false
	}
	filled := false
	for _, key := range spec.Grammar[kind].Texts {
		if node.Member(n, key) != nil {
			continue
		}
		line, order := where+"/"+key, m.before.order(where, key, nil)
		filled = true
		if earlier := m.before.sentence(line); earlier != "" {
			m.back = append(m.back, line)
			insert(n, kind, node.Text(key), node.Text(earlier), order)
			continue
		}
		if sentence := m.sibling(n, kind, where, key); sentence != "" {
			m.proposed = append(m.proposed, line+": "+sentence)
			insert(n, kind, node.Text(key), node.Text(sentence), order)
			continue
		}
		if published := m.raw[line]; published != "" {
			line += "\n  published: " + published
		}
		m.gaps = append(m.gaps, line)
		insert(n, kind, node.Text(key), node.Text(spec.Gap+wanted(kind, key, where)), order)
	}
	return filled
}
