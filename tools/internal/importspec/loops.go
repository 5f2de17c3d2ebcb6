package importspec

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// mostExpanded is how large a schema may be when each reference is replaced with what it refers to,
// once per way that leads there. Tools that read the file take such ways, and a small file can have
// more of them than any machine has time for.
const mostExpanded = 200_000

// expansion follows the references of an API description.
type expansion struct {
	doc  *yaml.Node
	size map[string]int // of what a reference leads to; -1 on the way there
}

// checkLoops makes sure that compositions of schemas come to an end; properties and items may lead
// back to where they are.
func checkLoops(doc *yaml.Node) error {
	e := &expansion{doc: doc, size: map[string]int{}}
	components := node.Member(doc, "components")
	for _, group := range node.Keys(components) {
		for _, name := range node.Keys(node.Member(components, group)) {
			ref := "#/components/" + group + "/" + name
			if err := e.composed(ref, node.Resolve(doc, ref), nil, map[string]bool{}); err != nil {
				return err
			}
			if size := e.count(node.Mapping(node.Text("$ref"), node.Text(ref))); size > mostExpanded {
				return fmt.Errorf("%s nests so many references that no tool could follow them", ref)
			}
		}
	}
	return nil
}

// composed follows references and compositions from the schema called name, which must not lead
// back to one on the path.
func (e *expansion) composed(name string, n *yaml.Node, path []string, done map[string]bool) error {
	if done[name] {
		return nil
	}
	for _, before := range path {
		if before == name {
			return fmt.Errorf("%s refers to itself", name)
		}
	}
	if len(path) > mostDepth {
		return fmt.Errorf("%s: the chain of references is longer than %d", name, mostDepth)
	}
	path = append(path, name)
	parts := []*yaml.Node{n, node.Member(n, "not")}
	for _, key := range []string{"allOf", "oneOf", "anyOf"} {
		if list := node.Member(n, key); list != nil {
			parts = append(parts, list.Content...)
		}
	}
	for _, part := range parts {
		if ref := node.Ref(part); ref != "" {
			if err := e.composed(ref, node.Resolve(e.doc, ref), path, done); err != nil {
				return err
			}
		}
	}
	done[name] = true
	return nil
}

// count is the size of n with its references replaced, up to a little over the limit.
func (e *expansion) count(n *yaml.Node) int {
	if ref := node.Ref(n); ref != "" {
		size, known := e.size[ref]
		if !known {
			e.size[ref] = 0 // a way that leads back adds nothing
			size = 1 + e.count(node.Resolve(e.doc, ref))
			e.size[ref] = size
		}
		return size
	}
	total := 1
	for _, child := range n.Content {
		if total += e.count(child); total > mostExpanded {
			return mostExpanded + 1
		}
	}
	return total
}
