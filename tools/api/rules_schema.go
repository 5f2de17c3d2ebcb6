package main

import (
	"regexp"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// schema looks at what a schema says of itself.
func (r *ruler) schema(n *yaml.Node, where string) {
	r.enum(n, where)
	r.limits(n, where)
	r.required(n, where)
	r.discriminator(n, where)
	if pattern := valueOf(member(n, "pattern")); pattern != "" {
		if _, err := regexp.Compile(pattern); err != nil {
			r.found(where+"/pattern", "%v", err)
		}
	}
	if valueOf(member(n, "type")) == "array" && member(n, "items") == nil {
		r.found(where, "is a list of nobody knows what: it has no items")
	}
}

func (r *ruler) enum(n *yaml.Node, where string) {
	values := itemsOf(member(n, "enum"))
	seen := map[string]bool{}
	kind := valueOf(member(n, "type"))
	for _, value := range values {
		if seen[value.Value] {
			r.found(where+"/enum", "has the value %s twice", value.Value)
		}
		seen[value.Value] = true
		if !ofType(value, kind) && !(value.ShortTag() == "!!null" && valueOf(member(n, "nullable")) == "true") {
			r.found(where+"/enum", "has the value %s, which is no %s", value.Value, kind)
		}
	}
	fallback := member(n, "default")
	if fallback == nil {
		return
	}
	if !ofType(fallback, kind) {
		r.found(where+"/default", "%s is no %s", fallback.Value, kind)
	}
	if len(values) > 0 && !seen[fallback.Value] {
		r.found(where+"/default", "%s is not among the values", fallback.Value)
	}
}

// ofType reports whether a value is of a type of JSON Schema; without a type, all are.
func ofType(n *yaml.Node, kind string) bool {
	tag := n.ShortTag()
	switch kind {
	case "string":
		return tag == "!!str" || tag == "!!timestamp"
	case "integer":
		return tag == "!!int"
	case "number":
		return tag == "!!int" || tag == "!!float"
	case "boolean":
		return tag == "!!bool"
	case "array":
		return n.Kind == yaml.SequenceNode
	case "object":
		return n.Kind == yaml.MappingNode
	}
	return true
}

func (r *ruler) limits(n *yaml.Node, where string) {
	for _, pair := range [][2]string{{"minimum", "maximum"}, {"minLength", "maxLength"}, {"minItems", "maxItems"}, {"minProperties", "maxProperties"}, {"minimum", "default"}, {"default", "maximum"}} {
		low, err := strconv.ParseFloat(valueOf(member(n, pair[0])), 64)
		if err != nil {
			continue
		}
		high, err := strconv.ParseFloat(valueOf(member(n, pair[1])), 64)
		if err == nil && low > high {
			r.found(where, "%s is more than %s", pair[0], pair[1])
		}
	}
}

// required finds names that are required and have no schema, where the schema is not put together of others.
func (r *ruler) required(n *yaml.Node, where string) {
	seen := map[string]bool{}
	for _, name := range itemsOf(member(n, "required")) {
		if seen[name.Value] {
			r.found(where+"/required", "has %s twice", name.Value)
		}
		seen[name.Value] = true
		if member(n, "allOf") == nil && member(member(n, "properties"), name.Value) == nil {
			r.found(where+"/required", "has %s, which is no property", name.Value)
		}
	}
}

// discriminator makes sure that a value of the discriminating property leads to each alternative, and to nothing else.
func (r *ruler) discriminator(n *yaml.Node, where string) {
	d := member(n, "discriminator")
	if d == nil {
		return
	}
	property := valueOf(member(d, "propertyName"))
	if property == "" {
		r.found(where+"/discriminator", "has no propertyName")
		return
	}
	var members []string
	for _, alternative := range itemsOf(firstOf(member(n, "oneOf"), member(n, "anyOf"))) {
		ref := refOf(alternative)
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
	targets := member(d, "mapping")
	values := map[string][]string{}
	for _, value := range keysOf(targets) {
		ref := valueOf(member(targets, value))
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
		r.variant(resolve(r.top, ref), property, values[ref], ref)
	}
}

// variant looks at the property by which a discriminator knows an alternative.
func (r *ruler) variant(n *yaml.Node, property string, values []string, where string) {
	if n == nil || member(n, "allOf") != nil {
		return
	}
	p := member(member(n, "properties"), property)
	if p == nil {
		r.found(where, "lacks the property %s, by which a discriminator knows it", property)
		return
	}
	if !slices.ContainsFunc(itemsOf(member(n, "required")), func(n *yaml.Node) bool { return n.Value == property }) {
		r.found(where, "does not require the property %s, by which a discriminator knows it", property)
	}
	enum := itemsOf(member(p, "enum"))
	if len(enum) == 0 {
		return
	}
	for _, value := range values {
		if !slices.ContainsFunc(enum, func(n *yaml.Node) bool { return n.Value == value }) {
			r.found(where+"/properties/"+property, "does not allow %s, by which a discriminator knows it", value)
		}
	}
}

func firstOf(nodes ...*yaml.Node) *yaml.Node {
	for _, n := range nodes {
		if n != nil {
			return n
		}
	}
	return nil
}
