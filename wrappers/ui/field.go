package ui

import (
	"bytes"
	"encoding/json"
	"html/template"
	"strconv"

	"github.com/kratoskit/kratos-go/internal/redact"
	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// Field is the data of the templates of nodes.
type Field struct {
	redact.Struct[Field]
	Node  *kratos.Node
	Label string // in the language of the page
	Notes []Note
	// Attributes are those of the HTML element of an input, button or division, checked by allow-lists.
	Attributes template.HTMLAttr
	// ElementID is the HTML id of an input, TestID the mark of another element.
	ElementID, TestID string
	// Content is the text of a text node, and Codes are backup codes instead.
	Content string
	Codes   []Code
	// Href and Src are URLs, or "" if they are not safe.
	Href, Src string
	invalid   bool
	primary   bool // whether a button submits the main method of a page
	l         *layout
}

// Code is a backup code. Used ones have no Text but the message that they were used.
type Code struct {
	redact.Struct[Code]
	Text string
	Used bool
}

// Note is a message.
type Note struct {
	redact.Struct[Note]
	ID        int
	Text      string
	Error     bool
	Success   bool
	ElementID string // HTML id, which an input is described by
	For       string // in the summary of errors: HTML id of the input
	Label     string // in the summary of errors: that of the input
}

// Is reports whether a node is of a type: "input", "text", "img", "a" or "div".
func (f *Field) Is(nodeType string) bool { return string(f.Node.Type) == nodeType }

// Text returns a text of the catalogue in the language of the page.
func (f *Field) Text(key string) string { return f.l.t.text(key) }

// HTML renders the node by its template.
func (f *Field) HTML() (template.HTML, error) {
	return f.l.templates.collect(f.write)
}

// write writes the node to a buffer.
func (f *Field) write(w *bytes.Buffer) error {
	if f.l.node != nil && isShown(f.Node) {
		if html, ok := f.l.node(*f.Node, f.l.t.chosen.Tag()); ok {
			w.WriteString(string(html))
			return nil
		}
	}
	name := f.template()
	switch name {
	case "":
		return nil
	case "hidden":
		writeTag(w, "<input", f.Attributes)
		return nil
	case "button":
		f.Attributes = f.buttonAttributes()
	}
	special := name + "-" + f.Node.Name + f.Node.ID
	isDirect := name == "button" || name == "input" || name == "image" && f.Node.PNG != ""
	if isDirect && !f.l.templates.isReplaced(special, name) {
		f.writeDirectly(w, name)
		return nil
	}
	return f.l.templates.write(w, f, special, name)
}

// template returns the name of the template, or "" for nodes of an unknown type.
func (f *Field) template() string {
	switch f.Node.Type {
	case kratos.UINodeTypeInput:
		switch {
		case f.Node.Button:
			return "button"
		case f.Node.InputType == kratos.UIInputTypeHidden:
			return "hidden"
		case f.Node.InputType == kratos.UIInputTypeCheckbox:
			return "checkbox"
		}
		return "input"
	case kratos.UINodeTypeText:
		if f.Codes != nil {
			return "codes"
		}
		return "text"
	case kratos.UINodeTypeImage:
		return "image"
	case kratos.UINodeTypeAnchor:
		return "anchor"
	case kratos.UINodeTypeDivision:
		return "division"
	}
	return ""
}

func (l *layout) note(m kratos.Message) Note {
	return Note{ID: m.ID, Text: l.t.message(m), Error: m.Type == kratos.UITextTypeError, Success: m.Type == kratos.UITextTypeSuccess}
}

func (l *layout) fields(nodes []*kratos.Node) []*Field {
	fields := make([]*Field, 0, len(nodes))
	for _, n := range nodes {
		f := l.hidden[n]
		if f == nil {
			f = l.field(n)
		}
		if !isShown(n) {
			l.hidden[n] = f // the same in all forms
		}
		fields = append(fields, f)
	}
	return fields
}

// field returns what the templates show of a node.
func (l *layout) field(n *kratos.Node) *Field {
	l.elements++
	f := &Field{Node: n, ElementID: "field-" + strconv.Itoa(l.elements), primary: n.Name == "method", l: l}
	if isShown(n) {
		f.Label = l.label(n)
	}
	for i, m := range n.Messages {
		note := l.note(m)
		note.ElementID = f.ElementID + "-note-" + strconv.Itoa(i+1)
		f.Notes = append(f.Notes, note)
		f.invalid = f.invalid || note.Error
	}
	switch n.Type {
	case kratos.UINodeTypeInput:
		if !n.Button { // whose attributes depend on its place
			f.TestID = "node/input/" + n.Name
			f.Attributes = l.inputAttributes(f)
		}
	case kratos.UINodeTypeText:
		f.TestID = "node/text/" + n.ID
		f.Content, f.Codes = l.t.message(n.Text), l.codes(n.Text)
	case kratos.UINodeTypeImage:
		f.TestID = "node/image/" + n.ID
		f.Src = safeURL(n.Src)
	case kratos.UINodeTypeAnchor:
		f.TestID = "node/anchor/" + n.ID
		f.Href = safeURL(n.Href)
	case kratos.UINodeTypeDivision:
		f.Attributes = l.divisionAttributes(n)
	}
	return f
}

// label returns the label of a node: that of the catalogue for its name, else its message.
func (l *layout) label(n *kratos.Node) string {
	if n.Name != "" && isShown(n) && !n.Button {
		if label := l.t.optional("field." + n.Name); label != "" {
			return label
		}
	}
	if label := l.t.message(n.Label); label != "" {
		return label
	}
	return n.Name
}

// codes returns the backup codes of a text, or nil if it has none.
func (l *layout) codes(text kratos.Message) (codes []Code) {
	if text.ID != kratos.MessageLookupCodeList {
		return nil
	}
	var context struct {
		Secrets []kratos.Message `json:"secrets"`
	}
	_ = json.Unmarshal(text.Context, &context)
	for _, m := range context.Secrets {
		codes = append(codes, Code{Text: l.t.message(m), Used: m.ID == kratos.MessageLookupCodeUsed})
	}
	return codes
}

// summary returns the errors of a field for the summary, unless the same field was seen before.
func (f *Field) summary(seen map[string]bool) (errors []Note) {
	if seen[f.Node.Name] {
		return nil
	}
	for _, n := range f.Notes {
		if n.Error {
			seen[f.Node.Name] = true
			if f.Node.Type == kratos.UINodeTypeInput && isShown(f.Node) {
				n.For, n.Label = f.ElementID, f.Label
			}
			errors = append(errors, n)
		}
	}
	return errors
}
