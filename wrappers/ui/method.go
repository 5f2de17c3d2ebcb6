package ui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// order is that of the methods on a page.
var order = []kratos.UINodeGroup{
	kratos.UINodeGroupDefault, kratos.UINodeGroupProfile, kratos.UINodeGroupIdentifierFirst, kratos.UINodeGroupPassword, kratos.UINodeGroupTOTP,
	kratos.UINodeGroupCode, kratos.UINodeGroupLink, kratos.UINodeGroupPasskey, kratos.UINodeGroupWebAuthn, kratos.UINodeGroupLookupSecret,
	kratos.UINodeGroupOIDC, kratos.UINodeGroupSAML,
}

// method has the nodes of a group.
type method struct {
	name   kratos.UINodeGroup
	nodes  []*kratos.Node
	inputs bool // whether a person enters something
	rank   int
}

// groups returns the methods. What they share, such as the identifier, is in the form of the main
// method, together with the buttons of methods that need only that.
func (l *layout) groups() []*Group {
	methods, shared := l.methods()
	visible := slices.ContainsFunc(shared, func(n *kratos.Node) bool { return isEntered(n) })
	if len(methods) == 0 {
		if !visible && !slices.ContainsFunc(shared, isShown) {
			return nil
		}
		methods = []*method{{name: kratos.UINodeGroupDefault}}
	}
	hidden := slices.DeleteFunc(slices.Clone(shared), isShown)
	main := slices.IndexFunc(methods, func(m *method) bool { return m.inputs })
	main = max(main, 0)
	if main > 0 && methods[main].rank < len(order) {
		methods[0], methods[main] = methods[main], methods[0]
		slices.SortStableFunc(methods[1:], func(a, b *method) int { return cmp.Compare(a.rank, b.rank) })
	}
	headed := l.settings || slices.ContainsFunc(methods[1:], func(m *method) bool { return m.inputs })
	var groups []*Group
	for i, m := range methods {
		switch {
		case i == 0:
			groups = append(groups, l.group(m, shared, hidden, headed))
			groups[0].Main = true
		case visible && !m.inputs && !m.standsAlone():
			form := &groups[0].Forms[0]
			form.Fields = append(form.Fields, secondary(l.fields(m.nodes))...)
		case visible && m.inputs:
			groups = append(groups, l.group(m, shared, hidden, headed))
		default:
			groups = append(groups, l.group(m, hidden, hidden, headed))
		}
	}
	if headed || len(groups) < 2 {
		return groups
	}
	first := slices.IndexFunc(methods, func(m *method) bool { return string(m.name) == groups[1].Name })
	if !methods[first].isNavigation() {
		groups[1].Or = l.t.text("or")
	}
	for _, g := range groups[1:] {
		for _, form := range g.Forms {
			secondary(form.Fields)
		}
	}
	return groups
}

// secondary marks buttons that are not those of the main method.
func secondary(fields []*Field) []*Field {
	for _, f := range fields {
		f.primary = false
	}
	return fields
}

// methods returns the methods in order, and the nodes that they share.
func (l *layout) methods() (methods []*method, shared []*kratos.Node) {
	names := slices.DeleteFunc(l.form.Groups(), func(g kratos.UINodeGroup) bool { return g == kratos.UINodeGroupCaptcha })
	for _, name := range names {
		methods = append(methods, &method{name: name})
	}
	for i := range l.nodes {
		n := &l.nodes[i]
		switch m := slices.Index(names, n.Group); {
		case n.Type == kratos.UINodeTypeScript:
		case m >= 0:
			methods[m].nodes = append(methods[m].nodes, n)
			methods[m].inputs = methods[m].inputs || isEntered(n)
		case n.Group == kratos.UINodeGroupDefault, n.Group == kratos.UINodeGroupCaptcha, n.Type == kratos.UINodeTypeInput && n.Name != "method":
			shared = append(shared, n)
		}
	}
	for _, m := range methods {
		m.rank = slices.Index(order, m.name)
		if m.rank < 0 || m.isNavigation() {
			m.rank = len(order)
		}
	}
	slices.SortStableFunc(methods, func(a, b *method) int { return cmp.Compare(a.rank, b.rank) })
	return methods, shared
}

// isNavigation reports whether the method only leads to another screen.
func (m *method) isNavigation() bool {
	return !slices.ContainsFunc(m.nodes, func(n *kratos.Node) bool { return isShown(n) && n.Name != "screen" })
}

// standsAlone reports whether the method needs nothing of what methods share: providers, and
// passkeys at a login.
func (m *method) standsAlone() bool {
	return m.name == kratos.UINodeGroupOIDC || m.name == kratos.UINodeGroupSAML || m.isNavigation() ||
		slices.ContainsFunc(m.nodes, func(n *kratos.Node) bool { return n.Name == "passkey_login" })
}

// isShown reports whether a node is visible.
func isShown(n *kratos.Node) bool {
	return n.Type != kratos.UINodeTypeScript && n.InputType != kratos.UIInputTypeHidden
}

// isEntered reports whether a node is an input that a person fills in.
func isEntered(n *kratos.Node) bool {
	return n.Type == kratos.UINodeTypeInput && isShown(n) && !n.Button
}

// group returns a method with what it shares. Buttons that remove something are forms of their own,
// so that Enter in a field never presses them.
func (l *layout) group(m *method, shared, hidden []*kratos.Node, headed bool) *Group {
	g := &Group{Name: string(m.name), layout: l}
	if headed {
		g.Heading = l.t.optional("group." + g.Name)
	}
	var nodes []*kratos.Node
	var removals []*kratos.Node
	for _, n := range m.nodes {
		if n.Button && isRemoval(n.Name) {
			removals = append(removals, n)
			continue
		}
		nodes = append(nodes, n)
	}
	if slices.ContainsFunc(nodes, isShown) || len(removals) == 0 {
		g.Forms = append(g.Forms, l.methodForm(shared, nodes))
	}
	for _, n := range removals {
		g.Forms = append(g.Forms, l.methodForm(hidden, []*kratos.Node{n}))
	}
	return g
}

func isRemoval(name string) bool {
	return name == "unlink" || strings.HasSuffix(name, "_unlink") || strings.HasSuffix(name, "_remove") || strings.HasSuffix(name, "_disable")
}

// methodForm returns a form. The button that submits the method is its first one.
func (l *layout) methodForm(shared, nodes []*kratos.Node) MethodForm {
	f := MethodForm{Attributes: l.action, l: l}
	inputs := slices.Concat(shared, nodes)
	slices.SortStableFunc(inputs, func(a, b *kratos.Node) int { return cmp.Compare(buttonRank(a), buttonRank(b)) })
	f.Fields = l.fields(inputs)
	return f
}

func buttonRank(n *kratos.Node) int {
	switch {
	case !n.Button:
		return 0
	case n.Name == "method":
		return 1
	}
	return 2
}
