package importspec

import (
	"bytes"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// splicer writes a changed tree into the text that it was read from: what did not change stays as
// it was written, with its comments, quotes and line breaks.
type splicer struct {
	lines    []string
	original map[*yaml.Node]bool
	spans    map[place]span
	parents  map[place]*yaml.Node // collections by where they begin
}

type place struct{ line, column int }

// span is a range of lines, the comments and empty lines before a value included.
type span struct{ start, end int }

// splice returns text, which was parsed to doc, with changed as its value. Nodes of doc in changed
// are copied from text.
func splice(source []byte, doc, changed *yaml.Node) []byte {
	top := node.Root(doc)
	if changed == top {
		return source
	}
	s := newSplicer(source, top)
	first := top.Line
	if len(top.Content) > 0 {
		first = s.spans[placeIn(top.Content[0])].start
	}
	lines := append(s.lines[1:first:first], s.write(changed, 0)...)
	return []byte(strings.Join(lines, "\n") + "\n")
}

func newSplicer(source []byte, top *yaml.Node) *splicer {
	s := &splicer{
		lines:    append([]string{""}, strings.Split(strings.TrimSuffix(string(source), "\n"), "\n")...),
		original: map[*yaml.Node]bool{}, spans: map[place]span{}, parents: map[place]*yaml.Node{},
	}
	s.index(top, 1, len(s.lines), false)
	return s
}

func placeIn(n *yaml.Node) place { return place{n.Line, n.Column} }

// index notes the lines of everything below n, which ends before the line end.
func (s *splicer) index(n *yaml.Node, from, end int, inItem bool) {
	s.original[n] = true
	if n.Style&yaml.FlowStyle != 0 || n.Kind == yaml.ScalarNode || n.Kind == yaml.AliasNode {
		for _, child := range n.Content {
			s.index(child, from, end, false)
		}
		return
	}
	step := 1
	if n.Kind == yaml.MappingNode {
		step = 2
	}
	starts := make([]int, 0, len(n.Content)+1)
	for i := 0; i < len(n.Content); i += step {
		start := s.lead(n.Content[i].Line, n.Column, from)
		if i == 0 && inItem {
			start = n.Content[i].Line
		}
		starts = append(starts, start)
	}
	starts = append(starts, end)
	if n.Kind == yaml.MappingNode {
		s.parents[placeIn(n)] = n
	}
	for i := 0; i < len(n.Content); i += step {
		key, at := n.Content[i], n.Content[i].Column
		if step == 1 {
			at = n.Column
		}
		s.original[key] = true
		s.spans[place{key.Line, at}] = span{starts[i/step], starts[i/step+1]}
		value := n.Content[i+step-1]
		s.index(value, key.Line+1, starts[i/step+1], step == 1)
	}
}

// lead returns the first of the comment lines and empty lines before a line, none of which is
// before the line from.
func (s *splicer) lead(line, column, from int) int {
	for line > from {
		before := s.lines[line-1]
		trimmed := strings.TrimLeft(before, " ")
		if trimmed != "" && (trimmed[0] != '#' || len(before)-len(trimmed) != column-1) {
			break
		}
		line--
	}
	return line
}

func (s *splicer) write(n *yaml.Node, indent int) []string {
	if n.Kind == yaml.SequenceNode {
		return s.writeList(n, indent)
	}
	return s.writeMapping(n, indent)
}

func (s *splicer) writeMapping(n *yaml.Node, indent int) []string {
	var out []string
	before := s.parents[placeIn(n)]
	next := 0 // index in before of the first key that is not yet written or passed over
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		sp, known := s.spans[placeIn(key)]
		if key.Line == 0 || !known {
			out = append(out, s.advance(key, n.Content[i+2:])...)
			if lines, ok := earlierLines(key, indent); ok {
				out = append(out, lines...)
				continue
			}
			out = append(out, s.writePair(key, value, indent)...)
			continue
		}
		for before != nil && next < len(before.Content) {
			passed := before.Content[next]
			next += 2
			if passed.Line == key.Line {
				break
			}
			out = append(out, s.headings(passed)...)
		}
		if s.original[key] && s.original[value] {
			out = append(out, s.copy(sp.start, sp.end, key)...)
			continue
		}
		out = append(out, s.copy(sp.start, key.Line, key)...)
		out = append(out, s.writePair(key, value, indent)...)
	}
	for before != nil && next < len(before.Content) {
		out = append(out, s.headings(before.Content[next])...)
		next += 2
	}
	return out
}

// earlierLines are the lines that a new key or item had in an earlier version of the contract, with
// what follows it.
func earlierLines(n *yaml.Node, indent int) ([]string, bool) {
	if n.Line != 0 || n.FootComment == "" || len(n.FootComment)-len(strings.TrimLeft(n.FootComment, " ")) != indent {
		return nil, false
	}
	return strings.Split(n.FootComment, "\n"), true
}

// advance returns the heading of the group that a new key is to begin, and takes it from the key
// after it that has it now.
func (s *splicer) advance(key *yaml.Node, after []*yaml.Node) []string {
	for i := 0; key.HeadComment != "" && i+1 < len(after); i += 2 {
		if after[i].Line == 0 {
			continue
		}
		lines := s.headings(after[i])
		own := strings.Split(key.HeadComment, "\n")
		if len(lines) < len(own) || !slices.Equal(lines[:len(own)], own) {
			return nil
		}
		sp := s.spans[placeIn(after[i])] // that of a group of which nothing was left comes before its own
		s.spans[placeIn(after[i])] = span{sp.start + len(own), sp.end}
		return own
	}
	return nil
}

// headings returns the comments above a key that is gone, if an empty line sets them apart: they
// are about what follows, too.
func (s *splicer) headings(key *yaml.Node) []string {
	sp := s.spans[placeIn(key)]
	lines := s.copy(sp.start, key.Line, key)
	if len(lines) > 1 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		return lines
	}
	return nil
}

// copy copies lines; where the key is the first of a list's item, the dash before it is left out.
func (s *splicer) copy(start, end int, key *yaml.Node) []string {
	lines := append([]string(nil), s.lines[start:end]...)
	if at := key.Line - start; at >= 0 && at < len(lines) {
		lines[at] = strings.Repeat(" ", key.Column-1) + lines[at][key.Column-1:]
	}
	return lines
}

func (s *splicer) writePair(key, value *yaml.Node, indent int) []string {
	head := strings.Repeat(" ", indent) + scalarText(key) + ":"
	if s.original[value] && value.Line > 0 && key.Line > 0 && !s.original[key] {
		if sp := s.spans[placeIn(key)]; value.Line > key.Line { // a new name for what did not change
			return append([]string{head}, s.lines[key.Line+1:sp.end]...)
		}
	}
	if value.Kind == yaml.ScalarNode {
		return []string{head + " " + scalarText(value)}
	}
	if len(value.Content) == 0 {
		return []string{head + " " + map[yaml.Kind]string{yaml.SequenceNode: "[]", yaml.MappingNode: "{}"}[value.Kind]}
	}
	return append([]string{head}, s.write(value, childIndent(value, indent))...)
}

func childIndent(value *yaml.Node, indent int) int {
	if value.Line > 0 && value.Column > indent+1 && value.Style&yaml.FlowStyle == 0 {
		return value.Column - 1
	}
	return indent + 2
}

func (s *splicer) writeList(n *yaml.Node, indent int) []string {
	var out []string
	for _, item := range n.Content {
		if lines, ok := earlierLines(item, indent); ok {
			out = append(out, lines...)
			continue
		}
		sp, known := s.spans[place{item.Line, indent + 1}]
		if known && s.original[item] && item.Line > 0 {
			out = append(out, s.lines[sp.start:sp.end]...)
			continue
		}
		if known && item.Line > 0 {
			out = append(out, s.lines[sp.start:item.Line]...)
		}
		lines := []string{strings.Repeat(" ", indent+2) + scalarText(item)}
		if item.Kind != yaml.ScalarNode {
			lines = s.write(item, indent+2)
		}
		if len(item.Content) == 0 && item.Kind != yaml.ScalarNode {
			lines = []string{strings.Repeat(" ", indent+2) + "{}"}
		}
		lines[0] = strings.Repeat(" ", indent) + "- " + lines[0][indent+2:]
		out = append(out, lines...)
	}
	return out
}

// scalarText writes a single value on one line, quoted where it has to be, and then in single
// quotes if these are enough.
func scalarText(n *yaml.Node) string {
	plain := &yaml.Node{Kind: yaml.ScalarNode, Tag: n.Tag, Value: n.Value}
	if strings.ContainsAny(n.Value, "\n\r\t") {
		plain.Style = yaml.DoubleQuotedStyle
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	if err := enc.Encode(plain); err != nil {
		return "!!invalid"
	}
	out := strings.TrimSuffix(b.String(), "\n")
	if strings.HasPrefix(out, `"`) && !strings.Contains(out, `\`) && !strings.Contains(out, "'") {
		return "'" + out[1:len(out)-1] + "'"
	}
	return out
}
