package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// writeOperations writes the operations by method and path. A path with parameters comes after those
// without, which it may match as well.
func writeOperations(operations []source.Operation) string {
	operations = slices.Clone(operations)
	slices.SortStableFunc(operations, func(a, b source.Operation) int {
		return strings.Count(a.Path, "{") - strings.Count(b.Path, "{")
	})
	var b strings.Builder
	b.WriteString("\n// operations are the operations of the API. The segments of a path in braces are parameters.\nvar operations = [...]operation{\n")
	for _, o := range operations {
		fmt.Fprintf(&b, "{%q, %q, %q},\n", o.Method, o.Path, o.ID)
	}
	b.WriteString("}\n")
	return b.String()
}
