package importspec

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// leastOfRename is the length from which on a structure is telling: two strings are the same schema
// only by chance.
const leastOfRename = 60

// renames finds paths and schemas of the contract that are published under another name: paths by
// the operations they have, schemas by their whole structure. The keys of the result are places in
// the contract.
func renames(ours, published *yaml.Node) map[string]string {
	found := map[string]string{}
	renamedPaths(node.Member(ours, "paths"), node.Member(published, "paths"), found)
	renamedSchemas(node.Resolve(ours, "#/components/schemas"), node.Resolve(published, "#/components/schemas"), found)
	return found
}

func renamedPaths(ours, published *yaml.Node, found map[string]string) {
	for _, old := range missingIn(ours, published) {
		ids := operationIDs(node.Member(ours, old))
		for _, name := range missingIn(published, ours) {
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

// renamedSchemas pairs what is gone with what is new, as long as that tells more pairs: a schema
// that refers to a renamed one has the same structure only when that is known.
func renamedSchemas(ours, published *yaml.Node, found map[string]string) {
	gone, added := missingIn(ours, published), missingIn(published, ours)
	refs := map[string]string{}
	for again := true; again; {
		again = false
		old := map[string][]string{}
		for _, name := range gone {
			key := structureKey(node.Member(ours, name), "namedSchema", name, refs)
			old[key] = append(old[key], name)
		}
		fresh := map[string][]string{}
		for _, name := range added {
			key := structureKey(node.Member(published, name), "namedSchema", name, nil)
			fresh[key] = append(fresh[key], name)
		}
		for key, names := range fresh {
			if len(names) != 1 || len(old[key]) != 1 || len(key) < leastOfRename {
				continue
			}
			from, to := old[key][0], names[0]
			found["/components/schemas/"+from] = to
			refs["#/components/schemas/"+from] = "#/components/schemas/" + to
			gone = slices.DeleteFunc(gone, func(s string) bool { return s == from })
			added = slices.DeleteFunc(added, func(s string) bool { return s == to })
			again = true
		}
	}
}

func missingIn(a, b *yaml.Node) []string {
	var names []string
	for _, name := range node.Keys(a) {
		if node.Member(b, name) == nil {
			names = append(names, name)
		}
	}
	return names
}

// structureKey is the structure of a schema as text, without sentences, order of keys, and its own
// name.
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
			if spec.Prose(kind, key) {
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
