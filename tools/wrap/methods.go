package main

import (
	"fmt"
	"go/ast"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// csrfMember is the member that has the CSRF token of a flow, where a method has one.
const csrfMember = "csrf_token"

// method is a type that can be submitted to a flow.
type method struct {
	name, model string
	doc         string
	function    string         // that makes the body
	fields      []source.Field // that the caller sets
	selector    source.Field   // whose value names the method
	token       *source.Field  // for the CSRF token, if there is one
	value       string         // of the selector, as a literal
	byHand      bool           // whether the type is written by hand
	bodyByHand  bool           // whether the function is
}

// setFields divides the fields of the model into those that the caller sets and those that the
// library sets.
func (m *method) setFields(models *source.Package, discriminator string) error {
	fields, _ := models.Fields(m.model)
	found := false
	for _, f := range fields {
		switch f.Key() {
		case discriminator:
			m.selector, found = f, true
		case csrfMember:
			m.token = &f
		default:
			m.fields = append(m.fields, f)
		}
	}
	if !found {
		return fmt.Errorf("it has no member %s, which the discriminator names", discriminator)
	}
	return nil
}

// writeMethods writes the methods of flows: structs that embed what keeps them out of logs.
func (g *generator) writeMethods(flows []flow) string {
	var b strings.Builder
	for _, f := range flows {
		for _, m := range f.methods {
			if m.byHand {
				continue
			}
			fmt.Fprintf(&b, "\n%stype %s struct {\nredacted[%s] // %s\n", comment(m.doc, commentWidth), m.name, m.name, embeddedComment)
			for _, field := range m.fields {
				if text := fieldComment(field, m.fields); text != "" {
					b.WriteString(comment(text, fieldCommentWidth))
				}
				fmt.Fprintf(&b, "%s %s\n", field.Name, source.TypeText(field.Type, g.typeName))
			}
			b.WriteString("}\n" + m.body(g.models))
		}
	}
	return b.String()
}

// embeddedComment says what the embedded struct of a method does.
const embeddedComment = "fmt, slog and json do not write the fields"

// fieldComment returns the comment of a field, in terms of Go: the description of the API names
// members as they are in JSON.
func fieldComment(field source.Field, fields []source.Field) string {
	text := strings.TrimSpace(strings.TrimPrefix(field.Doc, field.Name))
	if rest, isSecret := strings.CutPrefix(text, "Secret: "); isSecret {
		text = field.Name + " is a secret: " + rest
	}
	words := strings.Split(text, "`")
	for i := 1; i < len(words)-1; i += 2 { // what is in backticks
		text := "`" + words[i] + "`"
		for _, f := range fields {
			if f.Key() == words[i] && f.Name != field.Name && isMember(words[i-1], words[i+1]) {
				text = f.Name
			}
		}
		words[i] = text
	}
	return strings.Join(words, "")
}

// isMember reports whether a name between these texts is a member of the body. Others are the name
// of a node or claim, or, where a sentence begins, a value.
func isMember(before, after string) bool {
	next := strings.TrimLeft(after, " ")
	return before != "" && !strings.HasSuffix(before, ". ") && !strings.HasSuffix(before, "node ") &&
		!strings.HasPrefix(next, "node") && !strings.HasPrefix(next, "claim")
}

// body writes the function that makes the body of a method; or, if that is written by hand, the
// function body, which makes a body with another value of the selector.
func (m method) body(models *source.Package) string {
	signature, value := m.function+"(csrf string) any", m.value
	switch {
	case m.bodyByHand && m.token == nil:
		signature, value = "body(method string) gen."+m.model, "method"
	case m.bodyByHand:
		signature, value = "body(method, csrf string) gen."+m.model, "method"
	case m.token == nil:
		signature = m.function + "(string) any"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "gen.%s{\n%s: %s,\n", m.model, m.selector.Name, convert(models, m.selector.Type, value))
	nullable := false
	if m.token != nil {
		if _, nullable = m.token.Type.(*ast.StarExpr); !nullable {
			fmt.Fprintf(&b, "%s: csrf,\n", m.token.Name)
		}
	}
	for _, f := range m.fields {
		fmt.Fprintf(&b, "%[1]s: m.%[1]s,\n", f.Name)
	}
	b.WriteString("}\n")
	statements := "return " + b.String()
	if nullable {
		statements = fmt.Sprintf("body := %sif csrf != \"\" {\nbody.%s = &csrf\n}\nreturn body\n", b.String(), m.token.Name)
	}
	return fmt.Sprintf("\nfunc (m %s) %s {\n%s}\n", m.name, signature, statements)
}

// convert writes a string as a value of the type, which may be an enum and a pointer.
func convert(models *source.Package, typ ast.Expr, value string) string {
	base := typ
	star, isPointer := typ.(*ast.StarExpr)
	if isPointer {
		base = star.X
	}
	if name := source.BaseName(base); models.Types[name] != nil {
		value = fmt.Sprintf("gen.%s(%s)", name, value)
	}
	if isPointer {
		value = "new(" + value + ")"
	}
	return value
}

// writeList writes the methods of each flow, for tests that go through all of them.
func writeList(flows []flow) string {
	var b strings.Builder
	for _, f := range flows {
		list := strings.ToLower(f.name[:1]) + f.name[1:] + "Methods"
		fmt.Fprintf(&b, "\n// %[1]s has a value of each type that can be submitted.\nfunc %[1]s() []kratos.%[2]sMethod {\nreturn []kratos.%[2]sMethod{\n", list, f.name)
		for _, m := range f.methods {
			fmt.Fprintf(&b, "kratos.%s{},\n", m.name)
		}
		b.WriteString("}\n}\n")
	}
	return b.String()
}
