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

// parameters judges path, query and headers.
func (v *validation) parameters(at route, r *http.Request) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		v.problem("query", "syntax", "must be names and values in percent encoding")
	}
	known := 0
	for _, p := range at.operation.parameters {
		switch p.In {
		case "path":
			v.parameter(p, []string{at.parameter(p.Name)})
		case "query":
			values, given := query[p.Name]
			if given {
				known++
			}
			v.parameter(p, values)
		case "header":
			// A browser may send several of the header Cookie.
			if values := r.Header[p.Name]; p.Name == "Cookie" {
				v.parameter(p, values[:min(len(values), 1)])
			} else {
				v.parameter(p, values)
			}
		}
	}
	v.framing(r)
	v.memberParameters(at.operation, query)
	if v.strict && known < len(query) {
		v.problem("query", "unknown", "must have no other parameters than "+list(at.operation.names("query")))
	}
}

// methodOverrides are headers by which some servers and proxies, though not Kratos, take a request
// for one of another method.
var methodOverrides = []string{"X-Http-Method", "X-Http-Method-Override", "X-Method-Override"}

// framing reports headers that make another request of this one for some readers.
func (v *validation) framing(r *http.Request) {
	for _, name := range methodOverrides {
		if slices.ContainsFunc(r.Header[name], func(method string) bool { return !strings.EqualFold(method, r.Method) }) {
			v.problem("header."+name, "method", "must not name another method")
		}
	}
	if slices.ContainsFunc(r.TransferEncoding, func(coding string) bool { return coding != "chunked" && coding != "identity" }) {
		v.problem("header.Transfer-Encoding", "encoding", "must be chunked, if anything")
	}
}

// memberParameters reports the parameters of the query that are members of the body of a flow:
// Kratos takes some of them from there, even where the body has another value.
func (v *validation) memberParameters(op *operation, query url.Values) {
	if op.form == nil {
		return
	}
	inBody := map[string]bool{}
	for given := range query {
		name, _, _ := strings.Cut(given, ".")
		if op.form.Properties[name] != nil && !slices.Contains(op.names("query"), name) {
			inBody[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(inBody)) {
		v.problem("query."+name, "query", "must be in the body")
	}
}

// parameter validates the values of a parameter.
func (v *validation) parameter(p *openapi3.Parameter, values []string) {
	where := p.In + "." + p.Name
	if len(values) == 0 || p.Required && len(values) == 1 && values[0] == "" {
		if p.Required {
			v.problem(where, "required", "is missing")
		}
		return
	}
	s := p.Schema.Value
	if !s.Type.Is("array") {
		if len(values) > 1 {
			v.problem(where, "repeated", "must be there once")
			return
		}
		v.scalar(where, s, values[0])
		return
	}
	for i, value := range values {
		v.scalar(where+"."+strconv.Itoa(i), s.Items.Value, value)
	}
}
