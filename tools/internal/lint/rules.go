package lint

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/speakeasy-api/openapi/linter"
	"github.com/speakeasy-api/openapi/openapi"
	openapilinter "github.com/speakeasy-api/openapi/openapi/linter"
	libraryrules "github.com/speakeasy-api/openapi/openapi/linter/rules"
	"github.com/speakeasy-api/openapi/validation"
	"gopkg.in/yaml.v3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// rules looks for faults of a spec that need nothing but the spec to be seen, and that its
// validation lets pass. References are looked at first: with one that leads out of the file,
// nothing else is, lest a library follow it.
func rules(file string, text []byte, doc *yaml.Node) ([]string, error) {
	r := &ruler{file: file, top: node.Root(doc), used: map[string]bool{}}
	if version := node.Value(node.Resolve(r.top, "#/info/version")); !spec.VersionTag.MatchString(version) {
		r.found("#/info/version", "%q is not the name of a version such as v1.3.6", version)
	}
	r.references(r.top, "#")
	if r.foreign {
		return r.findings, nil
	}
	spec.Visit(r.top, "document", "#", r.object)
	err := r.library(text)
	return r.findings, err
}

type ruler struct {
	file     string
	top      *yaml.Node
	used     map[string]bool // references
	foreign  bool            // a reference leads out of the file
	findings []string
}

func (r *ruler) found(where, format string, args ...any) {
	r.findings = append(r.findings, fmt.Sprintf("%s: %s: ", r.file, where)+fmt.Sprintf(format, args...))
}

// notFaults are findings of the library that are none: it looks for the property of a discriminator
// beside it, and not in the alternatives.
var notFaults = regexp.MustCompile("^discriminator property `.*` is not defined in schema properties$")

// library runs the rules of the OpenAPI library's linter.
func (r *ruler) library(text []byte) error {
	l, err := openapilinter.NewLinter(linter.NewConfig(), openapilinter.WithoutDefaultRules())
	if err != nil {
		return err
	}
	for _, rule := range []linter.RuleRunner[*openapi.OpenAPI]{
		&libraryrules.DuplicatedEnumRule{}, &libraryrules.TypedEnumRule{}, &libraryrules.OperationIdRule{}, &libraryrules.OperationTagDefinedRule{},
		&libraryrules.PathParamsRule{}, &libraryrules.PathDeclarationsRule{}, &libraryrules.OASSchemaCheckRule{},
	} {
		l.Registry().Register(rule)
	}
	doc, problems, err := openapi.Unmarshal(context.Background(), bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s: %w", r.file, err)
	}
	found, err := l.Lint(context.Background(), linter.NewDocumentInfo(doc, r.file), problems, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", r.file, err)
	}
	for _, finding := range found.Results {
		if problem, ok := finding.(*validation.Error); !ok || !notFaults.MatchString(problem.UnderlyingError.Error()) {
			r.findings = append(r.findings, r.file+": "+finding.Error())
		}
	}
	return nil
}

// unused lists the components that nothing refers to, operations included.
func unused(doc *yaml.Node) []string {
	r := &ruler{top: node.Root(doc), used: map[string]bool{}}
	r.references(r.top, "#")
	var names []string
	components := node.Member(r.top, "components")
	for _, group := range node.Keys(components) {
		for _, name := range node.Keys(node.Member(components, group)) {
			if ref := "#/components/" + group + "/" + name; group != "securitySchemes" && !r.used[ref] {
				names = append(names, ref)
			}
		}
	}
	return names
}

// references finds references that lead nowhere or out of the file; mappings of discriminators hold
// references, too.
func (r *ruler) references(n *yaml.Node, where string) {
	refs := []string{node.Ref(n)}
	if discriminator := node.Member(n, "discriminator"); discriminator != nil {
		targets := node.Member(discriminator, "mapping")
		for _, key := range node.Keys(targets) {
			refs = append(refs, node.Value(node.Member(targets, key)))
		}
	}
	for _, ref := range refs {
		switch {
		case ref == "":
		case !strings.HasPrefix(ref, "#/"):
			r.foreign = true
			r.found(where, "refers to %s, outside of the file", ref)
		case node.Resolve(r.top, ref) == nil:
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
			r.references(child, where+"/"+node.Escape(n.Content[i-1].Value))
		}
	}
}

var componentNames = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// object looks at one object of the spec.
func (r *ruler) object(n *yaml.Node, kind, where string) {
	switch kind {
	case "schemas":
		for _, name := range node.Keys(n) {
			if !componentNames.MatchString(name) {
				r.found(where+"/"+name, "has a name with something else than letters and digits in it")
			}
		}
	case "operation":
		r.operation(n, where)
	case "namedSchema", "schema":
		r.discriminator(n, where)
	case "parameter":
		name := strings.ToLower(node.Value(node.Member(n, "name")))
		if node.Value(node.Member(n, "in")) == "header" && (name == "accept" || name == "content-type" || name == "authorization") {
			r.found(where, "has the header %s as a parameter, which OpenAPI ignores", name)
		}
	}
}

func (r *ruler) operation(op *yaml.Node, where string) {
	if method := where[strings.LastIndex(where, "/")+1:]; node.Member(op, "requestBody") != nil && (method == "get" || method == "head") {
		r.found(where, "has a body, which %s requests have not", strings.ToUpper(method))
	}
	good, bad := false, false
	for _, status := range node.Keys(node.Member(op, "responses")) {
		known := regexp.MustCompile(`^[1-5](\d\d|XX)$`).MatchString(status)
		if status != "default" && !known {
			r.found(where+"/responses", "has the status %s, which there is not", status)
		}
		good = good || known && (status[0] == '2' || status[0] == '3')
		bad = bad || status == "default" || known && status[0] >= '4'
	}
	if !good || !bad {
		r.found(where+"/responses", "lacks a response for success, or one for failure")
	}
}
