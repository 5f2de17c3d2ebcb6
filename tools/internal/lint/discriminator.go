package lint

import (
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// discriminator makes sure that a value of the discriminating property leads to each alternative,
// and to nothing else.
func (r *ruler) discriminator(n *yaml.Node, where string) {
	d := node.Member(n, "discriminator")
	if d == nil {
		return
	}
	property := node.Value(node.Member(d, "propertyName"))
	if property == "" {
		r.found(where+"/discriminator", "has no propertyName")
		return
	}
	var members []string
	for _, alternative := range node.Items(node.FirstOf(node.Member(n, "oneOf"), node.Member(n, "anyOf"))) {
		ref := node.Ref(alternative)
		if ref == "" {
			r.found(where, "has an alternative without a name, which no discriminator can lead to")
			continue
		}
		members = append(members, ref)
	}
	if len(members) == 0 {
		r.found(where, "has a discriminator, and no alternatives")
		return
	}
	targets := node.Member(d, "mapping")
	values := map[string][]string{}
	for _, value := range node.Keys(targets) {
		ref := node.Value(node.Member(targets, value))
		values[ref] = append(values[ref], value)
		if !slices.Contains(members, ref) {
			r.found(where+"/discriminator", "%s leads to %s, which is no alternative", value, ref)
		}
	}
	for _, ref := range members {
		if len(values[ref]) == 0 {
			r.found(where+"/discriminator", "no value leads to %s", ref)
			continue
		}
		r.variant(node.Resolve(r.top, ref), property, values[ref], ref)
	}
}

// variant looks at the property by which a discriminator knows an alternative.
func (r *ruler) variant(n *yaml.Node, property string, values []string, where string) {
	if n == nil || node.Member(n, "allOf") != nil {
		return
	}
	p := node.Member(node.Member(n, "properties"), property)
	if p == nil {
		r.found(where, "lacks the property %s, by which a discriminator knows it", property)
		return
	}
	if !slices.ContainsFunc(node.Items(node.Member(n, "required")), func(n *yaml.Node) bool { return n.Value == property }) {
		r.found(where, "does not require the property %s, by which a discriminator knows it", property)
	}
	enum := node.Items(node.Member(p, "enum"))
	if len(enum) == 0 {
		return
	}
	for _, value := range values {
		if !slices.ContainsFunc(enum, func(n *yaml.Node) bool { return n.Value == value }) {
			r.found(where+"/properties/"+property, "does not allow %s, by which a discriminator knows it", value)
		}
	}
}
