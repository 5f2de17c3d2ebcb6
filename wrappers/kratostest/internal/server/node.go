package server

import (
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/message"
	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// ui is the form of a flow.
type ui struct {
	Action   string            `json:"action"`
	Method   string            `json:"method"`
	Nodes    []*node           `json:"nodes"`
	Messages []message.Message `json:"messages,omitempty"`
}

// node is a field, a button, a text or an image of a form.
type node struct {
	Type       string            `json:"type"`
	Group      string            `json:"group"`
	Attributes attributes        `json:"attributes"`
	Messages   []message.Message `json:"messages"`
	Meta       meta              `json:"meta"`
}

// meta has the label of a node.
type meta struct {
	Label *message.Message `json:"label,omitempty"`
}

// attributes are those of all types of nodes. The members of another type are empty.
type attributes struct {
	Name         string           `json:"name,omitempty"`
	Type         string           `json:"type,omitempty"`
	Value        any              `json:"value,omitempty"`
	Required     bool             `json:"required,omitempty"`
	Autocomplete string           `json:"autocomplete,omitempty"`
	Pattern      string           `json:"pattern,omitempty"`
	MaxLength    int              `json:"maxlength,omitempty"`
	Disabled     *bool            `json:"disabled,omitempty"`
	Text         *message.Message `json:"text,omitempty"`
	Src          string           `json:"src,omitempty"`
	Href         string           `json:"href,omitempty"`
	Title        *message.Message `json:"title,omitempty"`
	ID           string           `json:"id,omitempty"`
	Width        int              `json:"width,omitempty"`
	Height       int              `json:"height,omitempty"`
	NodeType     string           `json:"node_type"`
}

// input returns an input node without a label.
func input(group, name, kind string, value any) *node {
	disabled := false
	return &node{
		Type: "input", Group: group, Messages: []message.Message{},
		Attributes: attributes{Name: name, Type: kind, Value: value, Disabled: &disabled, NodeType: "input"},
	}
}

// submit returns a button that submits a method.
func submitButton(group, name, value string, label int64, context ...any) *node {
	return input(group, name, "submit", value).label(label, context...)
}

// label sets the label.
func (n *node) label(id int64, context ...any) *node {
	m := message.New(id, context...)
	n.Meta.Label = &m
	return n
}

// required makes a field required.
func (n *node) required() *node { n.Attributes.Required = true; return n }

// autocomplete sets the kind of data that a browser can fill in.
func (n *node) autocomplete(kind string) *node { n.Attributes.Autocomplete = kind; return n }

// say adds a message to the form.
func (u *ui) say(id int64, context ...any) {
	u.Messages = append(u.Messages, message.New(id, context...))
}

// sayAt adds a message to the field with a name, which it adds if there is none, or to the form if
// the name is empty.
func (u *ui) sayAt(name string, m message.Message) {
	if name == "" {
		u.Messages = append(u.Messages, m)
		return
	}
	n := u.node(name)
	if n == nil {
		n = input("default", name, "text", nil)
		u.add(n)
	}
	n.Messages = append(n.Messages, m)
}

// node returns the node with a name, or nil. Texts and images have none.
func (u *ui) node(name string) *node {
	for _, n := range u.Nodes {
		if n.Attributes.Name == name && name != "" {
			return n
		}
	}
	return nil
}

// add adds nodes.
func (u *ui) add(nodes ...*node) { u.Nodes = append(u.Nodes, nodes...) }

// clear removes all messages.
func (u *ui) clear() {
	u.Messages = nil
	for _, n := range u.Nodes {
		n.Messages = []message.Message{}
	}
}

// sayAll adds messages to the nodes of their fields.
func (u *ui) sayAll(violations []schema.Violation) {
	for _, v := range violations {
		u.sayAt(v.Field, v.Message)
	}
}

// addCSRF adds the hidden field csrf_token. It is empty in native flows.
func (c *call) addCSRF(f *flow) {
	token := ""
	if f.Type == "browser" {
		token = maskCSRF(c.csrfCookie())
	}
	f.UI.add(input("default", "csrf_token", "hidden", token).required())
}

// putCSRF makes the hidden field csrf_token that of the cookie that the client has now.
func (c *call) putCSRF(f *flow) {
	n := f.UI.node("csrf_token")
	if n == nil {
		c.addCSRF(f)
		return
	}
	if f.Type == "browser" {
		n.Attributes.Value = maskCSRF(c.csrfCookie())
	}
}

// csrfToken returns the value of the field csrf_token.
func (f *flow) csrfToken() string {
	if n := f.UI.node("csrf_token"); n != nil {
		token, _ := n.Attributes.Value.(string)
		return token
	}
	return ""
}
