package validate

import (
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/kratoskit/kratos-go/gen/spec"
)

// document is the effective spec, indexed by path.
type document struct {
	static    map[string]*path
	templates []*path
	identity  *openapi3.Schema // what a JSON Patch changes
}

// path is one path of the API and its operations by method.
type path struct {
	segments   []string // those of parameters begin with a brace
	operations map[string]*operation
}

// operation is an operation of the spec. One that the spec lacks has no id, and nothing but method
// and path is validated then.
type operation struct {
	id         string
	parameters []*openapi3.Parameter
	spec       *openapi3.Operation
	form       *openapi3.Schema // of a form in the body, with the members of all alternatives; nil if there is none
}

// loadDocument parses the spec when it is first needed. The spec is part of the program, so this is
// a constant that takes tens of milliseconds to make.
var loadDocument = sync.OnceValues(func() (*document, error) {
	d, err := load(spec.OpenAPI)
	if err != nil {
		return nil, fmt.Errorf("kratos: the API's description cannot be used: %w", err)
	}
	return d, nil
})

func load(text string) (*document, error) {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		return nil, err
	}
	d := &document{static: map[string]*path{}}
	for name, item := range doc.Paths.Map() {
		p := d.add(name)
		for method, op := range item.Operations() {
			p.operations[method] = newOperation(op, item.Parameters)
		}
	}
	d.addUnspecified()
	if doc.Components != nil {
		d.identity = resolve(doc.Components.Schemas["identity"])
	}
	return d, nil
}

func newOperation(from *openapi3.Operation, shared openapi3.Parameters) *operation {
	op := &operation{id: from.OperationID, spec: from}
	for _, ref := range slices.Concat(shared, from.Parameters) {
		if ref.Value.In == "header" {
			ref.Value.Name = http.CanonicalHeaderKey(ref.Value.Name)
		}
		op.parameters = append(op.parameters, ref.Value)
	}
	if form := op.content()[mediaForm]; form != nil {
		if op.form = resolve(form.Schema); op.form != nil && isUnion(op.form) {
			op.form = everyMember(op.form)
		}
	}
	return op
}

// content returns the bodies that a request may have, by media type; nil if it has none.
func (o *operation) content() openapi3.Content {
	if o.spec.RequestBody == nil {
		return nil
	}
	return o.spec.RequestBody.Value.Content
}

// names returns the names of the parameters that are in the same place.
func (o *operation) names(in string) (names []string) {
	for _, p := range o.parameters {
		if p.In == in {
			names = append(names, p.Name)
		}
	}
	if names == nil {
		return []string{"none"}
	}
	slices.Sort(names)
	return names
}
