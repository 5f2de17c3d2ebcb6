package spec

import (
	"fmt"
	"strings"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// stripped is a published description without prose.
type stripped struct {
	Doc        *yaml.Node
	Extensions map[string]int // number of omitted extensions, by name
	Texts      int            // number of omitted texts and examples
}

// StripProse copies the structure of a published description: names, types, limits and values.
// Texts, examples and extensions, which are the work of others, are omitted.
func StripProse(published *yaml.Node) (*stripped, error) {
	s := &stripped{Extensions: map[string]int{}}
	doc, err := s.strip(published, "document", "")
	s.Doc = doc
	return s, err
}

func (s *stripped) strip(n *yaml.Node, kind, location string) (*yaml.Node, error) {
	if kind == "data" || kind == "local" || n.Kind == yaml.ScalarNode {
		return s.stripValue(n, kind, location)
	}
	if list := isList[kind]; list != (n.Kind == yaml.SequenceNode) {
		return nil, fmt.Errorf("%s must be an object or a list, and is the other one", orRoot(location))
	}
	out := &yaml.Node{Kind: n.Kind, Tag: n.Tag}
	if n.Kind == yaml.SequenceNode {
		for i, item := range n.Content {
			stripped, err := s.strip(item, KindOf(kind, ""), fmt.Sprintf("%s/%d", location, i))
			if err != nil {
				return nil, err
			}
			out.Content = append(out.Content, stripped)
		}
		return out, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i].Value
		if IsProse(kind, key) {
			s.omit(key)
			continue
		}
		at := location + "/" + node.Escape(key)
		if strings.TrimSpace(key) != key || strings.ContainsFunc(key, unicode.IsControl) || key == "" {
			return nil, fmt.Errorf("%s: the name %q has surrounding white space or control characters", orRoot(location), node.Truncate(key))
		}
		if kind == "paths" && !strings.HasPrefix(key, "/") {
			return nil, fmt.Errorf("paths has %q, which is not a path", node.Truncate(key))
		}
		stripped, err := s.strip(n.Content[i+1], KindOf(kind, key), at)
		if err != nil {
			return nil, err
		}
		out.Content = append(out.Content, node.NewString(key), stripped)
	}
	if node.Ref(out) != "" {
		out.Content = []*yaml.Node{node.NewString("$ref"), node.NewString(node.Ref(out))} // OpenAPI ignores its siblings
	}
	return out, nil
}

// isList has the kinds whose values are lists. Those of all others are objects or data.
var isList = map[string]bool{"tags": true, "parameters": true, "schemaList": true}

// stripValue copies a value that has no objects.
func (s *stripped) stripValue(n *yaml.Node, kind, location string) (*yaml.Node, error) {
	if kind == "prose" {
		return node.NewString(Todo + "what it is for."), nil
	}
	if kind != "data" && kind != "local" && location != "" && !strings.HasSuffix(location, "/additionalProperties") {
		return nil, fmt.Errorf("%s must be an object or a list, and is the value %q", location, node.Truncate(n.Value))
	}
	return node.Clone(n), nil
}

func (s *stripped) omit(key string) {
	if strings.HasPrefix(key, "x-") {
		s.Extensions[key]++
		return
	}
	s.Texts++
}

func orRoot(location string) string {
	if location == "" {
		return "the file"
	}
	return node.Truncate(location)
}
