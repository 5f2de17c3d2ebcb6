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

// checkRules finds faults that the validation of a description does not. If a reference is
// external, it stops, because the library would follow it.
func checkRules(file string, data []byte, doc *yaml.Node) ([]string, error) {
	r := &ruleLinter{file: file, root: node.Root(doc), used: map[string]bool{}}
	if version := node.Value(node.Resolve(r.root, "#/info/version")); !spec.VersionTag.MatchString(version) {
		r.report("#/info/version", "%q is not a version such as v1.3.6", version)
	}
	r.checkReferences(r.root, "#")
	if r.external {
		return r.findings, nil
	}
	spec.Walk(r.root, "document", "#", r.checkObject)
	err := r.runLibraryRules(data)
	return r.findings, err
}

type ruleLinter struct {
	file     string
	root     *yaml.Node
	used     map[string]bool // targets of references
	external bool            // there is a reference to another file
	findings []string
}

func (r *ruleLinter) report(location, format string, args ...any) {
	r.findings = append(r.findings, fmt.Sprintf("%s: %s: ", r.file, location)+fmt.Sprintf(format, args...))
}

// falsePositives matches findings of the library that are wrong: it looks for the property of a
// discriminator beside it, not in the alternatives.
var falsePositives = regexp.MustCompile("^discriminator property `.*` is not defined in schema properties$")

// runLibraryRules runs rules of the linter of the OpenAPI library.
func (r *ruleLinter) runLibraryRules(data []byte) error {
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
	doc, problems, err := openapi.Unmarshal(context.Background(), bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", r.file, err)
	}
	found, err := l.Lint(context.Background(), linter.NewDocumentInfo(doc, r.file), problems, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", r.file, err)
	}
	for _, finding := range found.Results {
		if problem, ok := finding.(*validation.Error); !ok || !falsePositives.MatchString(problem.UnderlyingError.Error()) {
			r.findings = append(r.findings, r.file+": "+finding.Error())
		}
	}
	return nil
}

// unusedComponents lists the components that nothing refers to.
func unusedComponents(doc *yaml.Node) []string {
	r := &ruleLinter{root: node.Root(doc), used: map[string]bool{}}
	r.checkReferences(r.root, "#")
	var names []string
	components := node.Member(r.root, "components")
	for _, group := range node.Keys(components) {
		for _, name := range node.Keys(node.Member(components, group)) {
			if ref := "#/components/" + group + "/" + name; group != "securitySchemes" && !r.used[ref] {
				names = append(names, ref)
			}
		}
	}
	return names
}

// checkReferences reports references without a target or to other files, also in mappings of
// discriminators.
func (r *ruleLinter) checkReferences(n *yaml.Node, location string) {
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
			r.external = true
			r.report(location, "refers to %s, which is not in the file", ref)
		case node.Resolve(r.root, ref) == nil:
			r.report(location, "refers to %s, which does not exist", ref)
		default:
			r.used[ref] = true
		}
	}
	for i, child := range n.Content {
		switch {
		case n.Kind != yaml.MappingNode:
			r.checkReferences(child, fmt.Sprintf("%s/%d", location, i))
		case i%2 == 1:
			r.checkReferences(child, location+"/"+node.Escape(n.Content[i-1].Value))
		}
	}
}

var componentNames = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)

// checkObject checks a single object.
func (r *ruleLinter) checkObject(n *yaml.Node, kind, location string) {
	switch kind {
	case "schemas":
		for _, name := range node.Keys(n) {
			if !componentNames.MatchString(name) {
				r.report(location+"/"+name, "has a name with characters other than letters and digits")
			}
		}
	case "operation":
		r.checkOperation(n, location)
	case "namedSchema", "schema":
		r.checkDiscriminator(n, location)
	case "parameter":
		name := strings.ToLower(node.Value(node.Member(n, "name")))
		if node.Value(node.Member(n, "in")) == "header" && (name == "accept" || name == "content-type" || name == "authorization") {
			r.report(location, "has the header %s as a parameter, which OpenAPI ignores", name)
		}
	}
}

func (r *ruleLinter) checkOperation(op *yaml.Node, location string) {
	if method := location[strings.LastIndex(location, "/")+1:]; node.Member(op, "requestBody") != nil && (method == "get" || method == "head") {
		r.report(location, "has a body, which %s requests do not have", strings.ToUpper(method))
	}
	success, failure := false, false
	for _, status := range node.Keys(node.Member(op, "responses")) {
		known := regexp.MustCompile(`^[1-5](\d\d|XX)$`).MatchString(status)
		if status != "default" && !known {
			r.report(location+"/responses", "has the status %s, which does not exist", status)
		}
		success = success || known && (status[0] == '2' || status[0] == '3')
		failure = failure || status == "default" || known && status[0] >= '4'
	}
	if !success || !failure {
		r.report(location+"/responses", "lacks a response for success, or one for failure")
	}
}
