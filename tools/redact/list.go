package main

import (
	"fmt"
	"go/ast"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// writeTest writes a list with a value of each exported struct, map and slice type, for a test that
// looks for secrets in what is printed. The type arguments of generic types are sessions.
func writeTest(wrapper *source.Package, m *models) string {
	var b strings.Builder
	b.WriteString("\n// exportedTypes has a pointer to a value of each struct, map and slice type that the packages export.\n" +
		"func exportedTypes() map[string]any {\nreturn map[string]any{\n")
	for pkg, p := range []*source.Package{wrapper, m.Package} {
		name := []string{"kratos", "gen"}[pkg]
		for _, typ := range p.Order {
			spec := p.Types[typ]
			if !ast.IsExported(typ) || !isComposite(p, m, spec) {
				continue
			}
			arguments := ""
			if n := spec.TypeParams.NumFields(); n > 0 {
				arguments = "[" + strings.Repeat("kratos.Session, ", n-1) + "kratos.Session]"
			}
			fmt.Fprintf(&b, "%q: new(%s.%s%s),\n", name+"."+typ, name, typ, arguments)
		}
	}
	b.WriteString("}\n}\n")
	return b.String()
}

// isComposite reports whether a type is a struct, a map or a slice, or an alias of one.
func isComposite(p *source.Package, m *models, spec *ast.TypeSpec) bool {
	switch typ := spec.Type.(type) {
	case *ast.StructType, *ast.MapType, *ast.ArrayType:
		return true
	case *ast.SelectorExpr:
		_, isStruct := m.Fields(typ.Sel.Name)
		return isStruct
	case *ast.Ident:
		inner := p.Types[typ.Name]
		return inner != nil && isComposite(p, m, inner)
	}
	return false
}
