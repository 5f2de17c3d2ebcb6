package spec

import (
	"fmt"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// structure is what is taken over of a published API description.
type structure struct {
	Doc        *yaml.Node
	Extensions map[string]int // left out, by name
	Sentences  int            // left out
}

// StripProse copies the structure of a published API description: names, types, limits and values,
// but no sentence, example or extension, which are somebody else's words.
func StripProse(published *yaml.Node) (*structure, error) {
	s := &structure{Extensions: map[string]int{}}
	doc, err := s.take(published, "document", "")
	s.Doc = doc
	return s, err
}

func (s *structure) take(n *yaml.Node, kind, where string) (*yaml.Node, error) {
	if kind == "data" || kind == "ours" || n.Kind == yaml.ScalarNode {
		return s.takeValue(n, kind, where)
	}
	if list := listKinds[kind]; list != (n.Kind == yaml.SequenceNode) {
		return nil, fmt.Errorf("%s is an object or list where OpenAPI has the other", orTop(where))
	}
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag}
	if n.Kind == yaml.SequenceNode {
		for i, item := range n.Content {
			taken, err := s.take(item, KindOf(kind, ""), fmt.Sprintf("%s/%d", where, i))
			if err != nil {
				return nil, err
			}
			out.Content = append(out.Content, taken)
		}
		return out, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if Prose(kind, key) {
			s.leaveOut(key)
			continue
		}
		at := where + "/" + node.Escape(key)
		if strings.TrimSpace(key) != key || strings.ContainsFunc(key, unicode.IsControl) || key == "" {
			return nil, fmt.Errorf("%s: the name %q has white space or control characters around or in it", orTop(where), node.Shorten(key))
		}
		if kind == "paths" && !strings.HasPrefix(key, "/") {
			return nil, fmt.Errorf("paths has %q, which is no path", node.Shorten(key))
		}
		taken, err := s.take(n.Content[i+1], KindOf(kind, key), at)
		if err != nil {
			return nil, err
		}
		out.Content = append(out.Content, node.Text(key), taken)
	}
	if node.Ref(out) != "" {
		out.Content = []*yaml.Node{node.Text("$ref"), node.Text(node.Ref(out))} // OpenAPI ignores what is beside it
	}
	return out, nil
}

// listKinds are the kinds whose values are lists; those of all others are objects, or single
// values.
var listKinds = map[string]bool{"tags": true, "parameters": true, "schemaList": true}

// takeValue takes a value that says nothing about other objects.
func (s *structure) takeValue(n *yaml.Node, kind, where string) (*yaml.Node, error) {
	if kind == "prose" {
		return node.Text(Gap + "say what it is for."), nil
	}
	if kind != "data" && kind != "ours" && where != "" && !strings.HasSuffix(where, "/additionalProperties") {
		return nil, fmt.Errorf("%s is the value %q where OpenAPI has an object or a list", where, node.Shorten(n.Value))
	}
	return node.Copy(n), nil
}

func (s *structure) leaveOut(key string) {
	if strings.HasPrefix(key, "x-") {
		s.Extensions[key]++
		return
	}
	s.Sentences++
}

func orTop(where string) string {
	if where == "" {
		return "the file"
	}
	return node.Shorten(where)
}
