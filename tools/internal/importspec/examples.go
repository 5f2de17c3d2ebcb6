package importspec

import (
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// updateExample removes the example of a changed object if the new schema does not allow it, and
// restores the one that an earlier version with the same structure had.
func (m *merger) updateExample(n *yaml.Node, kind, location string) {
	const key = "example"
	if kind != "schema" && kind != "namedSchema" && kind != "parameter" && kind != "header" {
		return
	}
	if i := node.KeyIndex(n, key); i >= 0 {
		if !allowsExample(n, n.Content[i+1]) {
			m.removed = append(m.removed, location+"/"+key+": "+node.Value(n.Content[i+1]))
			n.Content = slices.Delete(n.Content, i, i+2)
		}
		return
	}
	earlier := m.history.node(location, n)
	value := node.Member(earlier, key)
	if value == nil || structureKey(earlier, kind, "", nil) != structureKey(n, kind, "", nil) {
		return
	}
	name := node.NewString(key)
	name.FootComment = m.history.sourceOfKey(location, key, value)
	insert(n, kind, name, withoutPositions(value), m.history.collectionWith(location, key, nil))
	m.restored = append(m.restored, location+"/"+key)
}

// tagsOfType has the YAML tags of the values of a type.
var tagsOfType = map[string][]string{
	"string": {"!!str", "!!timestamp"}, "integer": {"!!int"}, "number": {"!!int", "!!float"}, "boolean": {"!!bool"},
	"array": {"!!seq"}, "object": {"!!map"},
}

// allowsExample reports whether the type and enum of a schema, or of the schema of a parameter,
// allow an example.
func allowsExample(n, example *yaml.Node) bool {
	schema := node.FirstNonNil(node.Member(n, "schema"), n)
	if example.ShortTag() == "!!null" {
		return node.Value(node.Member(schema, "nullable")) == "true"
	}
	if enum := node.Member(schema, "enum"); enum != nil && !slices.ContainsFunc(enum.Content, func(value *yaml.Node) bool { return node.Equal(value, example) }) {
		return false
	}
	tags := tagsOfType[node.Value(node.Member(schema, "type"))]
	return tags == nil || slices.Contains(tags, example.ShortTag())
}
