package main

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// wrapper is package kratos, whose own types may be made of models.
type wrapper struct {
	*source.Package
	models *models
}

// addressesOnly are structs whose fields are pointers and functions: all that is printed of one is
// addresses. A test of package kratos prints each of them.
var addressesOnly = []string{"Client", "Admin", "Browser", "FlowClient"}

// writeWrapper writes the methods of the exported types that package kratos declares. An alias, and
// a struct that has only a model in it, have those of the model.
func writeWrapper(p *source.Package, m *models) string {
	w := wrapper{p, m}
	var b strings.Builder
	for _, name := range p.Order {
		spec := p.Types[name]
		if !ast.IsExported(name) || spec.Assign.IsValid() || slices.Contains(addressesOnly, name) {
			continue
		}
		if names := w.methodsOf(name); len(names) > 0 {
			methods{receiver: "v " + name + parameters(spec), byHand: p.Methods[name], known: "nil", names: names}.write(&b)
		}
	}
	return b.String()
}

// methodsOf returns which methods a type needs.
func (w wrapper) methodsOf(name string) []string {
	switch typ := w.Types[name].Type.(type) {
	case *ast.StructType:
		if w.isModel(name) || w.isPlain(name) {
			return nil
		}
		return append([]string{"Format"}, w.jsonMethods(name)...)
	case *ast.MapType:
		return []string{"Format", "MarshalJSON"}
	case *ast.ArrayType:
		if w.models.redacted[w.modelOf(source.BaseName(typ))] {
			return []string{"Format", "LogValue"}
		}
		return []string{"Format", "MarshalJSON"}
	}
	return nil // functions and interfaces print no member, and texts are what they are
}

// jsonMethods returns which methods keep the fields of a struct out of the JSON that loggers write.
func (w wrapper) jsonMethods(name string) []string {
	switch {
	case w.Methods[name]["Error"]: // which log/slog knows
		return []string{"MarshalJSON"}
	case hidesJSON(w.Package, name):
		return nil
	case w.Methods[name]["MarshalJSON"], w.isData(name):
		return []string{"LogValue"}
	}
	return []string{"MarshalJSON"}
}

// isData reports whether a struct has a JSON form, or holds values of any type that may have one: it
// is written as Kratos sent it.
func (w wrapper) isData(name string) bool {
	generic := map[string]bool{}
	for _, parameter := range typeParameters(w.Types[name]) {
		generic[parameter] = true
	}
	fields, _ := w.Fields(name)
	for _, f := range fields {
		if f.Tag.Get("json") != "" || generic[source.BaseName(f.Type)] {
			return true
		}
	}
	return false
}

// isModel reports whether a struct has nothing in it but a model, whose methods it has.
func (w wrapper) isModel(name string) bool {
	fields, _ := w.Fields(name)
	return len(fields) == 1 && fields[0].Embedded && w.models.redacted[fields[0].Name]
}

// isPlain reports whether a struct may be printed as it is, since each of its fields may.
func (w wrapper) isPlain(name string) bool {
	fields, _ := w.Fields(name)
	for _, f := range fields {
		if !ast.IsExported(f.Name) || unlogged(f) || !w.isPlainField(f) {
			return false
		}
	}
	return len(fields) > 0
}

// isPlainField reports whether a field is an id, the token of a page, a number, a time, an enum, a
// list of enums, or an error, which is one of the package.
func (w wrapper) isPlainField(f source.Field) bool {
	typ := f.Type
	switch t := typ.(type) {
	case *ast.StarExpr:
		typ = t.X
	case *ast.ArrayType:
		typ = t.Elt
	case *ast.SelectorExpr:
		return source.BaseName(t.X) == "time"
	}
	ident, ok := typ.(*ast.Ident)
	if !ok {
		return false
	}
	switch ident.Name {
	case "string":
		return typ == f.Type && (strings.HasSuffix(f.Name, "ID") || f.Name == "PageToken")
	case "bool", "int", "int64", "error":
		return true
	}
	return len(w.models.Constants[w.modelOf(ident.Name)]) > 0
}

// modelOf returns the model that a name of the wrapper stands for, or "".
func (w wrapper) modelOf(name string) string {
	if spec := w.Types[name]; spec != nil && spec.Assign.IsValid() {
		return source.BaseName(spec.Type)
	}
	return ""
}

// parameters are a generic type's own, as a receiver has them: [F, M].
func parameters(spec *ast.TypeSpec) string {
	if names := typeParameters(spec); len(names) > 0 {
		return "[" + strings.Join(names, ", ") + "]"
	}
	return ""
}

func typeParameters(spec *ast.TypeSpec) (names []string) {
	if spec.TypeParams == nil {
		return nil
	}
	for _, f := range spec.TypeParams.List {
		for _, name := range f.Names {
			names = append(names, name.Name)
		}
	}
	return names
}
