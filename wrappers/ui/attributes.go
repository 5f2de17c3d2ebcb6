package ui

import (
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// attributes are those of an HTML element: escaped, in quotes, and with names from the program.
type attributes struct{ strings.Builder }

func (a *attributes) add(name, value string) {
	a.WriteByte(' ')
	a.WriteString(name)
	a.WriteString(`="`)
	_, _ = escaper.WriteString(a, value)
	a.WriteByte('"')
}

// escaper replaces the characters that end a value in quotes, or begin a tag or an entity.
var escaper = strings.NewReplacer(`"`, "&#34;", "'", "&#39;", "&", "&amp;", "<", "&lt;", ">", "&gt;", "\x00", "\ufffd")

// addText adds an attribute unless its value is empty.
func (a *attributes) addText(name, value string) {
	if value != "" {
		a.add(name, value)
	}
}

// addBool adds a boolean attribute.
func (a *attributes) addBool(name string, set bool) {
	if set {
		a.WriteByte(' ')
		a.WriteString(name)
	}
}

func (a *attributes) html() template.HTMLAttr { return template.HTMLAttr(a.String()) }

// formAttributes returns the attributes of the forms.
func (l *layout) formAttributes() template.HTMLAttr {
	action, method := safeURL(l.form.Action), "post"
	if action == "" {
		action = "#"
	}
	if strings.EqualFold(l.form.Method, "get") {
		method = "get"
	}
	a := new(attributes)
	a.add("action", action)
	a.add("method", method)
	a.addBool("novalidate", true)
	return a.html()
}

// inputTypes are those of inputs; others are shown as text.
var inputTypes = []kratos.UIInputType{
	kratos.UIInputTypeText, kratos.UIInputTypePassword, kratos.UIInputTypeEmail, kratos.UIInputTypeTel, kratos.UIInputTypeURL,
	kratos.UIInputTypeNumber, kratos.UIInputTypeDate, kratos.UIInputTypeDatetimeLocal, kratos.UIInputTypeCheckbox, kratos.UIInputTypeHidden,
}

// inputAttributes returns the attributes of an input that is not a button.
func (l *layout) inputAttributes(f *Field) template.HTMLAttr {
	n := f.Node
	a := new(attributes)
	a.Grow(192)
	switch {
	case n.InputType == kratos.UIInputTypeHidden:
		a.add("type", "hidden")
		a.add("name", n.Name)
		a.add("value", n.Value)
		a.addText("data-init", trigger(n.Onload))
		return a.html()
	case n.InputType == kratos.UIInputTypeCheckbox:
		a.add("type", "checkbox")
		a.add("name", n.Name)
		a.add("value", "true")
		a.addBool("checked", n.Checked)
	default:
		l.addTextInput(a, n)
	}
	a.add("id", f.ElementID)
	a.add("data-testid", "field/"+n.Name)
	a.addBool("required", n.Required)
	a.addBool("disabled", n.Disabled)
	if f.invalid {
		a.add("aria-invalid", "true")
	}
	a.addText("aria-describedby", f.describedBy())
	if l.focus && !n.Disabled && n.Value == "" {
		a.addBool("autofocus", true)
		l.focus = false
	}
	return a.html()
}

var autocompleteSyntax = regexp.MustCompile(`^[a-z][a-z -]*$`)

func (l *layout) addTextInput(a *attributes, n *kratos.Node) {
	inputType, autocomplete := n.InputType, string(n.Autocomplete)
	if !slices.Contains(inputTypes, inputType) {
		inputType = kratos.UIInputTypeText
	}
	if !autocompleteSyntax.MatchString(autocomplete) {
		autocomplete = ""
	}
	a.add("type", string(inputType))
	a.add("name", n.Name)
	a.add("value", n.Value)
	if n.Name == "code" || n.Name == "totp_code" {
		a.add("inputmode", "numeric")
		if autocomplete == "" {
			autocomplete = "one-time-code"
		}
	}
	a.addText("autocomplete", autocomplete)
	a.addText("pattern", n.Pattern)
	if n.MaxLength > 0 {
		a.add("maxlength", strconv.FormatInt(n.MaxLength, 10))
	}
	a.addText("data-init", trigger(n.Onload))
}

// buttonAttributes returns the attributes of a button. It submits its form also if it calls a
// function of Kratos' script, so that Enter presses it.
func (f *Field) buttonAttributes() template.HTMLAttr {
	n := f.Node
	a := new(attributes)
	a.Grow(192)
	a.add("type", "submit")
	a.add("name", n.Name)
	a.add("value", n.Value)
	switch {
	case isRemoval(n.Name):
		a.add("class", "danger")
	case f.primary:
		a.add("class", "primary")
	default:
		a.add("class", "secondary")
	}
	mark := "field/" + n.Name
	if trigger(n.Onclick) == "" { // else the value is data for the function
		mark += "/" + n.Value
	}
	a.add("data-testid", mark)
	a.addText("data-trigger", trigger(n.Onclick))
	a.addText("data-init", trigger(n.Onload))
	a.addBool("disabled", n.Disabled)
	if len(f.Notes) > 0 {
		a.add("id", f.ElementID)
		a.add("aria-describedby", f.describedBy())
	}
	return a.html()
}

// describedBy returns the HTML ids of the messages of an input.
func (f *Field) describedBy() string {
	if len(f.Notes) == 0 {
		return ""
	}
	ids := make([]string, len(f.Notes))
	for i, n := range f.Notes {
		ids[i] = n.ElementID
	}
	return strings.Join(ids, " ")
}

// triggerSyntax is that of the functions of Kratos' script.
var triggerSyntax = regexp.MustCompile(`^ory[A-Za-z]+$`)

func trigger(t kratos.UITrigger) string {
	if t != "" && triggerSyntax.MatchString(string(t)) {
		return string(t)
	}
	return ""
}

var (
	classSyntax = regexp.MustCompile(`^[A-Za-z][\w -]*$`)
	dataSyntax  = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	ownData     = []string{"testid", "trigger", "init", "copy", "copied", "print"}
)

// divisionAttributes returns the attributes of a division, which kratos.Node lacks: a script, such
// as that of a captcha, finds the element by them.
func (l *layout) divisionAttributes(n *kratos.Node) template.HTMLAttr {
	a := new(attributes)
	a.add("data-testid", "node/div/"+n.ID)
	a.addText("id", n.ID)
	for i := range l.nodes {
		if &l.nodes[i] != n {
			continue
		}
		division := &l.form.UIContainer.Nodes[i].Attributes
		if classSyntax.MatchString(division.Class) {
			a.add("class", division.Class)
		}
		for _, name := range slices.Sorted(maps.Keys(division.Data)) {
			if dataSyntax.MatchString(name) && !slices.Contains(ownData, name) {
				a.add("data-"+name, division.Data[name])
			}
		}
	}
	return a.html()
}
