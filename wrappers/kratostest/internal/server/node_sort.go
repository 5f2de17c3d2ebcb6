package server

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/kratoskit/kratos-go/wrappers/kratostest/internal/schema"
)

// put replaces the first node with the same name, or adds the node.
func (u *ui) put(n *node) {
	if i := slices.IndexFunc(u.Nodes, func(old *node) bool { return old.name() == n.name() }); i >= 0 {
		u.Nodes[i] = n
		return
	}
	u.add(n)
}

// remove removes the nodes that match.
func (u *ui) remove(matches func(*node) bool) {
	u.Nodes = slices.DeleteFunc(slices.Clone(u.Nodes), matches)
}

// name returns what identifies a node in its form.
func (n *node) name() string {
	if n.Attributes.Name != "" {
		return n.Attributes.Name
	}
	return n.Attributes.ID
}

// clone returns a copy of a node.
func (n *node) clone() *node {
	clone := *n
	return &clone
}

// cloneNodes returns copies of nodes.
func cloneNodes(nodes []*node) []*node {
	var clones []*node
	for _, n := range nodes {
		clones = append(clones, n.clone())
	}
	return clones
}

// sortNodes sorts the form of a registration: by groups, and within a group by the order of the
// schema's fields, with the password after the first of them and the buttons "method" last.
func (s *Server) sortNodes(u *ui, identitySchema *schema.Schema) {
	groups := []string{"default", "code", "password", "profile"}
	group := func(n *node) int { return slices.Index(groups, n.Group) }
	sort.SliceStable(u.Nodes, func(i, j int) bool { return group(u.Nodes[i]) < group(u.Nodes[j]) })
	order := s.keyOrder(identitySchema)
	// Since v25.4.0 nodes of two groups mix, which is not a strict weak ordering: the algorithm of the
	// sort counts.
	sort.SliceStable(u.Nodes, func(i, j int) bool {
		a, b := u.Nodes[i], u.Nodes[j]
		if a.Group != b.Group && !s.mixed(a, b) {
			return false
		}
		if pa, pb := position(a, order), position(b, order); pa != pb {
			return pa < pb
		}
		return fmt.Sprint(a.Attributes.Value) < fmt.Sprint(b.Attributes.Value)
	})
}

// keyOrder returns the beginnings of names in the order of their nodes.
func (s *Server) keyOrder(identitySchema *schema.Schema) []string {
	var order []string
	if s.since("v25.4.0") {
		order = append(order, "csrf_token")
	}
	fields := identitySchema.Fields()
	for i, field := range fields {
		order = append(order, field.Name)
		if i == 0 {
			order = append(order, "password")
		}
	}
	if len(fields) == 0 {
		order = append(order, "password")
	}
	return order
}

// mixed reports whether the nodes of two groups are sorted as those of one.
func (s *Server) mixed(a, b *node) bool {
	in := func(n *node) bool { return n.Group == "default" || n.Group == "password" }
	return s.since("v25.4.0") && in(a) && in(b)
}

// position returns the position of a node within its group.
func position(n *node, order []string) int {
	if n.name() == "method" {
		return len(order) + 1
	}
	if i := slices.IndexFunc(order, func(prefix string) bool { return strings.HasPrefix(n.name(), prefix) }); i >= 0 {
		return i
	}
	return len(order)
}
