package main

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// enum is a model with constants, by its names in both packages.
type enum struct {
	name, model string
	constants   []source.Constant
}

// findEnums returns the enums of the API.
func (g *generator) findEnums() (enums []enum) {
	for _, model := range g.models.Order {
		if constants := g.models.Constants[model]; len(constants) > 0 && ast.IsExported(model) {
			enums = append(enums, enum{g.comments.nameOf(model), model, constants})
		}
	}
	slices.SortFunc(enums, func(a, b enum) int { return strings.Compare(a.name, b.name) })
	return enums
}

// writeEnums writes a type for each enum, and a constant for each of its values. All constants are
// in one declaration, of which documentation has one heading.
func (g *generator) writeEnums() (string, error) {
	enums := g.findEnums()
	var types, constants strings.Builder
	for _, e := range enums {
		if err := g.declares(e.name, e.model); err != nil {
			return "", err
		}
		text := g.comments.of(e.name, e.name+" is an enum of the API."+description(g.models, e.model))
		fmt.Fprintf(&types, "%s%s = gen.%s\n", comment(text, fieldCommentWidth), e.name, e.model)
		lines, err := g.constantsOf(e)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&constants, "// Values of %s.\n%s\n", e.name, strings.Join(lines, "\n"))
	}
	if len(enums) == 0 {
		return "", nil
	}
	return "\ntype (\n" + types.String() + ")\n\n" +
		"// Values of the enums. A newer server may send others, which decode and are written again as they\n// are: switch with a default.\n" +
		"const (\n" + constants.String() + ")\n", nil
}

// constantsOf writes the constants of an enum, in the order of their names.
func (g *generator) constantsOf(e enum) (lines []string, err error) {
	for _, c := range e.constants {
		name := g.comments.nameOf(c.Name)
		if name == c.Name {
			name = e.name + strings.TrimPrefix(c.Name, e.model)
		}
		if err := g.declares(name, c.Name); err != nil {
			return nil, err
		}
		lines = append(lines, name+" = gen."+c.Name)
	}
	slices.Sort(lines)
	return lines, nil
}
