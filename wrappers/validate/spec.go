package validate

import (
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/kratoskit/kratos-go/gen/spec"
)

// document is the effective API description, indexed by path.
type document struct {
	static    map[string]*path
	templates []*path          // with parameters
	identity  *openapi3.Schema // what a JSON Patch changes
}

// path is a path of the API, and its operations by method.
type path struct {
	segments   []string // a parameter is in braces
	operations map[string]*operation
}

// operation is an operation of the API. One that the description lacks has no id; only its path and
// method are validated.
type operation struct {
	id         string
	parameters []*openapi3.Parameter
	spec       *openapi3.Operation
	form       *openapi3.Schema // of a form in the body: the properties of all alternatives; or nil
}

// loadDocument parses the description on first use, which takes tens of milliseconds. The result is
// a constant, since the description is compiled in.
var loadDocument = sync.OnceValues(func() (*document, error) {
	d, err := load(spec.OpenAPI)
	if err != nil {
		return nil, fmt.Errorf("kratos: invalid API description: %w", err)
	}
	return d, nil
})

func load(description string) (*document, error) {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(description))
	if err != nil {
		return nil, err
	}
	d := &document{static: map[string]*path{}}
	for name, item := range doc.Paths.Map() {
		p := d.addPath(name)
		for method, op := range item.Operations() {
			p.operations[method] = newOperation(op, item.Parameters)
		}
	}
	d.addUndocumentedPaths()
	if doc.Components != nil {
		d.identity = deref(doc.Components.Schemas["identity"])
	}
	return d, nil
}

func newOperation(from *openapi3.Operation, shared openapi3.Parameters) *operation {
	op := &operation{id: from.OperationID, spec: from}
	for _, ref := range slices.Concat(shared, from.Parameters) {
		if ref.Value.In == inHeader {
			ref.Value.Name = http.CanonicalHeaderKey(ref.Value.Name)
		}
		op.parameters = append(op.parameters, ref.Value)
	}
	if form := op.content()[mediaForm]; form != nil {
		if op.form = deref(form.Schema); op.form != nil && isUnion(op.form) {
			op.form = mergeAlternatives(op.form)
		}
	}
	return op
}

// content returns the described request bodies by media type; nil if there is none.
func (o *operation) content() openapi3.Content {
	if o.spec.RequestBody == nil {
		return nil
	}
	return o.spec.RequestBody.Value.Content
}

// parameterNames returns the sorted names of the parameters in a location.
func (o *operation) parameterNames(in string) (names []string) {
	for _, p := range o.parameters {
		if p.In == in {
			names = append(names, p.Name)
		}
	}
	slices.Sort(names)
	return names
}
