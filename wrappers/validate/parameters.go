package validate

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// parameters judges path, query and headers.
func (j *judge) parameters(at route, r *http.Request) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		j.problem("query", "syntax", "must be names and values in percent encoding")
	}
	known := 0
	for i := range at.operation.parameters {
		p := &at.operation.parameters[i]
		switch p.in {
		case "path":
			j.parameter(p, []string{at.parameter(p.name)})
		case "query":
			values, given := query[p.name]
			if given {
				known++
			}
			j.parameter(p, values)
		case "header":
			// A browser may send several of the header Cookie.
			if values := r.Header[p.name]; p.name == "Cookie" {
				j.parameter(p, values[:min(len(values), 1)])
			} else {
				j.parameter(p, values)
			}
		}
	}
	j.framing(r)
	j.memberParameters(at.operation, query)
	if j.strict && known < len(query) {
		j.problem("query", "unknown", "must have no other parameters than "+list(at.operation.names("query")))
	}
}

// methodOverrides are headers by which some servers and proxies, though not Kratos, take a request
// for one of another method.
var methodOverrides = []string{"X-Http-Method", "X-Http-Method-Override", "X-Method-Override"}

// framing reports headers that make another request of this one for some readers.
func (j *judge) framing(r *http.Request) {
	for _, name := range methodOverrides {
		if slices.ContainsFunc(r.Header[name], func(method string) bool { return !strings.EqualFold(method, r.Method) }) {
			j.problem("header."+name, "method", "must not name another method")
		}
	}
	if slices.ContainsFunc(r.TransferEncoding, func(coding string) bool { return coding != "chunked" && coding != "identity" }) {
		j.problem("header.Transfer-Encoding", "encoding", "must be chunked, if anything")
	}
}

// memberParameters reports the parameters of the query that are members of the body of a flow:
// Kratos takes some of them from there, even where the body has another value.
func (j *judge) memberParameters(op *operation, query url.Values) {
	if len(query) == 0 || op.body == nil || op.body.media[mediaForm] == nil {
		return
	}
	s := op.body.media[mediaForm]
	if s.variants != nil {
		s = s.anyVariant
	}
	for _, name := range s.names {
		if slices.Contains(op.names("query"), name) {
			continue
		}
		for given := range query {
			if head, _, _ := strings.Cut(given, "."); head == name {
				j.problem("query."+name, "query", "must be in the body")
				break
			}
		}
	}
}

// names returns the names of the parameters that are in the same place.
func (o *operation) names(in string) (names []string) {
	for _, p := range o.parameters {
		if p.in == in {
			names = append(names, p.name)
		}
	}
	if names == nil {
		return []string{"none"}
	}
	slices.Sort(names)
	return names
}

// parameter judges the values of a parameter.
func (j *judge) parameter(p *parameter, values []string) {
	if len(values) == 0 || p.required && len(values) == 1 && values[0] == "" {
		if p.required {
			j.problem(p.where(), "required", "is missing")
		}
		return
	}
	s := p.schema
	if s.kind == "array" {
		s = s.items
	} else if len(values) > 1 {
		j.problem(p.where(), "repeated", "must be there once")
		return
	}
	for i, value := range values {
		rule, message := s.scalar([]byte(value), false)
		if rule == "" {
			continue
		}
		where := p.where()
		if p.schema.kind == "array" {
			where += "." + strconv.Itoa(i)
		}
		j.problem(where, rule, message)
	}
}

// where is the place of a parameter, such as "query.page_size".
func (p *parameter) where() string { return p.in + "." + p.name }
