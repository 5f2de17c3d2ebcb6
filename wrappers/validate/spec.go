package validate

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/kratoskit/kratos-go/gen/spec"
)

// api is the effective spec, made for being asked.
type api struct {
	static    map[string]*path
	templates []*path
	identity  *schema // what a JSON Patch changes
}

// path is one path of the API, and what can be done there.
type path struct {
	segments   []string // those of parameters begin with a brace
	operations map[string]*operation
}

type operation struct {
	id         string // "" if the spec lacks it; nothing but method and path is judged then
	parameters []parameter
	body       *body // nil if there is none
	answers    map[int]*body
	fallback   *body // the answer for other statuses; nil if there is none
}

type parameter struct {
	in, name string
	required bool
	schema   *schema
}

// body is a request's or an answer's.
type body struct {
	required bool
	headers  []string // that an answer must have
	media    map[string]*schema
	kinds    []string // the keys of media, in order
}

// theAPI parses the spec when it is first asked for. The spec is part of the program, so this is a constant that takes tens of
// milliseconds to make.
var theAPI = sync.OnceValues(func() (*api, error) {
	a, err := load(spec.OpenAPI)
	if err != nil {
		return nil, fmt.Errorf("kratos: the API's description cannot be used: %w", err)
	}
	return a, nil
})

func load(text string) (*api, error) {
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		return nil, err
	}
	a, schemas := &api{static: map[string]*path{}}, compiler{}
	for name, item := range doc.Paths.Map() {
		p := a.add(name)
		for method, from := range item.Operations() {
			op, err := schemas.operation(from, item.Parameters)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", from.OperationID, err)
			}
			p.operations[method] = op
		}
	}
	a.addUnspecified()
	if doc.Components != nil {
		if a.identity, err = schemas.compile(doc.Components.Schemas["identity"]); err != nil {
			return nil, fmt.Errorf("identity: %w", err)
		}
	}
	return a, nil
}

func (c compiler) operation(from *openapi3.Operation, shared openapi3.Parameters) (*operation, error) {
	op := &operation{id: from.OperationID, answers: map[int]*body{}}
	for _, ref := range slices.Concat(shared, from.Parameters) {
		p := ref.Value
		s, err := c.compile(p.Schema)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", p.Name, err)
		}
		name := p.Name
		if p.In == "header" {
			name = http.CanonicalHeaderKey(name)
		}
		op.parameters = append(op.parameters, parameter{p.In, name, p.Required, s})
	}
	if from.RequestBody != nil {
		var err error
		if op.body, err = c.body(from.RequestBody.Value.Content); err != nil {
			return nil, err
		}
		op.body.required = from.RequestBody.Value.Required
	}
	for status, ref := range from.Responses.Map() {
		b, err := c.body(ref.Value.Content)
		if err != nil {
			return nil, fmt.Errorf("status %s: %w", status, err)
		}
		for name, header := range ref.Value.Headers {
			if header.Value.Required {
				b.headers = append(b.headers, http.CanonicalHeaderKey(name))
			}
		}
		if status == "default" {
			op.fallback = b
			continue
		}
		n, err := strconv.Atoi(status)
		if err != nil {
			return nil, err
		}
		op.answers[n] = b
	}
	return op, nil
}

func (c compiler) body(content openapi3.Content) (*body, error) {
	b := &body{media: map[string]*schema{}, kinds: slices.Sorted(maps.Keys(content))}
	for kind, media := range content {
		s, err := c.compile(media.Schema)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
		b.media[kind] = s
	}
	return b, nil
}
