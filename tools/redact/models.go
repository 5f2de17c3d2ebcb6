package main

import (
	"fmt"
	"go/ast"
	"strings"
)

// models are the types of package gen, and what is done with them.
type models struct {
	*goPackage
	redacted map[string]bool // holds something that is kept out of logs
	bodies   map[string]bool // of these, those that are sent and never received: MarshalJSON does not write them as they are
}

// newModels decides which types are redacted: those with a marked member, in themselves or in a
// type they contain, and submissions, which are the schemas that are sent though no operation names
// them as its body.
func newModels(p *goPackage, submissions []string) (*models, error) {
	m := &models{goPackage: p, redacted: map[string]bool{}, bodies: map[string]bool{}}
	for name := range p.types {
		if _, isStruct := p.fields(name); isStruct && m.holds(name, map[string]bool{}) {
			m.redacted[name] = true
		}
	}
	sent, received, parameters := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, submission := range submissions {
		name := m.named(submission)
		if name == "" {
			return nil, fmt.Errorf("there is no Go type for the submission %s", submission)
		}
		m.redacted[name] = true // a person enters it, whatever it is
		m.reach(name, sent)
	}
	for _, name := range p.order {
		if strings.HasSuffix(name, "JSONRequestBody") {
			m.reach(baseName(p.resolve(ast.NewIdent(name))), sent)
		}
	}
	for _, name := range p.order {
		switch _, isStruct := p.fields(name); {
		case isStruct && strings.HasSuffix(name, "Params"):
			parameters[name] = true
		case isStruct && !sent[name]:
			m.reach(name, received)
		}
	}
	for name := range m.redacted {
		m.bodies[name] = (sent[name] || parameters[name]) && !received[name]
		if m.bodies[name] && p.methods[name]["MarshalJSON"] {
			return nil, fmt.Errorf("%s is sent, holds secrets, and has a MarshalJSON already: its template has to leave that to this command", name)
		}
	}
	return m, nil
}

// named returns the struct for a schema, whose name differs in the case of letters.
func (m *models) named(schema string) string {
	for _, name := range m.order {
		if _, isStruct := m.fields(name); isStruct && strings.EqualFold(name, schema) {
			return name
		}
	}
	return ""
}

// holds reports whether a type has a member that is kept out of logs, or contains a type that has
// one. Of unexported fields, which are no members of the API, nothing is known.
func (m *models) holds(name string, seen map[string]bool) bool {
	if seen[name] {
		return false
	}
	seen[name] = true
	fields, _ := m.fields(name)
	for _, f := range fields {
		if f.unlogged() || !ast.IsExported(f.name) || m.holds(baseName(m.resolve(f.typ)), seen) {
			return true
		}
	}
	return false
}

// reach adds a struct, and all that it contains, to set.
func (m *models) reach(name string, set map[string]bool) {
	fields, isStruct := m.fields(name)
	if !isStruct || set[name] {
		return
	}
	set[name] = true
	for _, f := range fields {
		m.reach(baseName(m.resolve(f.typ)), set)
	}
}

// shown returns the arguments of redact.New for the fields of a struct that may be printed: ids,
// enums, and of other structs the same.
func (m *models) shown(name string) (args []string) {
	fields, _ := m.fields(name)
	for _, f := range fields {
		if f.unlogged() || f.embedded || !ast.IsExported(f.name) {
			continue
		}
		value, pointer := "v."+f.name, false
		typ := m.resolve(f.typ)
		if star, ok := typ.(*ast.StarExpr); ok {
			typ, pointer = star.X, true
		}
		ident, ok := typ.(*ast.Ident)
		switch {
		case !ok:
		case m.redacted[ident.Name] && len(m.shown(ident.Name)) > 0:
			if !pointer {
				value = "&" + value
			}
			args = append(args, fmt.Sprintf("redact.Group(%q, %s)", f.key(), value))
		case pointer:
		case ident.Name == "string" && strings.HasSuffix(f.name, "ID"):
			args = append(args, fmt.Sprintf("redact.ID(%q, %s)", f.key(), value))
		case len(m.enums[ident.Name]) > 0:
			args = append(args, fmt.Sprintf("redact.Text(%q, known%s(%s))", f.key(), ident.Name, value))
		}
	}
	return args
}
