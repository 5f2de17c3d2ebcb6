package validate

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// validateParameters validates path, query and headers.
func (v *validation) validateParameters(at route, r *http.Request) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		v.report(location{in: inQuery}, "syntax", mustBeEncoded)
	}
	known := 0
	for _, p := range at.operation.parameters {
		switch p.In {
		case inPath:
			v.validateParameter(p, []string{at.parameter(p.Name)})
		case inQuery:
			values, ok := query[p.Name]
			if ok {
				known++
			}
			v.validateParameter(p, values)
		case inHeader:
			values := r.Header[p.Name]
			if p.Name == "Cookie" { // browsers may send several Cookie headers
				values = values[:min(len(values), 1)]
			}
			v.validateParameter(p, values)
		}
	}
	v.validateHeaders(r)
	v.reportBodyParameters(at.operation, query)
	if v.strict && known < len(query) {
		message := "must be empty"
		if names := at.operation.parameterNames(inQuery); len(names) > 0 {
			message = "has unknown parameters; known are " + join(names)
		}
		v.report(location{in: inQuery}, "unknown", message)
	}
}

// methodOverrides are headers that change the method of a request for some servers and proxies.
// Kratos ignores them.
var methodOverrides = []string{"X-Http-Method", "X-Http-Method-Override", "X-Method-Override"}

// validateHeaders reports headers that make some servers interpret a request as another one.
func (v *validation) validateHeaders(r *http.Request) {
	for _, name := range methodOverrides {
		if slices.ContainsFunc(r.Header[name], func(method string) bool { return !strings.EqualFold(method, r.Method) }) {
			v.report(header(name), "method", "must not name another method")
		}
	}
	if slices.ContainsFunc(r.TransferEncoding, func(coding string) bool { return coding != "chunked" && coding != "identity" }) {
		v.report(header("Transfer-Encoding"), "encoding", "must be chunked or identity")
	}
}

// reportBodyParameters reports query parameters that are properties of the body of a flow: Kratos
// reads some of them from the query, even if the body has another value.
func (v *validation) reportBodyParameters(op *operation, query url.Values) {
	if op.form == nil {
		return
	}
	misplaced := map[string]bool{}
	for parameter := range query {
		name, _, _ := strings.Cut(parameter, ".")
		if op.form.Properties[name] != nil && !slices.Contains(op.parameterNames(inQuery), name) {
			misplaced[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(misplaced)) {
		v.report(location{in: inQuery, name: name}, "location", "must be in the body")
	}
}

// validateParameter validates the values of a parameter.
func (v *validation) validateParameter(p *openapi3.Parameter, values []string) {
	at := location{in: p.In, name: p.Name}
	if len(values) == 0 || p.Required && len(values) == 1 && values[0] == "" {
		if p.Required {
			v.report(at, "required", "is missing")
		}
		return
	}
	s := p.Schema.Value
	if !s.Type.Is("array") {
		if len(values) > 1 {
			v.report(at, "duplicate", mustNotRepeat)
			return
		}
		v.validateScalar(at, s, values[0])
		return
	}
	for i, value := range values {
		at.pointer = "/" + strconv.Itoa(i)
		v.validateScalar(at, s.Items.Value, value)
	}
}
