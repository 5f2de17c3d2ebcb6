package importspec

import (
	"bytes"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// patcher writes a changed tree into its source: what did not change is copied, with comments,
// quotes and line breaks.
type patcher struct {
	lines    []string
	original map[*yaml.Node]bool
	spans    map[position]lineRange
	parents  map[position]*yaml.Node // collections by their first position
}

type position struct{ line, column int }

// lineRange is a range of lines, including the comments and empty lines before a value.
type lineRange struct{ start, end int }

// patch returns source, which was parsed to doc, with changed as its value.
func patch(source []byte, doc, changed *yaml.Node) []byte {
	top := node.Root(doc)
	if changed == top {
		return source
	}
	s := newPatcher(source, top)
	first := top.Line
	if len(top.Content) > 0 {
		first = s.spans[positionOf(top.Content[0])].start
	}
	lines := append(s.lines[1:first:first], s.write(changed, 0)...)
	return []byte(strings.Join(lines, "\n") + "\n")
}

func newPatcher(source []byte, top *yaml.Node) *patcher {
	s := &patcher{
		lines:    append([]string{""}, strings.Split(strings.TrimSuffix(string(source), "\n"), "\n")...),
		original: map[*yaml.Node]bool{}, spans: map[position]lineRange{}, parents: map[position]*yaml.Node{},
	}
	s.index(top, 1, len(s.lines), false)
	return s
}

func positionOf(n *yaml.Node) position { return position{n.Line, n.Column} }

// index records the lines of everything below n, which ends before the line end.
func (s *patcher) index(n *yaml.Node, from, end int, inItem bool) {
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
		start := s.startOf(n.Content[i].Line, n.Column, from)
		if i == 0 && inItem {
			start = n.Content[i].Line
		}
		starts = append(starts, start)
	}
	starts = append(starts, end)
	if n.Kind == yaml.MappingNode {
		s.parents[positionOf(n)] = n
	}
	for i := 0; i < len(n.Content); i += step {
		key, at := n.Content[i], n.Content[i].Column
		if step == 1 {
			at = n.Column
		}
		s.original[key] = true
		s.spans[position{key.Line, at}] = lineRange{starts[i/step], starts[i/step+1]}
		value := n.Content[i+step-1]
		s.index(value, key.Line+1, starts[i/step+1], step == 1)
	}
}

// startOf returns the first of the comments and empty lines before a line, but not before from.
func (s *patcher) startOf(line, column, from int) int {
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

func (s *patcher) write(n *yaml.Node, indent int) []string {
	if n.Kind == yaml.SequenceNode {
		return s.writeList(n, indent)
	}
	return s.writeMapping(n, indent)
}

func (s *patcher) writeMapping(n *yaml.Node, indent int) []string {
	var out []string
	headings := s.headingsOfRemoved(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		sp, known := s.spans[positionOf(key)]
		if key.Line == 0 || !known {
			out = append(out, s.moveHeading(key, n.Content[i+2:], headings)...)
			out = append(out, s.writePair(key, value, indent)...)
			continue
		}
		out = append(out, headings[positionOf(key)]...)
		if s.original[key] && s.original[value] {
			out = append(out, s.copyLines(sp.start, sp.end, key)...)
			continue
		}
		out = append(out, s.copyLines(sp.start, key.Line, key)...)
		out = append(out, s.writePair(key, value, indent)...)
	}
	return out
}

// earlierSource returns the lines that a key or item and its new value had in an earlier version.
func (s *patcher) earlierSource(n *yaml.Node, indent int) ([]string, bool) {
	if s.original[n] || n.FootComment == "" || len(n.FootComment)-len(strings.TrimLeft(n.FootComment, " ")) != indent {
		return nil, false
	}
	return strings.Split(n.FootComment, "\n"), true
}

// moveHeading returns the comments and empty lines that a new key had above it in an earlier
// version. If they are a heading that another key of the group has, they are removed from that; it
// has its own, or one of headings.
func (s *patcher) moveHeading(key *yaml.Node, after []*yaml.Node, headings map[position][]string) []string {
	if key.HeadComment == "" {
		return nil
	}
	own := strings.Split(strings.TrimSuffix(key.HeadComment, "\n"), "\n")
	for i := 0; i+1 < len(after); i += 2 {
		at := positionOf(after[i])
		if slices.Equal(headings[at], own) {
			delete(headings, at)
			break
		}
		lines := s.headingOf(after[i])
		if lines == nil {
			continue
		}
		if len(lines) >= len(own) && slices.Equal(lines[:len(own)], own) {
			sp := s.spans[at]
			s.spans[at] = lineRange{sp.start + len(own), sp.end}
		}
		break
	}
	return own
}

// headingsOfRemoved returns the headings of removed keys, by the position of the next key of their
// group. A group without keys has none.
func (s *patcher) headingsOfRemoved(n *yaml.Node) map[position][]string {
	before := s.parents[positionOf(n)]
	if before == nil {
		return nil
	}
	kept := map[position]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		kept[positionOf(n.Content[i])] = true
	}
	headings := map[position][]string{}
	var heading []string
	for i := 0; i < len(before.Content); i += 2 {
		key := before.Content[i]
		own := s.headingOf(key)
		switch {
		case !kept[positionOf(key)] && own != nil:
			heading = own
		case kept[positionOf(key)] && own == nil:
			headings[positionOf(key)], heading = heading, nil
		case kept[positionOf(key)]:
			heading = nil
		}
	}
	return headings
}

// linesAbove returns the comments and empty lines above a key.
func (s *patcher) linesAbove(key *yaml.Node) []string {
	sp, known := s.spans[positionOf(key)]
	if !known {
		return nil
	}
	return s.copyLines(sp.start, key.Line, key)
}

// headingOf returns the comments above a key if an empty line follows them, because they describe
// the next keys too.
func (s *patcher) headingOf(key *yaml.Node) []string {
	if lines := s.linesAbove(key); len(lines) > 1 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		return lines
	}
	return nil
}

// copyLines copies lines, without the dash if the key is the first of a list item.
func (s *patcher) copyLines(start, end int, key *yaml.Node) []string {
	lines := append([]string(nil), s.lines[start:end]...)
	if at := key.Line - start; at >= 0 && at < len(lines) {
		lines[at] = strings.Repeat(" ", key.Column-1) + lines[at][key.Column-1:]
	}
	return lines
}

func (s *patcher) writePair(key, value *yaml.Node, indent int) []string {
	if lines, ok := s.earlierSource(key, indent); ok {
		return lines
	}
	head := strings.Repeat(" ", indent) + formatScalar(key) + ":"
	if s.original[value] && value.Line > 0 && key.Line > 0 && !s.original[key] {
		if sp := s.spans[positionOf(key)]; value.Line > key.Line { // renamed, but otherwise equal
			return append([]string{head}, s.lines[key.Line+1:sp.end]...)
		}
	}
	if value.Kind == yaml.ScalarNode {
		return []string{head + " " + formatScalar(value)}
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

func (s *patcher) writeList(n *yaml.Node, indent int) []string {
	var out []string
	for _, item := range n.Content {
		if lines, ok := s.earlierSource(item, indent); ok {
			out = append(out, lines...)
			continue
		}
		sp, known := s.spans[position{item.Line, indent + 1}]
		if known && s.original[item] && item.Line > 0 {
			out = append(out, s.lines[sp.start:sp.end]...)
			continue
		}
		if known && item.Line > 0 {
			out = append(out, s.lines[sp.start:item.Line]...)
		}
		lines := []string{strings.Repeat(" ", indent+2) + formatScalar(item)}
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

// formatScalar returns a scalar on one line, in single quotes if it needs quotes.
func formatScalar(n *yaml.Node) string {
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
