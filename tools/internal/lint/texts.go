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

// textLinter looks for what a reader misses in a spec's texts.
type textLinter struct {
	file     string
	findings []string
	texts    int
}

// lint returns a line for each text that is missing or says too little.
func lint(file string, doc *openapi3.T) []string {
	l := &textLinter{file: file}
	l.document(doc)
	return l.findings
}

// texts counts the texts of a spec.
func texts(doc *openapi3.T) int {
	l := &textLinter{}
	l.document(doc)
	return l.texts
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
		l.found(op.Where, "operationId is not camelCase")
	}
	if len(op.Tags) != 1 {
		l.found(op.Where, "has not exactly one tag")
	}
	l.text(op.Where+"/summary", op.OperationID, op.Summary)
	if len(op.Summary) > 70 {
		l.found(op.Where+"/summary", fmt.Sprintf("has %d characters, more than 70", len(op.Summary)))
	}
	l.text(op.Where+"/description", op.OperationID, op.Description)
	for _, p := range op.Parameters {
		where := op.Where + "/parameters/" + p.Value.Name
		l.text(where, p.Value.Name, p.Value.Description)
		l.schema(where+"/schema", p.Value.Name, p.Value.Schema, false)
	}
	if op.RequestBody != nil {
		l.text(op.Where+"/requestBody", "", op.RequestBody.Value.Description)
		l.content(op.Where+"/requestBody", op.RequestBody.Value.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses.Map())) {
		l.response(op.Where+"/responses/"+status, op.Responses.Value(status))
	}
}

func (l *textLinter) response(where string, r *openapi3.ResponseRef) {
	if r.Ref != "" {
		return
	}
	var text string
	if r.Value.Description != nil {
		text = *r.Value.Description
	}
	l.text(where, "", text)
	for _, name := range slices.Sorted(maps.Keys(r.Value.Headers)) {
		l.text(where+"/headers/"+name, name, r.Value.Headers[name].Value.Description)
	}
	l.content(where, r.Value.Content)
}

func (l *textLinter) content(where string, content openapi3.Content) {
	for _, media := range slices.Sorted(maps.Keys(content)) {
		if s := content[media].Schema; s != nil {
			l.schema(where+"/"+media, "", s, false)
		}
	}
}

// schema lints a schema and what is written inside it; own says that the schema needs a text of its
// own.
func (l *textLinter) schema(where, name string, s *openapi3.SchemaRef, own bool) {
	if s == nil || s.Ref != "" {
		return
	}
	if own {
		l.text(where, name, s.Value.Description)
	}
	for _, property := range slices.Sorted(maps.Keys(s.Value.Properties)) {
		l.schema(where+"/properties/"+property, property, s.Value.Properties[property], true)
	}
	l.schema(where+"/items", name, s.Value.Items, false)
	l.schema(where+"/additionalProperties", name, s.Value.AdditionalProperties.Schema, false)
}

// text lints one text: it is there, ends as a sentence does, and says more than the name of what it
// is about.
func (l *textLinter) text(where, name, text string) {
	l.texts++
	switch {
	case strings.TrimSpace(text) == "":
		l.found(where, "has no description")
	case strings.HasPrefix(strings.TrimSpace(text), strings.TrimSpace(spec.Gap)):
		l.found(where, "is to be written: "+strings.TrimSpace(strings.TrimPrefix(text, spec.Gap)))
	case text != strings.TrimSuffix(strings.TrimSpace(text), "\n") && text != strings.TrimSpace(text)+"\n":
		l.found(where, "has white space around its description")
	case !strings.HasSuffix(strings.TrimSpace(text), ".") && !strings.HasSuffix(strings.TrimSpace(text), ")"):
		l.found(where, "does not end in a full stop")
	case saysNoMore(name, text):
		l.found(where, "says no more than its name: "+text)
	}
}

func (l *textLinter) found(where, what string) {
	l.findings = append(l.findings, fmt.Sprintf("%s: %s: %s", l.file, where, what))
}

var fillers = strings.Fields("a an and are as at be by for from id in is it its kratos of on or s that the this to whether which with")

// saysNoMore reports whether a text has fewer than two words that are not in the name already.
func saysNoMore(name, text string) bool {
	known := append(node.Words(name), fillers...)
	more := 0
	for _, word := range node.Words(text) {
		if !slices.Contains(known, word) && !slices.Contains(known, strings.TrimSuffix(word, "s")) {
			more++
		}
	}
	return more < 2
}
