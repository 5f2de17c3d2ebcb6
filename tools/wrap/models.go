package main

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// writeModels writes the types of package kratos that are models of package gen, with their fields
// in the comment: documentation shows only the name of the model.
func (g *generator) writeModels() (string, error) {
	var b strings.Builder
	for _, text := range g.comments.Models {
		if err := g.writeModel(&b, text, "type %s = gen.%s\n"); err != nil {
			return "", err
		}
	}
	for _, text := range g.comments.Flows { // whose methods are written by hand
		if err := g.writeModel(&b, text, "type %s struct{ gen.%s }\n"); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func (g *generator) writeModel(b *strings.Builder, text, declaration string) error {
	name := firstWord(text)
	model := g.comments.modelOf(name)
	fields, isStruct := g.models.Fields(model)
	if !isStruct {
		return nil // and the comment is unused
	}
	if err := g.declares(name, model); err != nil {
		return err
	}
	g.comments.nameOf(model)
	g.comments.of(name, "") // and the comment is used
	block := "\n\n\t" + strings.Join(g.fieldLines(fields), "\n\t")
	first, rest, hasMore := strings.Cut(text, "\n\n")
	if hasMore {
		rest = "\n\n" + rest
	}
	b.WriteString("\n" + comment(first+block+rest, commentWidth))
	fmt.Fprintf(b, declaration, name, model)
	return nil
}

// fieldLines writes fields as a struct type has them, in few lines: fields of the same type stand
// together, ids and strings first, times last. AdditionalProperties, which many models have, is left
// out.
func (g *generator) fieldLines(fields []source.Field) (lines []string) {
	names := map[string][]string{}
	var types []string
	for _, f := range fields {
		typ := source.TypeText(f.Type, g.typeName)
		switch {
		case f.Name == "AdditionalProperties":
			continue
		case names[typ] == nil:
			types = append(types, typ)
		}
		if f.Name == "ID" {
			names[typ] = slices.Insert(names[typ], 0, f.Name)
			continue
		}
		names[typ] = append(names[typ], f.Name)
	}
	rank := func(typ string) int { return fieldRank(names[typ][0], typ) }
	slices.SortStableFunc(types, func(a, b string) int { return rank(a) - rank(b) })
	const width = commentWidth - len("//") - 8 // of a tab
	for _, typ := range types {
		group := strings.Join(names[typ], ", ") + " " + typ
		if last := len(lines) - 1; last >= 0 && len(lines[last])+len("; ")+len(group) <= width {
			lines[last] += "; " + group
			continue
		}
		words := strings.SplitAfter(group, ", ")
		for i := range words {
			words[i] = strings.TrimSuffix(words[i], " ")
		}
		lines = append(lines, wrapWords(words, width)...)
	}
	return lines
}

// fieldRank says where fields of a type stand, of which name is the first.
func fieldRank(name, typ string) int {
	switch {
	case name == "ID":
		return 0
	case typ == "string":
		return 1
	case typ == "time.Time":
		return 3
	}
	return 2
}

// typeName is what package kratos calls a type of package gen: by the name that it has there, or
// with the name of that package.
func (g *generator) typeName(name string) string {
	if g.models.Types[name] == nil { // predeclared
		return name
	}
	for _, declared := range g.wrapper.Order {
		if spec := g.wrapper.Types[declared]; spec.Assign.IsValid() && aliased(spec) == name {
			return declared
		}
	}
	here := g.comments.nameOf(name)
	if len(g.models.Constants[name]) > 0 || slices.ContainsFunc(g.comments.Models, func(text string) bool { return firstWord(text) == here }) {
		return here
	}
	return "gen." + name
}

// aliased is the name of the model that a type of the wrapper stands for, or "".
func aliased(spec *ast.TypeSpec) string {
	model, ok := spec.Type.(*ast.SelectorExpr)
	if !ok || source.BaseName(model.X) != "gen" {
		return ""
	}
	return model.Sel.Name
}
