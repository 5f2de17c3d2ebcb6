package importspec

import (
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// maxExpanded limits the size of a schema in which each reference is replaced by its target. Tools
// follow each path of references, and their number can grow exponentially.
const maxExpanded = 200_000

// cycleChecker follows the references of an API description.
type cycleChecker struct {
	doc  *yaml.Node
	size map[string]int // of the target of a reference, with its references replaced
}

// checkCycles returns an error if a composition of schemas contains itself. Properties and items
// may be recursive.
func checkCycles(doc *yaml.Node) error {
	e := &cycleChecker{doc: doc, size: map[string]int{}}
	components := node.Member(doc, "components")
	for _, group := range node.Keys(components) {
		for _, name := range node.Keys(node.Member(components, group)) {
			ref := "#/components/" + group + "/" + name
			if err := e.checkComposition(ref, node.Resolve(doc, ref), nil, map[string]bool{}); err != nil {
				return err
			}
			if size := e.expandedSize(node.NewMapping(node.NewString("$ref"), node.NewString(ref))); size > maxExpanded {
				return fmt.Errorf("%s has more nested references than tools can follow", ref)
			}
		}
	}
	return nil
}

// checkComposition follows references and compositions from a schema, which must not lead back to
// one on the path.
func (e *cycleChecker) checkComposition(name string, n *yaml.Node, path []string, done map[string]bool) error {
	if done[name] {
		return nil
	}
	for _, before := range path {
		if before == name {
			return fmt.Errorf("%s refers to itself", name)
		}
	}
	if len(path) > maxDepth {
		return fmt.Errorf("%s: the chain of references is longer than %d", name, maxDepth)
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
			if err := e.checkComposition(ref, node.Resolve(e.doc, ref), path, done); err != nil {
				return err
			}
		}
	}
	done[name] = true
	return nil
}

// expandedSize returns the size of n with its references replaced, or more than the limit.
func (e *cycleChecker) expandedSize(n *yaml.Node) int {
	if ref := node.Ref(n); ref != "" {
		size, known := e.size[ref]
		if !known {
			e.size[ref] = 0 // recursion adds nothing
			size = 1 + e.expandedSize(node.Resolve(e.doc, ref))
			e.size[ref] = size
		}
		return size
	}
	total := 1
	for _, child := range n.Content {
		if total += e.expandedSize(child); total > maxExpanded {
			return maxExpanded + 1
		}
	}
	return total
}
