package lint

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/kratoskit/kratos-go/tools/internal/node"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// textLinter finds missing and uninformative descriptions.
type textLinter struct {
	file     string
	findings []string
	count    int
}

// lintTexts returns a line for each description that is missing or uninformative.
func lintTexts(file string, doc *openapi3.T) []string {
	l := &textLinter{file: file}
	l.document(doc)
	return l.findings
}

// countTexts counts the descriptions that a spec should have.
func countTexts(doc *openapi3.T) int {
	l := &textLinter{}
	l.document(doc)
	return l.count
}

func (l *textLinter) document(doc *openapi3.T) {
	l.text("#/info/description", "", doc.Info.Description)
	for _, tag := range doc.Tags {
		l.text("#/tags/"+tag.Name, tag.Name, tag.Description)
	}
	for _, op := range spec.Operations(doc) {
		l.operation(op)
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Schemas)) {
		l.schema("#/components/schemas/"+name, name, doc.Components.Schemas[name], true)
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.Responses)) {
		l.response("#/components/responses/"+name, doc.Components.Responses[name])
	}
	for _, name := range slices.Sorted(maps.Keys(doc.Components.SecuritySchemes)) {
		l.text("#/components/securitySchemes/"+name, name, doc.Components.SecuritySchemes[name].Value.Description)
	}
}

func (l *textLinter) operation(op spec.Operation) {
	if !regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`).MatchString(op.OperationID) {
		l.report(op.Pointer, "operationId is not camelCase")
	}
	if len(op.Tags) != 1 {
		l.report(op.Pointer, "does not have exactly one tag")
	}
	l.text(op.Pointer+"/summary", op.OperationID, op.Summary)
	if len(op.Summary) > 70 {
		l.report(op.Pointer+"/summary", fmt.Sprintf("has %d characters, more than 70", len(op.Summary)))
	}
	l.text(op.Pointer+"/description", op.OperationID, op.Description)
	for _, p := range op.Parameters {
		location := op.Pointer + "/parameters/" + p.Value.Name
		l.text(location, p.Value.Name, p.Value.Description)
		l.schema(location+"/schema", p.Value.Name, p.Value.Schema, false)
	}
	if op.RequestBody != nil {
		l.text(op.Pointer+"/requestBody", "", op.RequestBody.Value.Description)
		l.content(op.Pointer+"/requestBody", op.RequestBody.Value.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
		l.response(op.Pointer+"/responses/"+status, op.Responses.Value(status))
	}
}

func (l *textLinter) response(location string, r *openapi3.ResponseRef) {
	if r.Ref != "" {
		return
	}
	var text string
	if r.Value.Description != nil {
		text = *r.Value.Description
	}
	l.text(location, "", text)
	for _, name := range slices.Sorted(maps.Keys(r.Value.Headers)) {
		l.text(location+"/headers/"+name, name, r.Value.Headers[name].Value.Description)
	}
	l.content(location, r.Value.Content)
}

func (l *textLinter) content(location string, content openapi3.Content) {
	for _, media := range slices.Sorted(maps.Keys(content)) {
		if s := content[media].Schema; s != nil {
			l.schema(location+"/"+media, "", s, false)
		}
	}
}

// schema lints a schema and its subschemas; own says that the schema needs a description.
func (l *textLinter) schema(location, name string, s *openapi3.SchemaRef, own bool) {
	if s == nil || s.Ref != "" {
		return
	}
	if own {
		l.text(location, name, s.Value.Description)
	}
	for _, property := range slices.Sorted(maps.Keys(s.Value.Properties)) {
		l.schema(location+"/properties/"+property, property, s.Value.Properties[property], true)
	}
	l.schema(location+"/items", name, s.Value.Items, false)
	l.schema(location+"/additionalProperties", name, s.Value.AdditionalProperties.Schema, false)
}

// text lints one description: it must exist, end like a sentence, and say more than the name.
func (l *textLinter) text(location, name, text string) {
	l.count++
	switch {
	case strings.TrimSpace(text) == "":
		l.report(location, "has no description")
	case strings.HasPrefix(strings.TrimSpace(text), strings.TrimSpace(spec.Todo)):
		l.report(location, "has to be written: "+strings.TrimSpace(strings.TrimPrefix(text, spec.Todo)))
	case text != strings.TrimSuffix(strings.TrimSpace(text), "\n") && text != strings.TrimSpace(text)+"\n":
		l.report(location, "has white space around its description")
	case !strings.HasSuffix(strings.TrimSpace(text), ".") && !strings.HasSuffix(strings.TrimSpace(text), ")"):
		l.report(location, "does not end in a full stop")
	case repeatsName(name, text):
		l.report(location, "repeats its name: "+text)
	}
}

func (l *textLinter) report(location, what string) {
	l.findings = append(l.findings, fmt.Sprintf("%s: %s: %s", l.file, location, what))
}

var fillerWords = strings.Fields("a an and are as at be by for from id in is it its kratos of on or s that the this to whether which with")

// repeatsName reports whether a text has fewer than two words that are not in the name.
func repeatsName(name, text string) bool {
	known := append(node.Words(name), fillerWords...)
	more := 0
	for _, word := range node.Words(text) {
		if !slices.Contains(known, word) && !slices.Contains(known, strings.TrimSuffix(word, "s")) {
			more++
		}
	}
	return more < 2
}
