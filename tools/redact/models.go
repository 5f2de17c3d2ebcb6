package main

import (
	"fmt"
	"go/ast"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// models are the types of package gen, with those that need methods.
type models struct {
	*source.Package
	redacted map[string]bool // types with secrets
	bodies   map[string]bool // those of them that are only sent, whose MarshalJSON may leave secrets out
}

// newModels finds the types with secrets: those with a marked member, in themselves or in a type that
// they contain, and all submissions, the members of a union that is the body of a request.
func newModels(p *source.Package, unions []source.Union) (*models, error) {
	m := &models{Package: p, redacted: map[string]bool{}, bodies: map[string]bool{}}
	for name := range p.Types {
		if _, isStruct := p.Fields(name); isStruct && m.holds(name, map[string]bool{}) {
			m.redacted[name] = true
		}
	}
	sent, received, parameters := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, union := range unions {
		for _, submission := range union.Members {
			name := p.Struct(submission)
			if name == "" {
				return nil, fmt.Errorf("there is no Go type for the submission %s", submission)
			}
			m.redacted[name] = true // all of it is what a person enters
			m.reach(name, sent)
		}
	}
	for _, name := range p.Order {
		if strings.HasSuffix(name, "JSONRequestBody") {
			m.reach(source.BaseName(p.Resolve(ast.NewIdent(name))), sent)
		}
	}
	for _, name := range p.Order {
		switch _, isStruct := p.Fields(name); {
		case isStruct && strings.HasSuffix(name, "Params"):
			parameters[name] = true
		case isStruct && !sent[name]:
			m.reach(name, received)
		}
	}
	for name := range m.redacted {
		m.bodies[name] = (sent[name] || parameters[name]) && !received[name]
		if m.bodies[name] && p.Methods[name]["MarshalJSON"] {
			return nil, fmt.Errorf("%s is sent, holds secrets, and has a MarshalJSON already: its template has to leave that to this command", name)
		}
	}
	return m, nil
}

// holds reports whether a type has a member with the mark, or contains a type that has one. A field
// that is not exported is not a member of the API, and may hold anything.
func (m *models) holds(name string, seen map[string]bool) bool {
	if seen[name] {
		return false
	}
	seen[name] = true
	fields, _ := m.Fields(name)
	for _, f := range fields {
		if unlogged(f) || !ast.IsExported(f.Name) || m.holds(source.BaseName(m.Resolve(f.Type)), seen) {
			return true
		}
	}
	return false
}

// reach adds a struct and all structs that it contains to set.
func (m *models) reach(name string, set map[string]bool) {
	fields, isStruct := m.Fields(name)
	if !isStruct || set[name] {
		return
	}
	set[name] = true
	for _, f := range fields {
		m.reach(source.BaseName(m.Resolve(f.Type)), set)
	}
}

// unlogged reports whether a member has the mark that keeps it out of logs, or has the members of an
// object that the API description does not have, which can be anything.
func unlogged(f source.Field) bool { return f.Tag.Get("log") == "-" || f.Name == additional }

// additional is the field for the members of an object that have none.
const additional = "AdditionalProperties"
