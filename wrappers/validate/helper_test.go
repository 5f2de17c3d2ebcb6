package validate_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kratoskit/kratos-go/wrappers/validate"
)

// newRequest returns a request from the line "METHOD target", headers as "Name: value" lines, and a
// body.
func newRequest(t testing.TB, line, headers, body string) *http.Request {
	t.Helper()
	method, target, _ := strings.Cut(line, " ")
	r, err := http.NewRequest(method, "http://127.0.0.1:4433"+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for header := range strings.Lines(headers) {
		name, value, _ := strings.Cut(strings.TrimSuffix(header, "\n"), ": ")
		r.Header.Add(name, value)
	}
	return r
}

const (
	asJSON = "Content-Type: application/json"
	asForm = "Content-Type: application/x-www-form-urlencoded"
)

// goldenRequests returns the requests that package kratos sends, by operation.
func goldenRequests(t testing.TB) map[string]func() *http.Request {
	t.Helper()
	return goldenFiles(t, "requests")
}

// goldenForms returns the forms that package kratos sends, by operation.
func goldenForms(t testing.TB) map[string]func() *http.Request {
	t.Helper()
	return goldenFiles(t, "forms")
}

func goldenFiles(t testing.TB, folder string) map[string]func() *http.Request {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "testdata", folder, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no requests: %v", err)
	}
	all := map[string]func() *http.Request{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".txt")] = func() *http.Request { return goldenRequest(t, string(text)) }
	}
	return all
}

// goldenRequest parses a request: a line with method and path, query parameters that begin with a
// question mark, headers, and the body after an empty line.
func goldenRequest(t testing.TB, text string) *http.Request {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	var query, headers []string
	for _, line := range lines[1:] {
		if parameter, ok := strings.CutPrefix(line, "?"); ok {
			query = append(query, parameter)
			continue
		}
		headers = append(headers, line)
	}
	return newRequest(t, lines[0]+"?"+strings.Join(query, "&"), strings.Join(headers, "\n"), strings.TrimSuffix(body, "\n"))
}

// errorText returns the text of an error without its prefix; "" for nil.
func errorText(err error) string {
	if err == nil {
		return ""
	}
	return strings.TrimPrefix(err.Error(), "kratos: ")
}

// violations returns those of an error.
func violations(t testing.TB, err error) []validate.Violation {
	t.Helper()
	var e *validate.Error
	if !errors.As(err, &e) {
		t.Fatalf("not a *validate.Error: %v", err)
	}
	return e.Violations
}

// echo responds with the body of the request.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	_, _ = w.Write(body)
})

// serve starts a server, and returns its URL.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// cannedTransport responds to every request in the same way, and counts them.
type cannedTransport struct {
	status    int
	mediaType string
	body      string
	requests  int
}

func (c *cannedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	c.requests++
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: c.status, Header: http.Header{"Content-Type": {c.mediaType}}, Body: io.NopCloser(strings.NewReader(c.body)), Request: r,
	}, nil
}

// readAll reads a body to its end.
func readAll(t testing.TB, body io.Reader) string {
	t.Helper()
	all, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}
