package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/getkin/kin-openapi/openapi3"
)

// linter looks for what a reader misses in a spec's texts.
type linter struct {
	file     string
	findings []string
	texts    int
}

// lint returns a line for each text that is missing or says too little.
func lint(file string, spec *openapi3.T) []string {
	l := &linter{file: file}
	l.spec(spec)
	return l.findings
}

// texts counts the texts of a spec.
func texts(spec *openapi3.T) int {
	l := &linter{}
	l.spec(spec)
	return l.texts
}

func (l *linter) spec(spec *openapi3.T) {
	l.text("#/info/description", "", spec.Info.Description)
	for _, tag := range spec.Tags {
		l.text("#/tags/"+tag.Name, tag.Name, tag.Description)
	}
	for _, op := range operations(spec) {
		l.operation(op)
	}
	for _, name := range sortedKeys(spec.Components.Schemas) {
		l.schema("#/components/schemas/"+name, name, spec.Components.Schemas[name], true)
	}
	for _, name := range sortedKeys(spec.Components.Responses) {
		l.response("#/components/responses/"+name, spec.Components.Responses[name])
	}
	for _, name := range sortedKeys(spec.Components.SecuritySchemes) {
		l.text("#/components/securitySchemes/"+name, name, spec.Components.SecuritySchemes[name].Value.Description)
	}
}

func (l *linter) operation(op operation) {
	if !regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`).MatchString(op.OperationID) {
		l.found(op.where, "operationId is not camelCase")
	}
	if len(op.Tags) != 1 {
		l.found(op.where, "has not exactly one tag")
	}
	l.text(op.where+"/summary", op.OperationID, op.Summary)
	if len(op.Summary) > 70 {
		l.found(op.where+"/summary", fmt.Sprintf("has %d characters, more than 70", len(op.Summary)))
	}
	l.text(op.where+"/description", op.OperationID, op.Description)
	for _, p := range op.Parameters {
		where := op.where + "/parameters/" + p.Value.Name
		l.text(where, p.Value.Name, p.Value.Description)
		l.schema(where+"/schema", p.Value.Name, p.Value.Schema, false)
	}
	if op.RequestBody != nil {
		l.text(op.where+"/requestBody", "", op.RequestBody.Value.Description)
		l.content(op.where+"/requestBody", op.RequestBody.Value.Content)
	}
	for _, status := range sortedKeys(op.Responses.Map()) {
		l.response(op.where+"/responses/"+status, op.Responses.Value(status))
	}
}

func (l *linter) response(where string, r *openapi3.ResponseRef) {
	if r.Ref != "" {
		return
	}
	var text string
	if r.Value.Description != nil {
		text = *r.Value.Description
	}
	l.text(where, "", text)
	for _, name := range sortedKeys(r.Value.Headers) {
		l.text(where+"/headers/"+name, name, r.Value.Headers[name].Value.Description)
	}
	l.content(where, r.Value.Content)
}

func (l *linter) content(where string, content openapi3.Content) {
	for _, media := range sortedKeys(content) {
		if s := content[media].Schema; s != nil {
			l.schema(where+"/"+media, "", s, false)
		}
	}
}

// schema lints a schema and what is written inside it; own says that the schema needs a text of its own.
func (l *linter) schema(where, name string, s *openapi3.SchemaRef, own bool) {
	if s == nil || s.Ref != "" {
		return
	}
	if own {
		l.text(where, name, s.Value.Description)
	}
	for _, property := range sortedKeys(s.Value.Properties) {
		l.schema(where+"/properties/"+property, property, s.Value.Properties[property], true)
	}
	l.schema(where+"/items", name, s.Value.Items, false)
	l.schema(where+"/additionalProperties", name, s.Value.AdditionalProperties.Schema, false)
}

// text lints one text: it is there, ends as a sentence does, and says more than the name of what it is about.
func (l *linter) text(where, name, text string) {
	l.texts++
	switch {
	case strings.TrimSpace(text) == "":
		l.found(where, "has no description")
	case strings.HasPrefix(strings.TrimSpace(text), strings.TrimSpace(gap)):
		l.found(where, "is to be written: "+strings.TrimSpace(strings.TrimPrefix(text, gap)))
	case text != strings.TrimSuffix(strings.TrimSpace(text), "\n") && text != strings.TrimSpace(text)+"\n":
		l.found(where, "has white space around its description")
	case !strings.HasSuffix(strings.TrimSpace(text), ".") && !strings.HasSuffix(strings.TrimSpace(text), ")"):
		l.found(where, "does not end in a full stop")
	case saysNoMore(name, text):
		l.found(where, "says no more than its name: "+text)
	}
}

func (l *linter) found(where, what string) {
	l.findings = append(l.findings, fmt.Sprintf("%s: %s: %s", l.file, where, what))
}

var fillers = strings.Fields("a an and are as at be by for from id in is it its kratos of on or s that the this to whether which with")

// saysNoMore reports whether a text has fewer than two words that are not in the name already.
func saysNoMore(name, text string) bool {
	known := append(words(name), fillers...)
	more := 0
	for _, word := range words(text) {
		if !slices.Contains(known, word) && !slices.Contains(known, strings.TrimSuffix(word, "s")) {
			more++
		}
	}
	return more < 2
}

// words splits a text or a name in any case into its words, in lower case.
func words(s string) []string {
	var spaced strings.Builder
	for _, r := range s {
		if unicode.IsUpper(r) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
	}
	return strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// operation is an operation with its place in the spec.
type operation struct {
	*openapi3.Operation
	where, path, method string
}

func operations(spec *openapi3.T) []operation {
	var all []operation
	for _, path := range sortedKeys(spec.Paths.Map()) {
		methods := spec.Paths.Value(path).Operations()
		for _, method := range sortedKeys(methods) {
			where := "#/paths/" + escaped(path) + "/" + strings.ToLower(method)
			all = append(all, operation{methods[method], where, path, method})
		}
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
