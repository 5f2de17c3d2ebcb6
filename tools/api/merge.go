package main

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// merger puts a published structure in place of that of the contract, and leaves everything else of the contract as it is: what
// a merge does not change is the contract's own node, so that it can be written as it was.
type merger struct {
	renamed map[string]string // new names of paths and schemas, by the place that has the old one
	before  history

	gaps []string // places of sentences to be written
	lost []string // sentences about what is gone
}

func (m *merger) merge(ours, published *yaml.Node, kind, where string) *yaml.Node {
	if kind == "ours" {
		return ours
	}
	if ours == nil {
		return m.complete(copyOf(published), kind, where)
	}
	if kind == "data" || kind == "prose" || ours.Kind != published.Kind || ours.Kind == yaml.ScalarNode {
		return m.value(ours, published, kind, where)
	}
	if ours.Kind == yaml.SequenceNode {
		return m.list(ours, published, kind, where)
	}
	if (refOf(ours) == "") != (refOf(published) == "") {
		return m.replace(ours, published, kind, where)
	}
	return m.mapping(ours, published, kind, where)
}

// value is a value without sentences of its own: the contract's if it is the same.
func (m *merger) value(ours, published *yaml.Node, kind, where string) *yaml.Node {
	if kind == "prose" || same(ours, published) || strings.HasSuffix(where, "/required") && sameItems(ours, published) {
		return ours
	}
	if kind == "data" {
		return keepItems(ours, published, strings.HasSuffix(where, "/required"))
	}
	return m.replace(ours, published, kind, where)
}

// replace writes something else in place of ours; its own sentence stays where there is room for one.
func (m *merger) replace(ours, published *yaml.Node, kind, where string) *yaml.Node {
	out := copyOf(published)
	for _, key := range keysOf(ours) {
		if i := indexOf(ours, key); prose(kind, key) {
			if out.Kind == yaml.MappingNode && refOf(out) == "" {
				insert(out, kind, ours.Content[i], ours.Content[i+1], nil)
				continue
			}
		}
		m.lose(mapping(text(key), member(ours, key)), kind, where)
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
		other := member(published, key.Value)
		at := where + "/" + escaped(key.Value)
		switch {
		case prose(kind, key.Value), other == nil && kindOf(kind, key.Value) == "ours":
			out.Content = append(out.Content, key, value)
		case other == nil:
			changed = true
			m.lose(mapping(key, value), kind, where)
		default:
			merged := m.merge(value, other, kindOf(kind, key.Value), at)
			changed = changed || merged != value
			out.Content = append(out.Content, key, merged)
		}
	}
	for i := 0; i+1 < len(published.Content); i += 2 {
		key := published.Content[i].Value
		if member(out, key) != nil || member(ours, key) != nil || kindOf(kind, key) == "ours" {
			continue
		}
		changed = true
		at := where + "/" + escaped(key)
		added := m.merge(nil, published.Content[i+1], kindOf(kind, key), at)
		name := text(key)
		name.HeadComment = m.before.heading(where, key)
		insert(out, kind, name, added, m.before.order(where, key, published))
	}
	if m.fill(out, kind, where) || changed {
		return out
	}
	return ours
}

// list merges lists. Parameters and tags keep our order; alternatives have the order in which they were published.
func (m *merger) list(ours, published *yaml.Node, kind, where string) *yaml.Node {
	out := &yaml.Node{Kind: ours.Kind, Tag: ours.Tag, Line: ours.Line, Column: ours.Column, Style: ours.Style}
	known, there := byIdentity(ours), byIdentity(published)
	ids := identities(ours)
	for i, item := range ours.Content {
		other := there[ids[i]]
		if other == nil {
			m.loseItem(item, kind, where)
			continue
		}
		if kind != "schemaList" {
			out.Content = append(out.Content, m.merge(item, other, kindOf(kind, ""), where+"/"+ids[i]))
		}
	}
	ids = identities(published)
	for i, item := range published.Content {
		id := ids[i]
		if kind != "schemaList" && known[id] != nil {
			continue
		}
		merged := m.merge(known[id], item, kindOf(kind, ""), where+"/"+id)
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

func byIdentity(list *yaml.Node) map[string]*yaml.Node {
	items := map[string]*yaml.Node{}
	for i, id := range identities(list) {
		items[id] = list.Content[i]
	}
	return items
}

// identities returns the identity of every item of a list. One that is there twice, as an alternative of v1.0.0 is, has two.
func identities(list *yaml.Node) []string {
	ids := make([]string, len(list.Content))
	for i, item := range list.Content {
		ids[i] = identity(item, i)
		for n := 2; slices.Contains(ids[:i], ids[i]); n++ {
			ids[i] = fmt.Sprintf("%s (%d)", identity(item, i), n)
		}
	}
	return ids
}

// identity tells which item of another list an item stands for.
func identity(n *yaml.Node, i int) string {
	if ref := refOf(n); ref != "" {
		return ref
	}
	if name := member(n, "name"); name != nil {
		if in := member(n, "in"); in != nil {
			return in.Value + " " + name.Value
		}
		return name.Value
	}
	return fmt.Sprint(i)
}

// complete adds a gap for each sentence that a new object lacks, and sorts its keywords as the contract does.
func (m *merger) complete(n *yaml.Node, kind, where string) *yaml.Node {
	if kind == "data" || kind == "ours" || kind == "prose" || n.Kind == yaml.ScalarNode {
		return n
	}
	if n.Kind == yaml.SequenceNode { // a list keeps the order in which it was published
		for i, item := range n.Content {
			n.Content[i] = m.complete(item, kindOf(kind, ""), where+"/"+identity(item, i))
		}
		return n
	}
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !prose(kind, key.Value) {
			value = m.complete(value, kindOf(kind, key.Value), where+"/"+escaped(key.Value))
		}
		order := m.before.order(where, key.Value, nil)
		if named(kind) && order == nil {
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
	if refOf(n) != "" {
		return false
	}
	filled := false
	for _, key := range grammar[kind].texts {
		if member(n, key) != nil {
			continue
		}
		line := where + "/" + key
		if earlier := m.before.sentence(line); earlier != "" {
			line += ", of which an earlier version said: " + earlier
		}
		m.gaps = append(m.gaps, line)
		insert(n, kind, text(key), text(gap+wanted(kind, key, where)), nil)
		filled = true
	}
	return filled
}

// wanted says what a sentence has to say.
func wanted(kind, key, where string) string {
	name := unescaped(where[strings.LastIndexAny(where, "/ ")+1:])
	switch {
	case key == "summary":
		return "what the call does, in a line."
	case kind == "operation":
		return "which port and kind of client, what it does, and which errors tell what."
	case kind == "response":
		return "what the answer " + name + " means."
	case kind == "requestBody":
		return "what is sent."
	}
	return "what " + name + " is, and when it is there."
}

// lose notes the sentences below what is gone.
func (m *merger) lose(pair *yaml.Node, kind, where string) {
	eachSentence(pair, kind, where, func(at, sentence string) {
		m.lost = append(m.lost, at+": "+strings.TrimSpace(sentence))
	})
}

func (m *merger) loseItem(item *yaml.Node, kind, where string) {
	eachSentence(item, kindOf(kind, ""), where+"/"+identity(item, 0), func(at, sentence string) {
		m.lost = append(m.lost, at+": "+strings.TrimSpace(sentence))
	})
}

// eachSentence hands over the contract's own words in n, each with its place.
func eachSentence(n *yaml.Node, kind, where string, do func(at, sentence string)) {
	switch {
	case kind == "data" || kind == "ours" || n.Kind == yaml.ScalarNode:
		if kind == "prose" {
			do(where, n.Value)
		}
	case n.Kind == yaml.SequenceNode:
		for i, item := range n.Content {
			eachSentence(item, kindOf(kind, ""), where+"/"+identity(item, i), do)
		}
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			at := where + "/" + escaped(key)
			if !prose(kind, key) {
				eachSentence(value, kindOf(kind, key), at, do)
			} else if value.Kind == yaml.ScalarNode {
				do(at, value.Value)
			}
		}
	}
}
