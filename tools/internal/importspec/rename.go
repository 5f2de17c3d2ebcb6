package importspec

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// minRenamedSize is the minimum length of a structure to recognize a renamed schema by it: simple
// schemas are equal by chance.
const minRenamedSize = 60

// findRenamed finds paths and schemas that are published under another name: paths by their
// operations, schemas by their structure. It returns the new names by location in the contract.
func findRenamed(current, published *yaml.Node) map[string]string {
	found := map[string]string{}
	findRenamedPaths(node.Member(current, "paths"), node.Member(published, "paths"), found)
	findRenamedSchemas(node.Resolve(current, "#/components/schemas"), node.Resolve(published, "#/components/schemas"), found)
	return found
}

func findRenamedPaths(current, published *yaml.Node, found map[string]string) {
	for _, old := range keysOnlyIn(current, published) {
		ids := operationIDs(node.Member(current, old))
		for _, name := range keysOnlyIn(published, current) {
			if ids != "" && ids == operationIDs(node.Member(published, name)) {
				found["/paths/"+old] = name
			}
		}
	}
}

func operationIDs(path *yaml.Node) string {
	var ids []string
	for _, method := range node.Keys(path) {
		if id := node.Member(node.Member(path, method), "operationId"); id != nil {
			ids = append(ids, method+" "+id.Value)
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, ",")
}

// findRenamedSchemas pairs removed and added schemas. Each pair can reveal others: a schema that
// refers to a renamed one is equal only if the new name is known.
func findRenamedSchemas(current, published *yaml.Node, found map[string]string) {
	removed, added := keysOnlyIn(current, published), keysOnlyIn(published, current)
	refs := map[string]string{}
	for again := true; again; {
		again = false
		old := map[string][]string{}
		for _, name := range removed {
			key := structureKey(node.Member(current, name), "namedSchema", name, refs)
			old[key] = append(old[key], name)
		}
		fresh := map[string][]string{}
		for _, name := range added {
			key := structureKey(node.Member(published, name), "namedSchema", name, nil)
			fresh[key] = append(fresh[key], name)
		}
		for key, names := range fresh {
			if len(names) != 1 || len(old[key]) != 1 || len(key) < minRenamedSize {
				continue
			}
			from, to := old[key][0], names[0]
			found["/components/schemas/"+from] = to
			refs["#/components/schemas/"+from] = "#/components/schemas/" + to
			removed = slices.DeleteFunc(removed, func(s string) bool { return s == from })
			added = slices.DeleteFunc(added, func(s string) bool { return s == to })
			again = true
		}
	}
}

func keysOnlyIn(a, b *yaml.Node) []string {
	var names []string
	for _, name := range node.Keys(a) {
		if node.Member(b, name) == nil {
			names = append(names, name)
		}
	}
	return names
}

// structureKey returns the structure of a schema as text, without texts, the order of keys, and its
// own name.
func structureKey(n *yaml.Node, kind, self string, refs map[string]string) string {
	switch n.Kind {
	case yaml.SequenceNode:
		var items []string
		for _, item := range n.Content {
			items = append(items, structureKey(item, spec.KindOf(kind, ""), self, refs))
		}
		return "[" + strings.Join(items, ",") + "]"
	case yaml.MappingNode:
		var pairs []string
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if spec.IsProse(kind, key) {
				continue
			}
			value := structureKey(n.Content[i+1], spec.KindOf(kind, key), self, refs)
			if key == "required" && n.Content[i+1].Kind == yaml.SequenceNode {
				items := strings.Split(strings.Trim(value, "[]"), ",")
				slices.Sort(items)
				value = strings.Join(items, ",")
			}
			pairs = append(pairs, key+":"+value)
		}
		slices.Sort(pairs)
		return "{" + strings.Join(pairs, ",") + "}"
	}
	if to := refs[n.Value]; to != "" {
		return to
	}
	if n.Value == "#/components/schemas/"+self {
		return "itself"
	}
	return n.ShortTag() + n.Value
}
