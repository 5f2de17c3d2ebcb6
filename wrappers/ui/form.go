package ui

import (
	"bytes"
	"html/template"

	"github.com/kratoskit/kratos-go/internal/redact"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Flow is a flow of any type.
type Flow interface{ Form() kratos.Form }

// Form is the data of form.html.
type Form struct {
	redact.Struct[Form]
	// Notes are the messages that are not errors.
	Notes []Note
	// Errors is the summary of all errors, of the form and its fields.
	Errors []Note
	Groups []*Group
	// Scripts are those of Kratos, which passkeys and security keys need, and Scripted is whether there
	// is a button that calls them.
	Scripts  []Script
	Scripted bool
	t        translator
	layout   *layout
}

// Script is a script of Kratos. Integrity is its hash (https://www.w3.org/TR/SRI/).
type Script struct{ Src, Integrity, Crossorigin, Referrerpolicy, Nonce string }

// Group is the data of group.html: a method, with a form for each thing that it does.
type Group struct {
	redact.Struct[Group]
	Name    string // such as "password"
	Heading string // "" if the page needs none
	Or      string // the word between the main method and the others, before the first of those
	Main    bool   // whether it is the main method of the page
	Forms   []MethodForm
	layout  *layout
}

// Attributes are the class and the mark of a group.
func (g *Group) Attributes() template.HTMLAttr {
	a := new(attributes)
	class := "group group-" + g.Name
	if g.Main {
		class = "main " + class
	}
	a.add("class", class)
	a.add("data-testid", "group/"+g.Name)
	return a.html()
}

// MethodForm is an HTML form. Enter presses its first button.
type MethodForm struct {
	redact.Struct[MethodForm]
	// Attributes are action, method and novalidate: Kratos validates, in the language of the page.
	Attributes template.HTMLAttr
	Fields     []*Field
	l          *layout
}

// HTML renders the nodes of the form, one after the other. A template can render each of Fields
// itself instead.
func (f MethodForm) HTML() (template.HTML, error) {
	return f.l.templates.collect(f.write)
}

// write writes the nodes to a buffer.
func (f *MethodForm) write(w *bytes.Buffer) error {
	for _, field := range f.Fields {
		if err := field.write(w); err != nil {
			return err
		}
	}
	return nil
}

// Text returns a text of the catalogue in the language of the page.
func (f *Form) Text(key string) string { return f.t.text(key) }

// Text returns a text of the catalogue in the language of the page.
func (g *Group) Text(key string) string { return g.layout.t.text(key) }

// HTML renders a group by its template.
func (g *Group) HTML() (template.HTML, error) {
	special := "group-" + g.Name
	if !g.layout.templates.isReplaced(special, "group") {
		return g.layout.templates.collect(g.writeDirectly)
	}
	return g.layout.templates.render(g, special, "group")
}

// layout turns the form of a flow into what the templates show.
type layout struct {
	*Pages
	t        translator
	nonce    string
	settings bool // whether the page has several tasks instead of several ways to do one
	focus    bool // whether the first input gets the focus
	form     kratos.Form
	nodes    []kratos.Node
	elements int // the number of HTML ids so far
	hidden   map[*kratos.Node]*Field
	action   template.HTMLAttr
}

// newForm returns the form of a flow.
func (p *Pages) newForm(form kratos.Form, t translator, nonce string, settings bool) *Form {
	l := &layout{Pages: p, t: t, nonce: nonce, settings: settings, focus: !settings && !form.HasErrors(), form: form, nodes: form.Nodes(), hidden: map[*kratos.Node]*Field{}}
	l.action = l.formAttributes()
	f := &Form{t: t, layout: l}
	for _, m := range form.Messages {
		n := l.note(m)
		if n.Error {
			f.Errors = append(f.Errors, n)
			continue
		}
		f.Notes = append(f.Notes, n)
	}
	f.Groups = l.groups()
	f.Scripts, f.Scripted = l.scripts(), l.isScripted()
	f.addFieldErrors()
	return f
}

// addFieldErrors adds the errors of fields to the summary, each once.
func (f *Form) addFieldErrors() {
	seen := map[string]bool{}
	for _, g := range f.Groups {
		for _, form := range g.Forms {
			for _, field := range form.Fields {
				f.Errors = append(f.Errors, field.summary(seen)...)
			}
		}
	}
}
