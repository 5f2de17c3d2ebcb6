// Package recorded reads recordings of exchanges with real servers: files of JSON lines, one
// exchange a line, which may be compressed with gzip. Those of this repository are in
// testdata/recorded. A test that reads recordings has the flag -recorded for others:
//
//	var recordings = flag.String(recorded.Flag, recorded.Kept("../.."), recorded.Usage)
package recorded

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Name and usage of the flag of tests that read recordings. Its default is [Kept].
const (
	Flag  = "recorded"
	Usage = "read the recordings in the files that match `pattern`, ending in .jsonl or .jsonl.gz"
)

// maxLine is the most bytes that one exchange may have.
const maxLine = 64 << 20

// Exchange is a request to a real server, and its response.
type Exchange struct {
	// Version of the server, such as "1.3.6", and the name of its configuration.
	Version, Config string
	// Scenario is the scenario of the request, and N its number there.
	Scenario string
	N        int
	// Op is the operationId. It begins with "_" if the API has no such operation, as for the link
	// in an email.
	Op string
	// Kind is the kind of client: "native", "ajax", "browser" or "admin".
	Kind string

	Request struct {
		Method, URL string
		Headers     Header
		Body        string
	}
	Response struct {
		Status  int
		Headers Header
		Body    string
	}

	// Line is the exchange as it was recorded.
	Line []byte `json:"-"`
}

// Header is a header with canonical names. A value in a recording is a string or a list of strings.
type Header http.Header

// UnmarshalJSON decodes a header of a recording.
func (h *Header) UnmarshalJSON(data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*h = Header{}
	for name, field := range fields {
		var value string
		var values []string
		if json.Unmarshal(field, &value) == nil {
			values = []string{value}
		} else if err := json.Unmarshal(field, &values); err != nil {
			return err
		}
		name = http.CanonicalHeaderKey(name)
		(*h)[name] = append((*h)[name], values...)
	}
	return nil
}

// Get returns the first value of a field, or "".
func (h Header) Get(name string) string { return http.Header(h).Get(name) }

// String returns the version, scenario, operation and number of the exchange.
func (e *Exchange) String() string {
	return fmt.Sprintf("%s %s %s %d", e.Version, e.Scenario, e.Op, e.N)
}

// Described reports whether the API has the operation, and the request was not wrong on purpose.
func (e *Exchange) Described() bool { return !strings.HasPrefix(e.Op, "_") && !e.Odd() }

// Odd reports whether the request was wrong on purpose: sent to the wrong port, or with an empty
// id.
func (e *Exchange) Odd() bool {
	return e.Op == "_odd" || strings.Contains(e.Scenario, "wrong-server") || strings.Contains(e.Scenario, "odd/empty-ids")
}

// HTTPRequest returns the request. Its body can be read once.
func (e *Exchange) HTTPRequest() (*http.Request, error) {
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return nil, fmt.Errorf("recorded: %s: the URL of the request is not valid", e)
	}
	return &http.Request{
		Method: e.Request.Method, URL: u, Header: http.Header(e.Request.Headers).Clone(), Body: io.NopCloser(strings.NewReader(e.Request.Body)),
	}, nil
}

// HTTPResponse returns the response with its request. Its body can be read once.
func (e *Exchange) HTTPResponse() (*http.Response, error) {
	r, err := e.HTTPRequest()
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: e.Response.Status, Header: http.Header(e.Response.Headers).Clone(), Body: io.NopCloser(strings.NewReader(e.Response.Body)),
		Request: r,
	}, nil
}

// Kept returns the pattern of the recordings in the repository at root.
func Kept(root string) string {
	return filepath.Join(root, "testdata", "recorded", "*.jsonl")
}

// Scenarios returns the pattern of the recordings in the repository at root that continue those of
// [Kept]: together they can be replayed.
func Scenarios(root string) string {
	return filepath.Join(root, "testdata", "recorded", "scenarios", "*.jsonl.gz")
}

// Files returns the files that match a pattern, sorted by name. It fails if there is none, or one
// whose name does not end in .jsonl or .jsonl.gz.
func Files(pattern string) ([]string, error) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("recorded: pattern %q: %w", pattern, err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("recorded: no file matches %q", pattern)
	}
	for _, file := range files {
		if name := strings.TrimSuffix(file, ".gz"); filepath.Ext(name) != ".jsonl" {
			return nil, fmt.Errorf("recorded: %s does not end in .jsonl or .jsonl.gz", file)
		}
	}
	return files, nil
}

// Read returns the exchanges in all files that match a pattern.
func Read(pattern string) ([]*Exchange, error) {
	files, err := Files(pattern)
	if err != nil {
		return nil, err
	}
	var all []*Exchange
	for e, err := range Exchanges(files...) {
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}

// Exchanges yields the exchanges in files up to the first error, which has the file and the number
// of the line.
func Exchanges(files ...string) iter.Seq2[*Exchange, error] {
	return func(yield func(*Exchange, error) bool) {
		for _, file := range files {
			if err := readFile(file, func(e *Exchange) bool { return yield(e, nil) }); err != nil {
				if !errors.Is(err, errStopped) {
					yield(nil, fmt.Errorf("recorded: %s%w", file, err))
				}
				return
			}
		}
	}
}

// errStopped is the error of readFile if handle returns false.
var errStopped = errors.New("stopped")

// readFile calls handle with each exchange of a file until that returns false.
func readFile(file string, handle func(*Exchange) bool) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf(": %w", err)
	}
	defer f.Close()
	r := io.Reader(f)
	if strings.HasSuffix(file, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return fmt.Errorf(": %w", err)
		}
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		e := &Exchange{Line: bytes.Clone(lines.Bytes())}
		if json.Unmarshal(e.Line, e) != nil {
			return fmt.Errorf(":%d: not an exchange in JSON", n)
		}
		if !handle(e) {
			return errStopped
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf(":%d: %w", n+1, err)
	}
	return nil
}
