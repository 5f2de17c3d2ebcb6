package kratos

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

// Posted is what a page's form sent to the page's own server, as a method of every flow. [Form.Posted] makes it. It holds what
// the person typed.
type Posted map[string]any

// Posted makes the body of a submission of what the form posted: dotted names become objects ("traits.name.first"), and
// checkboxes and numbers values of their own types. Of several values of a field, the last counts. Only fields of the form are
// taken, and those whose names begin with "transient_payload.". The method is that of the button that was pressed, or what the
// field method says. It fails with [ErrInvalid] if the form has no such method, since an unknown one spoils some flows for
// good; if two fields exclude each other ("a" and "a.b"); or if a name has more than 32 parts.
//
//	err := r.ParseForm()
//	body, err := flow.Form().Posted(r.PostForm)
//	step, err := browser.Registration.Submit(ctx, flow, body)
func (f Form) Posted(values url.Values) (Posted, error) {
	const op = "Posted"
	method := values.Get("method")
	if method == "" {
		method = f.pressed(values)
	}
	if method == "" || !f.offers(method) {
		return nil, invalid(op, "the form has no such method, or no button was pressed")
	}
	body := Posted{"method": method}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		var value any
		switch field := f.Field(name); {
		case name == "method", name == "csrf_token":
			continue
		case field != nil:
			value = typed(field.Attributes, values[name])
		case strings.HasPrefix(name, "transient_payload."):
			value = values.Get(name)
		default:
			continue
		}
		path := strings.Split(name, ".")
		if len(path) > deepest {
			return nil, invalid(op, "the name of a field has too many parts")
		}
		if value != nil && !nest(body, path, value) {
			return nil, invalid(op, "two fields of the form exclude each other")
		}
	}
	return body, nil
}

// deepest is how many parts the name of a field has at most.
const deepest = 32

// pressed returns the method of the button that was pressed, for buttons that are not named method: a provider's, for instance.
func (f Form) pressed(values url.Values) string {
	i := slices.IndexFunc(f.Nodes, func(n UINode) bool {
		button := n.Attributes.Type == UIInputTypeSubmit || n.Attributes.Type == UIInputTypeButton
		return button && n.Group != UINodeGroupDefault && slices.Contains(values[n.Attributes.Name], valueText(n.Attributes.Value))
	})
	if i < 0 {
		return ""
	}
	return string(f.Nodes[i].Group)
}

// offers reports whether the form has what sends this method: its button, or fields of its group.
func (f Form) offers(method string) bool {
	return slices.ContainsFunc(f.Nodes, func(n UINode) bool {
		return n.Attributes.Name == "method" && valueText(n.Attributes.Value) == method || n.Group != UINodeGroupDefault && string(n.Group) == method
	})
}

// typed returns what was posted for one input as the type that Kratos expects: that of the value that the form came with, or of
// the input. It is nil for a number that was left empty.
func typed(input gen.UINodeAttributes, values []string) any {
	if len(values) == 0 {
		return nil
	}
	last := values[len(values)-1] // a checkbox comes after the hidden field for where it is not checked
	had := input.Value
	switch {
	case input.Type == UIInputTypeCheckbox, string(had) == "true", string(had) == "false":
		return last == "true" || last == "on" || last == "1"
	case input.Type != UIInputTypeNumber && !isNumber(had):
		return last
	case last == "":
		return nil
	case isNumber([]byte(last)):
		return json.Number(last)
	}
	return last // Kratos says what is wrong with it
}

// isNumber reports whether a text is a number as JSON has them, and not too large for most readers of it.
func isNumber(text []byte) bool {
	_, err := json.Number(text).Float64()
	return err == nil && json.Valid(text)
}

// nest puts value below the names of path, and reports whether there was a place for it.
func nest(body map[string]any, path []string, value any) bool {
	for _, name := range path[:len(path)-1] {
		if body[name] == nil {
			body[name] = map[string]any{}
		}
		inner, ok := body[name].(map[string]any)
		if !ok {
			return false
		}
		body = inner
	}
	last := path[len(path)-1]
	if _, taken := body[last]; taken {
		return false
	}
	body[last] = value
	return true
}

func (p Posted) with(csrf string) any {
	body := map[string]any{}
	maps.Copy(body, p)
	if csrf != "" {
		body["csrf_token"] = csrf
	}
	return body
}

func (p Posted) loginBody(csrf string) any        { return p.with(csrf) }
func (p Posted) settingsBody(csrf string) any     { return p.with(csrf) }
func (p Posted) recoveryBody(csrf string) any     { return p.with(csrf) }
func (p Posted) verificationBody(csrf string) any { return p.with(csrf) }

func (p Posted) registrationBody(csrf string) any {
	if p["screen"] == string(RegistrationScreenPrevious) {
		p = maps.Clone(p)
		p["method"] = methodProfileBack
	}
	return p.with(csrf)
}
