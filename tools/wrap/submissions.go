package main

import (
	"fmt"
	"go/ast"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// csrfMember is the member that has the CSRF token of a flow, where a submission has one.
const csrfMember = "csrf_token"

// fill makes the statements that set what a submission does not leave to its caller.
func (s *submission) fill(models *source.Package, union source.Union, schema string) error {
	values := union.ValuesOf(schema)
	if len(values) != 1 {
		return fmt.Errorf("the discriminator maps %d values to it, not one: see api/corrections.yaml", len(values))
	}
	fields, _ := models.Fields(s.model)
	var method, token *source.Field
	for i, f := range fields {
		switch f.Key() {
		case union.Discriminator:
			method = &fields[i]
		case csrfMember:
			token = &fields[i]
		}
	}
	if method == nil {
		return fmt.Errorf("it has no member %s, which the discriminator names", union.Discriminator)
	}
	value := fmt.Sprintf("%q", values[0])
	if star, ok := method.Type.(*ast.StarExpr); ok {
		if name := source.BaseName(star.X); models.Types[name] != nil {
			value = fmt.Sprintf("gen.%s(%s)", name, value)
		}
		value = "new(" + value + ")"
	}
	s.usesToken = token != nil
	if token == nil {
		s.statements = fmt.Sprintf("m.%s = %s", method.Name, value)
		return nil
	}
	s.statements = fmt.Sprintf("m.%s, m.%s = %s, csrf", method.Name, token.Name, value)
	if _, isPointer := token.Type.(*ast.StarExpr); isPointer {
		s.statements = fmt.Sprintf("m.%s = %s\nif csrf != \"\" {\nm.%s = &csrf\n}", method.Name, value, token.Name)
	}
	return nil
}

// writeSubmissions writes the methods of submissions, and the types that the wrapper lacks.
func writeSubmissions(flows []flow) []byte {
	var b strings.Builder
	for _, f := range flows {
		for _, s := range f.submissions {
			if s.doc != "" {
				fmt.Fprintf(&b, "\n%stype %s gen.%s\n", comment(s.doc), s.name, s.model)
			}
			if s.statements == "" {
				continue
			}
			parameter := "string"
			if s.usesToken {
				parameter = "csrf string"
			}
			fmt.Fprintf(&b, "\nfunc (m %s) %s(%s) any {\n%s\nreturn gen.%s(m)\n}\n", s.name, s.method, parameter, s.statements, s.model)
		}
	}
	return file("kratos", "gen", b.String())
}

// writeList writes the submissions of each flow, for tests that go through all of them.
func writeList(flows []flow) []byte {
	var b strings.Builder
	for _, f := range flows {
		list := bodyMethod(f.name)[:len(f.name)] + "Methods"
		fmt.Fprintf(&b, "\n// %[1]s has a value of each type that can be submitted.\nfunc %[1]s() []kratos.%[2]sMethod {\nreturn []kratos.%[2]sMethod{\n", list, f.name)
		for _, s := range f.submissions {
			fmt.Fprintf(&b, "kratos.%s{},\n", s.name)
		}
		b.WriteString("}\n}\n")
	}
	return file("kratos_test", "wrappers/kratos", b.String())
}
