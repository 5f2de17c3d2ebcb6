package ui

import (
	"bytes"
	"html/template"
	"strconv"
)

// Groups, inputs, buttons and the image of a secret are most of a form. They are written without html/template unless
// their templates are replaced: a page with many methods takes half the time.

// writeDirectly writes what group.html does.
func (g *Group) writeDirectly(w *bytes.Buffer) error {
	if g.Or != "" {
		w.WriteString(`<p class="or"><span>`)
		writeText(w, g.Or)
		w.WriteString("</span></p>")
	}
	writeTag(w, "\n<section", g.Attributes())
	if g.Heading != "" {
		w.WriteString("<h2>")
		writeText(w, g.Heading)
		w.WriteString("</h2>")
	}
	for i := range g.Forms {
		writeTag(w, "\n<form", g.Forms[i].Attributes)
		if err := g.Forms[i].write(w); err != nil {
			return err
		}
		w.WriteString("</form>")
	}
	w.WriteString("\n</section>")
	return nil
}

// writeDirectly writes what button.html, input.html, or image.html for a PNG image does.
func (f *Field) writeDirectly(w *bytes.Buffer, name string) {
	switch name {
	case "image":
		a := new(attributes)
		a.add("data-testid", f.TestID)
		a.add("src", "data:image/png;base64,"+f.Node.PNG)
		if f.Node.Width != 0 {
			a.add("width", strconv.FormatInt(f.Node.Width, 10))
		}
		if f.Node.Height != 0 {
			a.add("height", strconv.FormatInt(f.Node.Height, 10))
		}
		a.add("alt", f.Label)
		writeTag(w, "<figure class=\"image\">\n<img", a.html())
		w.WriteString("\n</figure>")
		return
	case "button":
		writeTag(w, "<button", f.Attributes)
		writeText(w, f.Label)
		w.WriteString("</button>")
		f.writeNotes(w)
		return
	}
	w.WriteString(`<div class="field" data-testid="`)
	writeText(w, f.TestID)
	w.WriteString("\">\n<label><span>")
	writeText(w, f.Label)
	writeTag(w, "</span><input", f.Attributes)
	w.WriteString("</label>")
	f.writeNotes(w)
	w.WriteString("\n</div>")
}

// writeTag writes a tag with attributes.
func writeTag(w *bytes.Buffer, begin string, attributes template.HTMLAttr) {
	w.WriteString(begin)
	w.WriteString(string(attributes))
	w.WriteByte('>')
}

// writeNotes writes the messages of an input or button.
func (f *Field) writeNotes(w *bytes.Buffer) {
	for _, n := range f.Notes {
		class := "hint"
		if n.Error {
			class = "error"
		}
		a := new(attributes)
		a.add("id", n.ElementID)
		a.add("class", class)
		a.add("data-testid", "ui/message/"+strconv.Itoa(n.ID))
		writeTag(w, "<p", a.html())
		writeText(w, n.Text)
		w.WriteString("</p>")
	}
}

// writeText writes text of an element, or of an attribute in quotes.
func writeText(w *bytes.Buffer, text string) { _, _ = escaper.WriteString(w, text) }
