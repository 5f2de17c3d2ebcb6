package validate

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
			j.segment(p, at.parameter(p.name))
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
	if j.strict && known < len(query) {
		j.problem("query", "unknown", "must have no other parameters than "+list(at.operation.names("query")))
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

// segment judges a parameter of the path.
func (j *judge) segment(p *parameter, escaped string) {
	value, err := url.PathUnescape(escaped)
	if err != nil {
		j.problem(p.where(), "syntax", "must be in percent encoding")
		return
	}
	if leadsElsewhere(value) {
		j.problem(p.where(), "path", "must not be a dot or two, which lead to another path")
		return
	}
	j.parameter(p, []string{value})
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
