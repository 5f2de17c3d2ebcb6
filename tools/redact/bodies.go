package main

import (
	"fmt"
	"go/ast"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// writeBodies writes the function wireBody of each body: it converts the body to a type with the
// same members and without MarshalJSON, as which it is sent.
func (m *models) writeBodies(b *strings.Builder) error {
	nested := m.nestedBodies()
	listed := false
	for _, name := range m.Order {
		if !m.bodies[name] || strings.HasSuffix(name, "Params") {
			continue
		}
		members, statements, uses, err := m.wireFields(name)
		if err != nil {
			return err
		}
		listed = listed || uses
		switch {
		case members == nil && !nested[name]:
			fmt.Fprintf(b, "\nfunc (v %[1]s) wireBody() any { type wire %[1]s; return (*wire)(&v) }\n", name)
			continue
		case members == nil:
			fmt.Fprintf(b, "\ntype wire%[1]s %[1]s\n", name)
			statements = []string{fmt.Sprintf("*w = wire%s(*v)", name)}
		default:
			fmt.Fprintf(b, "\ntype wire%s struct {\n%s\n}\n", name, strings.Join(members, "\n"))
		}
		fmt.Fprintf(b, "\nfunc (v *%[1]s) wire(w *wire%[1]s) {\n%[2]s\n}\n", name, strings.Join(statements, "\n"))
		fmt.Fprintf(b, "\nfunc (v %[1]s) wireBody() any {\nvar w wire%[1]s\nv.wire(&w)\nreturn &w\n}\n", name)
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

// nestedBodies returns the bodies that other bodies contain.
func (m *models) nestedBodies() map[string]bool {
	nested := map[string]bool{}
	for name := range m.bodies {
		fields, _ := m.Fields(name)
		for _, f := range fields {
			nested[source.BaseName(m.Resolve(f.Type))] = m.bodies[name]
		}
	}
	return nested
}

// wireFields returns the members of the type that a body is sent as and the statements that set
// them; no members, if no member is a body itself. Each value is written to its place at once, since
// batches are large. uses reports whether there is a list of bodies.
func (m *models) wireFields(name string) (members, statements []string, uses bool, err error) {
	fields, _ := m.Fields(name)
	same := func(name string) string { return name }
	contains := false
	for _, f := range fields {
		typ := m.Resolve(f.Type)
		text, statement := source.TypeText(f.Type, same), fmt.Sprintf("w.%[1]s = v.%[1]s", f.Name)
		if inner := source.BaseName(typ); m.bodies[inner] {
			contains = true
			switch {
			case isNamed(typ):
				text, statement = "wire"+inner, fmt.Sprintf("v.%[1]s.wire(&w.%[1]s)", f.Name)
			case isListOfNamed(typ):
				text, statement, uses = "[]wire"+inner, fmt.Sprintf("w.%[1]s = wireList(v.%[1]s, (*%[2]s).wire)", f.Name, inner), true
			default:
				return nil, nil, false, fmt.Errorf("%s.%s is neither a %s nor a list of them, which this command cannot write", name, f.Name, inner)
			}
		}
		members = append(members, fmt.Sprintf("%s %s `json:%q`", f.Name, text, f.Tag.Get("json")))
		statements = append(statements, statement)
	}
	if !contains {
		return nil, nil, false, nil
	}
	return members, statements, uses, nil
}

func isNamed(typ ast.Expr) bool {
	_, ok := typ.(*ast.Ident)
	return ok
}

func isListOfNamed(typ ast.Expr) bool {
	list, ok := typ.(*ast.ArrayType)
	return ok && isNamed(list.Elt)
}
