package main

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// goldenRequestsAreValid checks that the requests that package kratos sends are valid against the
// effective spec.
func goldenRequestsAreValid(t *testing.T, p project.Project) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile(p.Effective())
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range spec.Operations(doc) {
		r, err := goldenRequest(p.Path("testdata", "requests", op.OperationID+".txt"))
		if err != nil {
			t.Error(err)
			continue
		}
		route, params, err := router.FindRoute(r)
		if err != nil || route.Operation.OperationID != op.OperationID {
			t.Errorf("%s: routed to another operation: %v", op.OperationID, err)
			continue
		}
		err = openapi3filter.ValidateRequest(t.Context(), &openapi3filter.RequestValidationInput{
			Request: r, PathParams: params, Route: route,
			Options: &openapi3filter.Options{MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
		})
		if err != nil {
			t.Errorf("%s: %v", op.OperationID, err)
		}
		for name := range r.URL.Query() {
			if p := op.Parameters.GetByInAndName("query", name); p == nil {
				t.Errorf("%s: the spec lacks the parameter %s", op.OperationID, name)
			}
		}
	}
}

// goldenRequest parses a golden request: a line with method and path, query parameters that begin
// with a question mark, headers, and the body after an empty line.
func goldenRequest(path string) (*http.Request, error) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	header := http.Header{}
	var target string
	var query []string
	for {
		line, err := lines.ReadString('\n')
		line = strings.TrimSuffix(line, "\n")
		switch name, value, _ := strings.Cut(line, ": "); {
		case line == "":
			body, bodyErr := io.ReadAll(lines)
			if bodyErr != nil {
				return nil, bodyErr
			}
			method, p, _ := strings.Cut(target, " ")
			r, err := http.NewRequest(method, "http://127.0.0.1"+(&url.URL{Path: p}).EscapedPath()+"?"+strings.Join(query, "&"), strings.NewReader(string(body)))
			if err != nil {
				return nil, err
			}
			r.Header = header
			return r, nil
		case target == "":
			target = line
		case line[0] == '?':
			query = append(query, line[1:])
		default:
			header.Set(name, value)
		}
		if err != nil && err != io.EOF {
			return nil, err
		}
	}
}
