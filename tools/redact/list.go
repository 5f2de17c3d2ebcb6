package main

import (
	"fmt"
	"go/ast"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// writeTest writes a value of each exported type that holds others, for the test that looks for
// secrets in all of them. Generic types are those of sessions.
func writeTest(wrapper *source.Package, m *models) string {
	var b strings.Builder
	b.WriteString("\n// exportedTypes has a pointer to a value of each struct, map and slice type that the packages export.\n" +
		"func exportedTypes() map[string]any {\nreturn map[string]any{\n")
	for pkg, p := range []*source.Package{wrapper, m.Package} {
		name := []string{"kratos", "gen"}[pkg]
		for _, typ := range p.Order {
			spec := p.Types[typ]
			if !ast.IsExported(typ) || !composite(p, m, spec) {
				continue
			}
			arguments := ""
			if names := parameters(spec); names != "" {
				arguments = "[" + strings.Repeat("kratos.Session, ", strings.Count(names, ",")) + "kratos.Session]"
			}
			fmt.Fprintf(&b, "%q: new(%s.%s%s),\n", name+"."+typ, name, typ, arguments)
		}
	}
	b.WriteString("}\n}\n")
	return b.String()
}

// composite reports whether a type holds others: it is a struct, a map or a slice, or stands for a
// model that is.
func composite(p *source.Package, m *models, spec *ast.TypeSpec) bool {
	switch typ := spec.Type.(type) {
	case *ast.StructType, *ast.MapType, *ast.ArrayType:
		return true
	case *ast.SelectorExpr:
		_, isStruct := m.Fields(typ.Sel.Name)
		return isStruct
	case *ast.Ident:
		inner := p.Types[typ.Name]
		return inner != nil && composite(p, m, inner)
	}
	return false
}
