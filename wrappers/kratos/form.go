package kratos

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/kratoskit/kratos-go/gen"
)

// form is what a flow says to the person.
type form struct {
	messages []Message
	nodes    []gen.UINode
}

func formOf(ui gen.UIContainer) form { return form{messages: ui.Messages, nodes: ui.Nodes} }

// refused reports whether the form says that something was wrong with what was entered.
func (f form) refused() bool { return f.errorIDs() != "" }

// errorIDs lists the numbers of the messages that are errors, each with the field it is about: "4000006, password 4000002".
func (f form) errorIDs() string {
	var ids []string
	add := func(field string, messages []Message) {
		for _, m := range messages {
			if m.Type == gen.UITextTypeError {
				ids = append(ids, strings.TrimSpace(printable(field)+" "+strconv.Itoa(m.ID)))
			}
		}
	}
	add("", f.messages)
	for _, n := range f.nodes {
		add(n.Attributes.Name, n.Messages)
	}
	return strings.Join(ids, ", ")
}

func (f form) fieldErrors() map[string][]Message {
	errs := map[string][]Message{}
	for _, n := range f.nodes {
		for _, m := range n.Messages {
			if m.Type == gen.UITextTypeError {
				errs[n.Attributes.Name] = append(errs[n.Attributes.Name], m)
			}
		}
	}
	return errs
}

// csrfToken returns the token that a browser's flow wants back; a native flow has an empty one.
func (f form) csrfToken() string {
	i := slices.IndexFunc(f.nodes, func(n gen.UINode) bool { return n.Attributes.Name == "csrf_token" })
	if i < 0 {
		return ""
	}
	return text(f.nodes[i].Attributes.Value)
}

// text returns the string that a JSON text is, or "" if it is none.
func text(value json.RawMessage) string {
	var s string
	_ = json.Unmarshal(value, &s)
	return s
}
