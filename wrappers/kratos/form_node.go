package kratos

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Node is an element of a form, for html/template.
type Node struct {
	redacted[Node]             // fmt, slog and json do not write the fields
	Type           UINodeType  // of the element: input, text, img, a or script
	Group          UINodeGroup // the method that it belongs to; "default" means every method
	ID             string      // HTML id; inputs have none
	Label          Message     // caption, or text of an anchor; zero if there is none
	Messages       []Message   // about the input, such as what is wrong with its value
	// Inputs. Value is a string as it is, or a number or boolean as JSON; it can be a secret.
	InputType    UIInputType
	Name         string
	Value        string
	Checked      bool // a checkbox whose value is true
	Button       bool // an input of the type submit or button
	Required     bool
	Disabled     bool
	Autocomplete UIAutocomplete
	Pattern      string // regular expression, in the syntax of HTML
	MaxLength    int64  // in characters; 0 if there is no limit
	// Onclick and Onload name functions of Kratos' script, such as oryPasskeyLogin, to be called
	// when the input is clicked, and when the page has loaded.
	Onclick UITrigger
	Onload  UITrigger
	// Text is the content of a text, which can be a secret.
	Text Message
	// Images. For a Src that is a data URL of a PNG image, which html/template does not write, PNG
	// has the image in Base64: <img src="data:image/png;base64,{{.PNG}}">.
	Src    string
	PNG    string
	Width  int64 // in pixels
	Height int64 // in pixels
	// Href is the URL of an anchor.
	Href string
	// Scripts, whose URL is Src. Integrity is their hash, and Nonce that of Kratos' own content
	// security policy.
	ScriptType     string // media type
	Integrity      string
	Crossorigin    string
	Referrerpolicy string
	Nonce          string
	Async          bool
}

// newNode returns a node of a form as a Node.
func newNode(n *UINode) Node {
	a := &n.Attributes
	node := Node{
		Type: n.Type, Group: n.Group, ID: a.ID, Messages: n.Messages,
		InputType: a.Type, Name: a.Name, Value: valueText(a.Value), Button: isButton(n), Required: a.Required, Disabled: a.Disabled,
		Autocomplete: a.Autocomplete, Pattern: a.Pattern, MaxLength: a.Maxlength, Onclick: a.OnclickTrigger, Onload: a.OnloadTrigger,
		Src: a.Src, PNG: pngContent(a.Src), Width: a.Width, Height: a.Height, Href: a.Href,
		Integrity: a.Integrity, Crossorigin: a.Crossorigin, Referrerpolicy: a.Referrerpolicy, Nonce: a.Nonce, Async: a.Async,
	}
	node.Checked = a.Type == UIInputTypeCheckbox && node.Value == "true"
	if n.Type == UINodeTypeScript {
		node.InputType, node.ScriptType = "", string(a.Type)
	}
	for _, label := range []*Message{n.Meta.Label, a.Label, a.Title} {
		if label != nil {
			node.Label = *label
			break
		}
	}
	if a.Text != nil {
		node.Text = *a.Text
	}
	return node
}

// pngContent returns the content of a data URL of a PNG image, as Base64.
func pngContent(src string) string {
	content, ok := strings.CutPrefix(src, "data:image/png;base64,")
	if !ok || strings.ContainsAny(content, "\r\n") { // which package base64 skips
		return ""
	}
	if _, err := base64.StdEncoding.DecodeString(content); err != nil {
		return ""
	}
	return content
}

// isVisible reports whether a node is visible on a page.
func isVisible(n *UINode) bool {
	return n.Type != UINodeTypeScript && n.Attributes.Type != UIInputTypeHidden
}

// Nodes returns the elements of the form, in order.
func (f Form) Nodes() []Node {
	nodes := make([]Node, len(f.UIContainer.Nodes))
	for i := range nodes {
		nodes[i] = newNode(&f.UIContainer.Nodes[i])
	}
	return nodes
}

// Group returns the elements of a method, in order.
func (f Form) Group(group UINodeGroup) []Node {
	return f.nodes(func(n *UINode) bool { return n.Group == group })
}

// Shared returns the elements that every method needs, hidden inputs included.
func (f Form) Shared() []Node {
	groups := f.Groups()
	return f.nodes(func(n *UINode) bool {
		state := n.Type == UINodeTypeInput && n.Attributes.Name != "method" && !slices.Contains(groups, n.Group)
		return n.Group == UINodeGroupDefault || state
	})
}

// Groups returns the methods, each for an HTML form with [Form.Shared].
func (f Form) Groups() []UINodeGroup {
	var groups []UINodeGroup
	for i := range f.UIContainer.Nodes {
		n := &f.UIContainer.Nodes[i]
		if n.Group != UINodeGroupDefault && isVisible(n) && !slices.Contains(groups, n.Group) {
			groups = append(groups, n.Group)
		}
	}
	return groups
}

// Field returns the first input with this name, or nil.
func (f Form) Field(name string) *Node {
	if n := f.input(name); n != nil {
		node := newNode(n)
		return &node
	}
	return nil
}

// nodes returns the elements that match, in their order.
func (f Form) nodes(match func(*UINode) bool) []Node {
	var nodes []Node
	for i := range f.UIContainer.Nodes {
		if n := &f.UIContainer.Nodes[i]; match(n) {
			nodes = append(nodes, newNode(n))
		}
	}
	return nodes
}

// input returns the first input with this name, or nil.
func (f Form) input(name string) *UINode {
	for i := range f.UIContainer.Nodes {
		if n := &f.UIContainer.Nodes[i]; n.Type == UINodeTypeInput && n.Attributes.Name == name {
			return n
		}
	}
	return nil
}
