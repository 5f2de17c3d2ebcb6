package overlay

import (
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// received is the extension of an object schema whose values clients receive.
const received = "x-received"

// MarkReceived marks the object schemas that a response has, at any depth. It also marks those that
// no operation has: clients decode members without a schema into them, such as the configuration of
// a credential. api/golang.yaml keeps unknown members of marked objects. Objects that are only sent
// are not marked, since Kratos rejects unknown members.
func MarkReceived(doc *yaml.Node) {
	root := node.Root(doc)
	got := schemaWalk{root: root, seen: map[*yaml.Node]bool{}}
	sent := schemaWalk{root: root, seen: map[*yaml.Node]bool{}}
	for _, path := range values(node.Member(root, "paths")) {
		for _, operation := range values(path) {
			for _, response := range values(node.Member(operation, "responses")) {
				got.content(response)
			}
			sent.content(node.Member(operation, "requestBody"))
		}
	}
	for _, schema := range values(node.Resolve(root, "#/components/schemas")) {
		if !sent.seen[schema] {
			got.schema(schema)
		}
	}
	for schema := range got.seen {
		if node.Member(schema, "properties") != nil && node.Member(schema, "additionalProperties") == nil && node.Member(schema, received) == nil {
			schema.Content = append(schema.Content, node.NewString(received), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"})
		}
	}
}

// schemaWalk visits schemas and those that they have or refer to.
type schemaWalk struct {
	root *yaml.Node
	seen map[*yaml.Node]bool
}

// content visits the schemas of a response or request body.
func (w schemaWalk) content(n *yaml.Node) {
	if ref := node.Ref(n); ref != "" {
		n = node.Resolve(w.root, ref)
	}
	for _, media := range values(node.Member(n, "content")) {
		w.schema(node.Member(media, "schema"))
	}
}

func (w schemaWalk) schema(n *yaml.Node) {
	if ref := node.Ref(n); ref != "" {
		n = node.Resolve(w.root, ref)
	}
	if n == nil || w.seen[n] {
		return
	}
	w.seen[n] = true
	for _, property := range values(node.Member(n, "properties")) {
		w.schema(property)
	}
	for _, keyword := range []string{"items", "additionalProperties"} {
		w.schema(node.Member(n, keyword))
	}
	for _, keyword := range []string{"allOf", "oneOf", "anyOf"} {
		for _, schema := range values(node.Member(n, keyword)) {
			w.schema(schema)
		}
	}
}

// values returns the values of a mapping, or the items of a list.
func values(n *yaml.Node) []*yaml.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind != yaml.MappingNode:
		return n.Content
	}
	var all []*yaml.Node
	for i := 1; i < len(n.Content); i += 2 {
		all = append(all, n.Content[i])
	}
	return all
}
