package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// writeBodies writes the types that request bodies are converted to before they are sent: the same
// members, without MarshalJSON.
func (m *models) writeBodies(b *bytes.Buffer) error {
	listed := false
	for _, name := range m.Order {
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
func wireList[T, W any](list []T, wire func(*T, *W)) []W {
	if list == nil {
		return nil
	}
	out := make([]W, len(list))
	for i := range list {
		wire(&list[i], &out[i])
	}
	return out
}
`)
	}
	return nil
}

// writeBody writes one type, and reports whether it has a list of others. Values are written to
// where they are to be, as batches of them are large.
func (m *models) writeBody(b *bytes.Buffer, name string) (listed bool, err error) {
	fields, _ := m.Fields(name)
	var members, steps []string
	nested := false
	for _, f := range fields {
		typ := m.Resolve(f.Type)
		text, step := typeText(f.Type), fmt.Sprintf("w.%[1]s = v.%[1]s", f.Name)
		if inner := source.BaseName(typ); m.bodies[inner] {
			nested = true
			switch {
			case isNamed(typ):
				text, step = "wire"+inner, fmt.Sprintf("v.%[1]s.wire(&w.%[1]s)", f.Name)
			case isListOfNamed(typ):
				text, step, listed = "[]wire"+inner, fmt.Sprintf("w.%[1]s = wireList(v.%[1]s, (*%[2]s).wire)", f.Name, inner), true
			default:
				return false, fmt.Errorf("%s.%s is neither a %s nor a list of them, which this command cannot write", name, f.Name, inner)
			}
		}
		members = append(members, fmt.Sprintf("%s %s `json:%q`", f.Name, text, f.Tag.Get("json")))
		steps = append(steps, step)
	}
	fmt.Fprintf(b, "\n// wire%[1]s is %[1]s as it is sent.\n", name)
	if nested {
		fmt.Fprintf(b, "type wire%s struct {\n%s\n}\n", name, strings.Join(members, "\n"))
	} else {
		fmt.Fprintf(b, "type wire%[1]s %[1]s\n", name)
		steps = []string{fmt.Sprintf("*w = wire%s(*v)", name)}
	}
	fmt.Fprintf(b, "\nfunc (v *%[1]s) wire(w *wire%[1]s) {\n%[2]s\n}\n", name, strings.Join(steps, "\n"))
	fmt.Fprintf(b, "\nfunc (v %[1]s) wireBody() any {\nvar w wire%[1]s\nv.wire(&w)\nreturn &w\n}\n", name)
	return listed, nil
}

func isNamed(typ ast.Expr) bool {
	_, ok := typ.(*ast.Ident)
	return ok
}

func isListOfNamed(typ ast.Expr) bool {
	list, ok := typ.(*ast.ArrayType)
	return ok && isNamed(list.Elt)
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
