package main

import (
	"errors"
	"fmt"
	"go/ast"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// flow is a flow that methods can be submitted to.
type flow struct {
	name    string // such as Login
	methods []method
}

// findFlows returns the flows that package kratos has an interface for, such as LoginMethod. A test
// of the module tells whether an operation is missing altogether.
func (g *generator) findFlows() (flows []flow, err error) {
	for _, union := range g.unions {
		name := strings.TrimSuffix(strings.TrimPrefix(union.Operation, "update"), "Flow")
		if !isSealed(g.wrapper, name+"Method", bodyFunction(name)) {
			continue
		}
		f := flow{name: name}
		for _, schema := range union.Members {
			m, err := g.findMethod(name, union, schema)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", union.Operation, schema, err)
			}
			f.methods = append(f.methods, m)
		}
		flows = append(flows, f)
	}
	if len(flows) == 0 {
		return nil, errors.New("package kratos has no flow")
	}
	return flows, nil
}

// bodyFunction makes the body of a method of a flow, such as loginBody.
func bodyFunction(flow string) string { return strings.ToLower(flow[:1]) + flow[1:] + "Body" }

// isSealed reports whether a type is an interface with a method of that name.
func isSealed(p *source.Package, name, method string) bool {
	spec := p.Types[name]
	if spec == nil {
		return false
	}
	sealed, ok := spec.Type.(*ast.InterfaceType)
	if !ok {
		return false
	}
	for _, m := range sealed.Methods.List {
		if len(m.Names) == 1 && m.Names[0].Name == method {
			return true
		}
	}
	return false
}

// findMethod returns the method of a flow that a schema describes.
func (g *generator) findMethod(flow string, union source.Union, schema string) (m method, err error) {
	m.model = g.models.Struct(schema)
	if m.model == "" {
		return m, errors.New("there is no Go type for this submission")
	}
	m.function = bodyFunction(flow)
	if m.name, err = g.methodName(flow, m.model); err != nil {
		return m, err
	}
	m.byHand, m.bodyByHand = g.wrapper.Declared[m.name], g.wrapper.Methods[m.name][m.function]
	if m.byHand {
		return m, nil
	}
	values := union.ValuesOf(schema)
	m.doc = g.comments.of(m.name, fmt.Sprintf("%s submits the method %q of a %s flow.%s",
		m.name, strings.Join(values, ", "), strings.ToLower(flow), description(g.models, m.model)))
	if err := m.setFields(g.models, union.Discriminator); err != nil {
		return m, err
	}
	if m.bodyByHand {
		return m, nil
	}
	if len(values) != 1 {
		return m, fmt.Errorf("the discriminator maps %d values to it, not one: see api/corrections.yaml; or write the method %s of %s by hand", len(values), m.function, m.name)
	}
	m.value = fmt.Sprintf("%q", values[0])
	return m, nil
}

// methodName makes the name LoginPigeon for the model UpdateLoginFlowWithPigeonMethod, or
// LoginWithPigeon if package kratos has another LoginPigeon, which no flow takes. A name in
// api/wrapper.yaml takes precedence.
func (g *generator) methodName(flow, model string) (string, error) {
	if name := g.comments.nameOf(model); name != model {
		return name, nil
	}
	way := strings.TrimSuffix(strings.TrimPrefix(model, "Update"+flow+"FlowWith"), "Method")
	for _, name := range []string{flow + way, flow + "With" + way} {
		if !g.wrapper.Declared[name] || g.wrapper.Methods[name][bodyFunction(flow)] {
			return name, nil
		}
	}
	return "", fmt.Errorf("package kratos has another %s%s: rename that", flow, way)
}
