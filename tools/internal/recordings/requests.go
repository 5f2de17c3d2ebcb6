package recordings

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"github.com/kratoskit/kratos-go/tools/internal/project"
	"github.com/kratoskit/kratos-go/tools/internal/spec"
)

// ValidateRequests validates the golden requests of package kratos against the effective spec.
// Operations without a request, and the reverse, are left to the completeness test.
func ValidateRequests(p project.Project, out io.Writer) error {
	doc, err := openapi3.NewLoader().LoadFromFile(p.Effective())
	if err != nil {
		return err
	}
	doc.Servers = nil
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		return err
	}
	var invalid []error
	count := 0
	for _, op := range spec.Operations(doc) {
		r, err := goldenRequest(p.Path("testdata", "requests", op.OperationID+".txt"))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err == nil:
			err = validateRequest(router, op, r)
		}
		count++
		if err != nil {
			invalid = append(invalid, fmt.Errorf("testdata/requests/%s.txt: %w", op.OperationID, err))
		}
	}
	if len(invalid) == 0 {
		fmt.Fprintf(out, "%d golden requests are valid\n", count)
	}
	return errors.Join(invalid...)
}

func validateRequest(router routers.Router, op spec.Operation, r *http.Request) error {
	route, params, err := router.FindRoute(r)
	if err != nil {
		return err
	}
	if route.Operation.OperationID != op.OperationID {
		return fmt.Errorf("is a request of %s", route.Operation.OperationID)
	}
	for name := range r.URL.Query() {
		if op.Parameters.GetByInAndName("query", name) == nil {
			err = errors.Join(err, fmt.Errorf("the spec lacks the parameter %s", name))
		}
	}
	return errors.Join(err, openapi3filter.ValidateRequest(context.Background(), &openapi3filter.RequestValidationInput{
		Request: r, PathParams: params, Route: route,
		Options: &openapi3filter.Options{MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}))
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
