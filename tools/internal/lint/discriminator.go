package lint

import (
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
)

// checkDiscriminator checks that the mapping of a discriminator has all alternatives, and nothing
// else.
func (r *ruleLinter) checkDiscriminator(n *yaml.Node, location string) {
	d := node.Member(n, "discriminator")
	if d == nil {
		return
	}
	property := node.Value(node.Member(d, "propertyName"))
	if property == "" {
		r.report(location+"/discriminator", "has no propertyName")
		return
	}
	var members []string
	for _, alternative := range node.Items(node.FirstNonNil(node.Member(n, "oneOf"), node.Member(n, "anyOf"))) {
		ref := node.Ref(alternative)
		if ref == "" {
			r.report(location, "has an inline alternative, which a discriminator cannot refer to")
			continue
		}
		members = append(members, ref)
	}
	if len(members) == 0 {
		r.report(location, "has a discriminator, but no alternatives")
		return
	}
	targets := node.Member(d, "mapping")
	values := map[string][]string{}
	for _, value := range node.Keys(targets) {
		ref := node.Value(node.Member(targets, value))
		values[ref] = append(values[ref], value)
		if !slices.Contains(members, ref) {
			r.report(location+"/discriminator", "%s refers to %s, which is not an alternative", value, ref)
		}
	}
	for _, ref := range members {
		if len(values[ref]) == 0 {
			r.report(location+"/discriminator", "has no value for %s", ref)
			continue
		}
		r.alternative(node.Resolve(r.root, ref), property, values[ref], ref)
	}
}

// alternative checks the discriminating property of an alternative.
func (r *ruleLinter) alternative(n *yaml.Node, property string, values []string, location string) {
	if n == nil || node.Member(n, "allOf") != nil {
		return
	}
	p := node.Member(node.Member(n, "properties"), property)
	if p == nil {
		r.report(location, "lacks the discriminating property %s", property)
		return
	}
	if !slices.ContainsFunc(node.Items(node.Member(n, "required")), func(n *yaml.Node) bool { return n.Value == property }) {
		r.report(location, "does not require the discriminating property %s", property)
	}
	enum := node.Items(node.Member(p, "enum"))
	if len(enum) == 0 {
		return
	}
	for _, value := range values {
		if !slices.ContainsFunc(enum, func(n *yaml.Node) bool { return n.Value == value }) {
			r.report(location+"/properties/"+property, "does not allow its discriminator value %s", value)
		}
	}
}
