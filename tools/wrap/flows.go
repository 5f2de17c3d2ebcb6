package main

import (
	"errors"
	"fmt"
	"go/ast"
	"strings"

	"github.com/kratoskit/kratos-go/tools/internal/source"
)

// flow is a flow that submissions can be sent to.
type flow struct {
	name        string // such as Login
	submissions []submission
}

// submission is a type that can be sent to a flow.
type submission struct {
	name, model string
	doc         string // of the type, if it has to be declared
	method      string // by which it becomes a body
	statements  string // of that method, unless it is written by hand
	usesToken   bool   // whether the statements need the CSRF token
}

// findFlows returns the flows that the wrapper has an interface for, such as LoginMethod. A test of
// the wrapper tells whether an operation is missing altogether.
func findFlows(models, wrapper *source.Package, unions []source.Union) (flows []flow, err error) {
	for _, union := range unions {
		name := strings.TrimSuffix(strings.TrimPrefix(union.Operation, "update"), "Flow")
		if !isSealed(wrapper, name+"Method", bodyMethod(name)) {
			continue
		}
		f := flow{name: name}
		for _, schema := range union.Members {
			submissions, err := findSubmissions(models, wrapper, name, union, schema)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", union.Operation, schema, err)
			}
			f.submissions = append(f.submissions, submissions...)
		}
		flows = append(flows, f)
	}
	if len(flows) == 0 {
		return nil, errors.New("package kratos has no flow")
	}
	return flows, nil
}

// bodyMethod is the method that makes the body of a submission, such as loginBody.
func bodyMethod(flow string) string { return strings.ToLower(flow[:1]) + flow[1:] + "Body" }

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

// findSubmissions returns the types that the wrapper has for a schema, and one that is to be
// declared if there is none.
func findSubmissions(models, wrapper *source.Package, flow string, union source.Union, schema string) (found []submission, err error) {
	model := models.Struct(schema)
	if model == "" {
		return nil, errors.New("there is no Go type for this submission")
	}
	method := bodyMethod(flow)
	for _, name := range wrapper.Order {
		if spec := wrapper.Types[name]; !spec.Assign.IsValid() && (modelOf(spec) == model || embeds(spec, model)) {
			found = append(found, submission{name: name, model: model, method: method})
		}
	}
	if len(found) == 0 {
		s := submission{model: model, method: method}
		if s.name, err = freeName(wrapper, flow, model); err != nil {
			return nil, err
		}
		s.doc = fmt.Sprintf("%s submits the method %q of a %s flow.%s",
			s.name, strings.Join(union.ValuesOf(schema), ", "), strings.ToLower(flow), description(models, model))
		found = append(found, s)
	}
	for i, s := range found {
		if wrapper.Methods[s.name][method] {
			continue
		}
		if embeds(wrapper.Types[s.name], model) {
			return nil, fmt.Errorf("%s embeds its model: write the method %s by hand", s.name, method)
		}
		if err := found[i].fill(models, union, schema); err != nil {
			return nil, fmt.Errorf("%w; or write the type %s with a method %s by hand", err, s.name, method)
		}
	}
	return found, nil
}

// embeds reports whether a type of the wrapper is a struct that embeds a model.
func embeds(spec *ast.TypeSpec, model string) bool {
	if spec == nil {
		return false
	}
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		return false
	}
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 && source.BaseName(f.Type) == model {
			return true
		}
	}
	return false
}

// freeName makes the name LoginPigeon, or LoginWithPigeon if there is another LoginPigeon, for the
// model UpdateLoginFlowWithPigeonMethod.
func freeName(wrapper *source.Package, flow, model string) (string, error) {
	way := strings.TrimSuffix(strings.TrimPrefix(model, "Update"+flow+"FlowWith"), "Method")
	for _, name := range []string{flow + way, flow + "With" + way} {
		if !wrapper.Declared[name] {
			return name, nil
		}
	}
	return "", fmt.Errorf("package kratos has another %s%s: declare a type for gen.%s", flow, way, model)
}
