package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"strings"
)

// writeBodies writes the types that request bodies are converted to before they are sent: the same
// members, without MarshalJSON.
func (m *models) writeBodies(b *bytes.Buffer) error {
	listed := false
	for _, name := range m.order {
		if !m.bodies[name] || strings.HasSuffix(name, "Params") {
			continue
		}
		uses, err := m.writeBody(b, name)
		if err != nil {
			return err
		}
		listed = listed || uses
	}
	if listed {
		b.WriteString(`
func wireList[T, W any](list []T, wire func(T) W) []W {
	if list == nil {
		return nil
	}
	out := make([]W, len(list))
	for i, v := range list {
		out[i] = wire(v)
	}
	return out
}
`)
	}
	return nil
}

// writeBody writes one type, and reports whether it has a list of others.
func (m *models) writeBody(b *bytes.Buffer, name string) (listed bool, err error) {
	fields, _ := m.fields(name)
	var members, values []string
	nested := false
	for _, f := range fields {
		typ, value := m.resolve(f.typ), "v."+f.name
		text := typeText(f.typ)
		if inner := baseName(typ); m.bodies[inner] {
			nested = true
			switch typ := typ.(type) {
			case *ast.Ident:
				text, value = "wire"+inner, value+".wire()"
			case *ast.ArrayType:
				if _, direct := typ.Elt.(*ast.Ident); !direct {
					return false, fmt.Errorf("%s.%s is a list of lists or pointers, which this command cannot write", name, f.name)
				}
				text, value, listed = "[]wire"+inner, fmt.Sprintf("wireList(%s, %s.wire)", value, inner), true
			default:
				return false, fmt.Errorf("%s.%s is a pointer or map, which this command cannot write", name, f.name)
			}
		}
		members = append(members, fmt.Sprintf("%s %s `json:%q`", f.name, text, f.tag.Get("json")))
		values = append(values, value)
	}
	fmt.Fprintf(b, "\n// wire%[1]s is %[1]s as it is sent.\n", name)
	if nested {
		fmt.Fprintf(b, "type wire%s struct {\n%s\n}\n", name, strings.Join(members, "\n"))
		fmt.Fprintf(b, "\nfunc (v %[1]s) wire() wire%[1]s {\nreturn wire%[1]s{\n%[2]s,\n}\n}\n", name, strings.Join(values, ",\n"))
	} else {
		fmt.Fprintf(b, "type wire%[1]s %[1]s\n\nfunc (v %[1]s) wire() wire%[1]s { return wire%[1]s(v) }\n", name)
	}
	fmt.Fprintf(b, "\nfunc (v %s) wireBody() any { return v.wire() }\n", name)
	return listed, nil
}

// typeText writes a type of package gen.
func typeText(typ ast.Expr) string {
	switch typ := typ.(type) {
	case *ast.Ident:
		return typ.Name
	case *ast.StarExpr:
		return "*" + typeText(typ.X)
	case *ast.ArrayType:
		return "[]" + typeText(typ.Elt)
	case *ast.MapType:
		return "map[" + typeText(typ.Key) + "]" + typeText(typ.Value)
	case *ast.SelectorExpr:
		return typeText(typ.X) + "." + typ.Sel.Name
	case *ast.InterfaceType:
		return "any"
	}
	return fmt.Sprintf("%T", typ) // does not compile
}
