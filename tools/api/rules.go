package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// rules looks for faults of a spec that need nothing but the spec to be seen, and that its validation lets pass.
func rules(file string, doc *yaml.Node) []string {
	r := &ruler{file: file, top: rootOf(doc), used: map[string]bool{}, ids: map[string]string{}}
	for _, tag := range itemsOf(member(r.top, "tags")) {
		r.tags = append(r.tags, valueOf(member(tag, "name")))
	}
	if version := valueOf(member(member(r.top, "info"), "version")); !versionTag.MatchString(version) {
		r.found("#/info/version", "%q is not the name of a version such as v1.3.6", version)
	}
	r.duplicateKeys(r.top, "#")
	r.references(r.top, "#")
	visit(r.top, "document", "#", r.object)
	return r.findings
}

type ruler struct {
	file     string
	top      *yaml.Node
	tags     []string
	used     map[string]bool   // references
	ids      map[string]string // operationIds and their places
	findings []string
}

func (r *ruler) found(where, format string, args ...any) {
	r.findings = append(r.findings, fmt.Sprintf("%s: %s: ", r.file, where)+fmt.Sprintf(format, args...))
}

// unused lists the components that nothing refers to, operations included.
func unused(doc *yaml.Node) []string {
	r := &ruler{top: rootOf(doc), used: map[string]bool{}}
	r.references(r.top, "#")
	var names []string
	components := member(r.top, "components")
	for _, group := range keysOf(components) {
		for _, name := range keysOf(member(components, group)) {
			if ref := "#/components/" + group + "/" + name; group != "securitySchemes" && !r.used[ref] {
				names = append(names, ref)
			}
		}
	}
	return names
}

// duplicateKeys finds keys that are there twice, of which readers take one or the other.
func (r *ruler) duplicateKeys(n *yaml.Node, where string) {
	seen := map[string]bool{}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode {
			r.duplicateKeys(child, fmt.Sprintf("%s/%d", where, i))
			continue
		}
		if i%2 == 1 {
			r.duplicateKeys(child, where+"/"+escaped(n.Content[i-1].Value))
			continue
		}
		if seen[child.Value] {
			r.found(where, "has %s twice", child.Value)
		}
		seen[child.Value] = true
	}
}

// references finds references that lead nowhere or out of the file; mappings of discriminators hold references, too.
func (r *ruler) references(n *yaml.Node, where string) {
	refs := []string{refOf(n)}
	if discriminator := member(n, "discriminator"); discriminator != nil {
		targets := member(discriminator, "mapping")
		for _, key := range keysOf(targets) {
			refs = append(refs, valueOf(member(targets, key)))
		}
	}
	for _, ref := range refs {
		switch {
		case ref == "":
		case !strings.HasPrefix(ref, "#/"):
			r.found(where, "refers to %s, outside of the file", ref)
		case resolve(r.top, ref) == nil:
			r.found(where, "refers to %s, which is not there", ref)
		default:
			r.used[ref] = true
		}
	}
	for i, child := range n.Content {
		switch {
		case n.Kind != yaml.MappingNode:
			r.references(child, fmt.Sprintf("%s/%d", where, i))
		case i%2 == 1:
			r.references(child, where+"/"+escaped(n.Content[i-1].Value))
		}
	}
}

var componentNames = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// object looks at one object of the spec.
func (r *ruler) object(n *yaml.Node, kind, where string) {
	switch kind {
	case "path":
		r.path(n, where)
	case "schemas":
		for _, name := range keysOf(n) {
			if !componentNames.MatchString(name) {
				r.found(where+"/"+name, "has a name with something else than letters and digits in it")
			}
		}
	case "namedSchema", "schema":
		r.schema(n, where)
	case "parameters":
		r.parameters(n, where)
	}
}

func (r *ruler) path(n *yaml.Node, where string) {
	path := unescaped(where[strings.LastIndex(where, "/")+1:])
	for _, method := range keysOf(n) {
		op := member(n, method)
		if kindOf("path", method) != "operation" {
			continue
		}
		at := where + "/" + method
		r.operation(op, method, at)
		declared := append(slices.Clone(itemsOf(member(n, "parameters"))), itemsOf(member(op, "parameters"))...)
		r.pathParameters(path, declared, at)
	}
}

func (r *ruler) operation(op *yaml.Node, method, where string) {
	id := valueOf(member(op, "operationId"))
	switch {
	case id == "":
		r.found(where, "has no operationId")
	case r.ids[id] != "":
		r.found(where, "has the operationId %s of %s", id, r.ids[id])
	default:
		r.ids[id] = where
	}
	for _, tag := range itemsOf(member(op, "tags")) {
		if !slices.Contains(r.tags, tag.Value) {
			r.found(where, "has the tag %s, which the spec does not explain", tag.Value)
		}
	}
	if member(op, "requestBody") != nil && (method == "get" || method == "head") {
		r.found(where, "has a body, which %s requests have not", strings.ToUpper(method))
	}
	good, bad := false, false
	for _, status := range keysOf(member(op, "responses")) {
		if status != "default" && !regexp.MustCompile(`^[1-5](\d\d|XX)$`).MatchString(status) {
			r.found(where+"/responses", "has the status %s, which there is not", status)
		}
		good = good || status[0] == '2' || status[0] == '3'
		bad = bad || status == "default" || status[0] == '4' || status[0] == '5'
	}
	if !good || !bad {
		r.found(where+"/responses", "lacks an answer for success, or one for failure")
	}
}

var pathParameter = regexp.MustCompile(`\{([^{}]+)\}`)

func (r *ruler) pathParameters(path string, declared []*yaml.Node, where string) {
	var names []string
	for _, p := range declared {
		if refOf(p) != "" {
			p = resolve(r.top, refOf(p))
		}
		if valueOf(member(p, "in")) != "path" {
			continue
		}
		name := valueOf(member(p, "name"))
		names = append(names, name)
		if !strings.Contains(path, "{"+name+"}") {
			r.found(where, "declares the parameter %s, which is not in the path", name)
		}
		if valueOf(member(p, "required")) != "true" {
			r.found(where, "does not say that the parameter %s of the path is required", name)
		}
	}
	for _, match := range pathParameter.FindAllStringSubmatch(path, -1) {
		if !slices.Contains(names, match[1]) {
			r.found(where, "does not declare the parameter %s of the path", match[1])
		}
	}
}

func (r *ruler) parameters(n *yaml.Node, where string) {
	seen := map[string]bool{}
	for i, p := range n.Content {
		id := identity(p, i)
		if seen[id] {
			r.found(where, "has the parameter %s twice", id)
		}
		seen[id] = true
		name := strings.ToLower(valueOf(member(p, "name")))
		if valueOf(member(p, "in")) == "header" && slices.Contains([]string{"accept", "content-type", "authorization"}, name) {
			r.found(where, "has the header %s as a parameter, which OpenAPI ignores", name)
		}
	}
}

// visit hands over n and each object below it, with its kind and place.
func visit(n *yaml.Node, kind, where string, do func(n *yaml.Node, kind, where string)) {
	if kind == "data" || kind == "ours" || n.Kind == yaml.ScalarNode || refOf(n) != "" {
		return
	}
	do(n, kind, where)
	for i, child := range n.Content {
		switch {
		case n.Kind != yaml.MappingNode:
			visit(child, kindOf(kind, ""), fmt.Sprintf("%s/%d", where, i), do)
		case i%2 == 1 && !prose(kind, n.Content[i-1].Value):
			visit(child, kindOf(kind, n.Content[i-1].Value), where+"/"+escaped(n.Content[i-1].Value), do)
		}
	}
}

func itemsOf(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	return n.Content
}

func valueOf(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}
