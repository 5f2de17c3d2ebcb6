package main

import (
	"fmt"
	"go/ast"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// enum is a model with constants, by its names in both packages.
type enum struct {
	name, model string
	constants   []source.Constant
	declared    bool // by hand
}

// writeEnums writes a constant of the wrapper for each constant of a model, in the order in which
// the wrapper declares the types.
func writeEnums(models, wrapper *source.Package) ([]byte, error) {
	var b strings.Builder
	for _, e := range findEnums(models, wrapper) {
		if !e.declared {
			if wrapper.Declared[e.name] {
				return nil, fmt.Errorf("package kratos has another %s than gen: give the enum another name in api/golang.yaml, or declare a type for it", e.name)
			}
			fmt.Fprintf(&b, "\n%stype %s = gen.%s\n", comment(e.name+" is an enum of the API."+description(models, e.model)), e.name, e.model)
		}
		fmt.Fprintf(&b, "\n// Values of [%s].\nconst (\n", e.name)
		for _, c := range e.constants {
			name := e.name + strings.TrimPrefix(c.Name, e.model)
			if wrapper.Declared[name] {
				return nil, fmt.Errorf("package kratos has another %s than the value of the enum %s: give it another name in api/golang.yaml, or declare the constants", name, e.name)
			}
			fmt.Fprintf(&b, "%s = gen.%s\n", name, c.Name)
		}
		b.WriteString(")\n")
	}
	return file("kratos", "gen", b.String()), nil
}

// findEnums returns the enums whose constants are to be written: all but those of which the wrapper
// declares a constant itself, under a name that it chooses.
func findEnums(models, wrapper *source.Package) (enums []enum) {
	aliased := map[string]bool{}
	add := func(e enum) {
		e.constants = models.Constants[e.model]
		byHand := false
		for _, c := range e.constants {
			byHand = byHand || wrapper.Selected[c.Name]
		}
		if len(e.constants) > 0 && ast.IsExported(e.model) && !aliased[e.model] && !byHand {
			enums = append(enums, e)
		}
		aliased[e.model] = true
	}
	for _, name := range wrapper.Order {
		if model := modelOf(wrapper.Types[name]); model != "" && wrapper.Types[name].Assign.IsValid() {
			add(enum{name: name, model: model, declared: true})
		}
	}
	for _, model := range models.Order {
		add(enum{name: model, model: model})
	}
	return enums
}

// modelOf returns the name of the model that a type of the wrapper is declared as, or "".
func modelOf(spec *ast.TypeSpec) string {
	model, ok := spec.Type.(*ast.SelectorExpr)
	if !ok || source.BaseName(model.X) != "gen" {
		return ""
	}
	return model.Sel.Name
}
