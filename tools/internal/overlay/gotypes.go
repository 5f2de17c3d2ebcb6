package overlay

import (
	"cmp"
	"regexp"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// goTypes returns the names of the Go types that are generated for a description.
func goTypes(doc *yaml.Node) []string {
	names := collectStrings(doc, goTypeNameIn)
	schemas := node.Resolve(doc, "#/components/schemas")
	for _, key := range node.Keys(schemas) {
		names = append(names, cmp.Or(node.Value(node.Member(node.Member(schemas, key), "x-go-name")), key))
	}
	return names
}

// usedGoTypes returns the types of package gen in the Go types that an action sets, such as A and B
// in map[A]*B.
func usedGoTypes(update *yaml.Node) []string {
	var names []string
	for _, expression := range collectStrings(update, goTypeIn) {
		for _, match := range genType.FindAllStringSubmatch(expression, -1) {
			names = append(names, match[1])
		}
	}
	return names
}

// genType matches a type of package gen in a Go type.
var genType = regexp.MustCompile(`(?:^|[^\w.])([A-Z]\w*)`)

// goTypeIn returns the Go type that n gets.
func goTypeIn(n *yaml.Node) string { return node.Value(node.Member(n, "x-go-type")) }

// goTypeNameIn returns the name of the Go type that is generated for n; none is generated for
// references and plain strings.
func goTypeNameIn(n *yaml.Node) string {
	if node.Ref(n) != "" || node.Member(n, "enum") == nil && node.Member(n, "properties") == nil {
		return ""
	}
	return node.Value(node.Member(n, "x-go-type-name"))
}
